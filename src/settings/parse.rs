//! The text of a configuration file, read key by key so that every mistake has its place.

use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What a configuration file says.
#[derive(Debug, Default)]
pub struct ConfigFile {
    /// The `[[terraform]]` tables.
    pub terraform: Vec<Entry>,
}

/// A `[[terraform]]` table.
#[derive(Debug)]
pub struct Entry {
    /// The root module's folder.
    pub root: NamedFile,
    /// The sets of variable files; at least one, which may be empty.
    pub sets: Vec<Vec<NamedFile>>,
    /// Terraform's workspace, and where it is written.
    pub workspace: Option<(String, Range<usize>)>,
}

/// A path as written, and where.
#[derive(Debug)]
pub struct NamedFile {
    /// As written, with `/`.
    pub written: String,
    /// Where.
    pub at: Range<usize>,
}

/// What is wrong, and where.
type Mistake = (Range<usize>, String);

/// Reads a configuration file. Never fails: what could be read is returned beside the mistakes.
pub fn parse(text: &str) -> (ConfigFile, Vec<Mistake>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader::default();
    reader.mistakes.extend(errors.iter().map(|e| (e.span().unwrap_or(0..0), e.message().trim_end_matches('.').to_owned())));
    let mut file = ConfigFile::default();
    if reader.mistakes.is_empty() {
        reader.file(table.get_ref(), &mut file);
    }
    reader.mistakes.sort_by_key(|(at, _)| at.start);
    (file, reader.mistakes)
}

type Value<'i> = Spanned<DeValue<'i>>;

#[derive(Default)]
struct Reader {
    mistakes: Vec<Mistake>,
}

impl Reader {
    fn wrong(&mut self, at: Range<usize>, message: impl Into<String>) {
        self.mistakes.push((at, message.into()));
    }

    fn file(&mut self, table: &DeTable, file: &mut ConfigFile) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "terraform" => match value.get_ref() {
                    DeValue::Array(entries) => file.terraform.extend(entries.iter().filter_map(|entry| self.entry(entry))),
                    _ => self.wrong(key.span(), "terraform is a list of tables: write [[terraform]]"),
                },
                name => self.unknown(key.span(), name, &["terraform"]),
            }
        }
    }

    fn entry(&mut self, value: &Value) -> Option<Entry> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong(value.span(), "terraform is a list of tables: write [[terraform]]");
            return None;
        };
        let mut root = None;
        let mut sets = Vec::new();
        let mut workspace = None;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "root" => root = self.path(value),
                "var-files" => sets = self.sets(value),
                "workspace" => workspace = self.text(value).map(|text| (text, value.span())),
                name => self.unknown(key.span(), name, &["root", "var-files", "workspace"]),
            }
        }
        if sets.is_empty() {
            sets.push(Vec::new());
        }
        if !table.keys().any(|key| key.get_ref() == "root") {
            self.wrong(value.span(), "root is missing: the folder of the root module, from here");
        }
        Some(Entry { root: root?, sets, workspace })
    }

    /// `["a.tfvars", ["b.tfvars", "c.tfvars"]]`: a list with one element for each set.
    fn sets(&mut self, value: &Value) -> Vec<Vec<NamedFile>> {
        let DeValue::Array(sets) = value.get_ref() else {
            self.wrong(value.span(), "var-files is a list with one element for each set: a file, or a list of files");
            return Vec::new();
        };
        let set = |set: &Value| match set.get_ref() {
            DeValue::Array(files) => files.iter().filter_map(|file| self.path(file)).collect(),
            _ => self.path(set).into_iter().collect(),
        };
        sets.iter().map(set).collect()
    }

    fn path(&mut self, value: &Value) -> Option<NamedFile> {
        let written = self.text(value)?;
        Some(NamedFile { written: if cfg!(windows) { written.replace('\\', "/") } else { written }, at: value.span() })
    }

    fn text(&mut self, value: &Value) -> Option<String> {
        let text = value.get_ref().as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.wrong(value.span(), "a text is needed here");
        }
        text.map(str::to_owned)
    }

    fn unknown(&mut self, at: Range<usize>, name: &str, known: &[&str]) {
        self.wrong(at, format!("there is no setting {name}; here may stand {}", known.join(", ")));
    }
}
