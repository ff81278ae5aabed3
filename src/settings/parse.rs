//! The text of a configuration file, read key by key so that every mistake has its place.

use crate::cidr::Cidr;
use crate::config::Severities;
use crate::date::Date;
use crate::report::Severity;
use crate::rules::{self, RULES};
use crate::spelling::nearest;
use ignore::gitignore::GitignoreBuilder;
use std::borrow::Cow;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The keys of each table, as users write its head; those of the file itself first.
pub const KEYS: [(&str, &[&str]); 4] = [
    ("", &["arm", "as-of", "exclude", "network", "rules", "terraform"]),
    ("[network]", &["on-premises", "peered"]),
    ("[[terraform]]", &["root", "var-files", "workspace"]),
    ("[[arm]]", &["template", "parameters"]),
];

/// How bad a rule can be said to be.
const LEVELS: [(&str, Option<Severity>); 4] =
    [("off", None), ("note", Some(Severity::Note)), ("warning", Some(Severity::Warning)), ("error", Some(Severity::Error))];

/// What a configuration file says.
#[derive(Debug, Default)]
pub struct ConfigFile {
    /// The `[[terraform]]` tables.
    pub terraform: Vec<Entry>,
    /// The `[[arm]]` tables.
    pub arm: Vec<TemplateEntry>,
    /// The `[network]` table.
    pub network: Network,
    /// The `[rules]` table.
    pub rules: Severities,
    /// The day whose rules apply.
    pub as_of: Option<Date>,
    /// Patterns of files that are not checked, as in `.gitignore`.
    pub exclude: Vec<String>,
}

/// The `[network]` table: ranges that clusters reach, and where each is written. A key that is there tells all of its kind.
#[derive(Debug, Default)]
pub struct Network {
    /// Ranges on premises.
    pub on_premises: Option<Vec<(Cidr, Range<usize>)>>,
    /// Address spaces of connected VNets that are not in the code.
    pub peered: Option<Vec<(Cidr, Range<usize>)>>,
}

/// An `[[arm]]` table.
#[derive(Debug)]
pub struct TemplateEntry {
    /// The template.
    pub template: NamedFile,
    /// The sets of parameter files; at least one, which may be empty.
    pub sets: Vec<Vec<NamedFile>>,
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
        for (key, value) in self.known(table, "") {
            match key.get_ref().as_ref() {
                "terraform" => file.terraform.extend(self.tables(key, value).iter().filter_map(|entry| self.entry(entry))),
                "arm" => file.arm.extend(self.tables(key, value).iter().filter_map(|entry| self.template(entry))),
                "network" => file.network = self.network(value),
                "rules" => file.rules = self.rules(value),
                "as-of" => file.as_of = self.date(value),
                "exclude" => file.exclude = self.patterns(value),
                _ => {}
            }
        }
    }

    /// `[rules]`: names and severities.
    fn rules(&mut self, value: &Value) -> Severities {
        let mut severities = Severities::new();
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong(value.span(), "rules is a table: write [rules]");
            return severities;
        };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let Some(rule) = rules::find(name) else {
                let hint = nearest(name, RULES.iter().map(|rule| rule.name));
                let hint = hint.map_or_else(|| "`overlint rules` lists them".to_owned(), |near| format!("did you mean {near}?"));
                self.wrong(key.span(), format!("there is no rule {name}; {hint}"));
                continue;
            };
            match value.get_ref().as_str().and_then(|text| LEVELS.iter().find(|(level, _)| *level == text)) {
                Some((_, severity)) => _ = severities.insert(rule.name, *severity),
                None => self.wrong(value.span(), "a severity is needed here: \"off\", \"note\", \"warning\" or \"error\""),
            }
        }
        severities
    }

    /// A day, as TOML or as a text.
    fn date(&mut self, value: &Value) -> Option<Date> {
        let text = match value.get_ref() {
            DeValue::Datetime(day) => day.to_string(),
            other => other.as_str().unwrap_or("").to_owned(),
        };
        let date = text.parse();
        if date.is_err() {
            self.wrong(value.span(), "a day is needed here, such as 2023-11-28");
        }
        date.ok()
    }

    /// A list of patterns.
    fn patterns(&mut self, value: &Value) -> Vec<String> {
        let DeValue::Array(list) = value.get_ref() else {
            self.wrong(value.span(), "exclude is a list of patterns as in .gitignore, such as [\"examples/\"]");
            return Vec::new();
        };
        let mut patterns = Vec::new();
        for item in list {
            let Some(text) = self.text(item) else { continue };
            match GitignoreBuilder::new("").add_line(None, &text) {
                Ok(_) => patterns.push(text),
                Err(why) => self.wrong(item.span(), format!("this is no pattern as in .gitignore: {why}")),
            }
        }
        patterns
    }

    fn network(&mut self, value: &Value) -> Network {
        let mut network = Network::default();
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong(value.span(), "network is a table: write [network]");
            return network;
        };
        for (key, value) in self.known(table, "[network]") {
            match key.get_ref().as_ref() {
                "on-premises" => network.on_premises = self.ranges(key.get_ref(), value),
                "peered" => network.peered = self.ranges(key.get_ref(), value),
                _ => {}
            }
        }
        network
    }

    /// A list of CIDRs; nothing when one of them is wrong, since the list then does not tell all.
    fn ranges(&mut self, key: &str, value: &Value) -> Option<Vec<(Cidr, Range<usize>)>> {
        let DeValue::Array(list) = value.get_ref() else {
            self.wrong(value.span(), format!("{key} is a list of ranges, such as [\"10.8.0.0/14\"]"));
            return None;
        };
        let range = |item: &Value| match self.text(item)?.parse::<Cidr>() {
            Ok(cidr) => Some((cidr, item.span())),
            Err(why) => {
                self.wrong(item.span(), format!("this is not a CIDR: {why}"));
                None
            }
        };
        let known: Vec<_> = list.iter().map(range).collect();
        known.into_iter().collect()
    }

    /// The elements of a list of tables.
    fn tables<'v, 'i>(&mut self, key: &Spanned<Cow<'i, str>>, value: &'v Value<'i>) -> &'v [Value<'i>] {
        match value.get_ref() {
            DeValue::Array(entries) => entries,
            _ => {
                self.wrong(key.span(), format!("{0} is a list of tables: write [[{0}]]", key.get_ref()));
                &[]
            }
        }
    }

    fn template(&mut self, value: &Value) -> Option<TemplateEntry> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong(value.span(), "arm is a list of tables: write [[arm]]");
            return None;
        };
        let mut template = None;
        let mut sets = Vec::new();
        for (key, value) in self.known(table, "[[arm]]") {
            match key.get_ref().as_ref() {
                "template" => template = self.path(value),
                "parameters" => sets = self.sets(key.get_ref(), value),
                _ => {}
            }
        }
        if sets.is_empty() {
            sets.push(Vec::new());
        }
        if !table.keys().any(|key| key.get_ref() == "template") {
            self.wrong(value.span(), "template is missing: the file of the template, from here");
        }
        Some(TemplateEntry { template: template?, sets })
    }

    fn entry(&mut self, value: &Value) -> Option<Entry> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong(value.span(), "terraform is a list of tables: write [[terraform]]");
            return None;
        };
        let mut root = None;
        let mut sets = Vec::new();
        let mut workspace = None;
        for (key, value) in self.known(table, "[[terraform]]") {
            match key.get_ref().as_ref() {
                "root" => root = self.path(value),
                "var-files" => sets = self.sets(key.get_ref(), value),
                "workspace" => workspace = self.text(value).map(|text| (text, value.span())),
                _ => {}
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
    fn sets(&mut self, key: &str, value: &Value) -> Vec<Vec<NamedFile>> {
        let DeValue::Array(sets) = value.get_ref() else {
            self.wrong(value.span(), format!("{key} is a list with one element for each set: a file, or a list of files"));
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

    /// What a table says under its keys. Others are mistakes.
    fn known<'t, 'i>(&mut self, table: &'t DeTable<'i>, head: &str) -> Vec<(&'t Spanned<Cow<'i, str>>, &'t Value<'i>)> {
        let keys = KEYS.iter().find(|(known, _)| *known == head).map(|(_, keys)| *keys).unwrap_or_default();
        let (known, unknown): (Vec<_>, Vec<_>) = table.iter().partition(|(key, _)| keys.contains(&key.get_ref().as_ref()));
        for (key, _) in unknown {
            let name = key.get_ref().as_ref();
            let hint = match nearest(name, keys.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("here may stand {}", keys.join(", ")),
            };
            self.wrong(key.span(), format!("there is no setting {name}; {hint}"));
        }
        known
    }
}
