//! Source texts, and places in them.
//!
//! Every value overlint reasons about points back here: a [`Span`] names a file and a byte range in its text.

mod columns;
mod compare;
mod encoding;
mod links;
mod reader;

pub use encoding::{NotRewritten, rewrite};
pub use links::Links;
pub use reader::{Entry, EntryKind, ReadError, Reader};

use columns::Columns;
use reader::Late;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

/// Names one file of a [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// A name for a text that is not among any sources, by a number that the caller gives it.
    pub fn outside(number: usize) -> Self {
        Self(u32::MAX - u32::try_from(number).unwrap_or(0))
    }
}

/// A byte range in the text of one file. `start <= end`, both on character boundaries of that text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets; offsets past 4 GiB are clamped (files that large are never read).
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The smallest span that covers both; `other` is ignored when it lies in another file.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A line and a column, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in Unicode scalar values, from 1.
    pub column: usize,
    /// Column in UTF-16 code units, from 1.
    pub utf16_column: usize,
}

/// One file: its path as the user would type it, and its text.
#[derive(Debug)]
pub struct SourceFile {
    path: String,
    text: Arc<str>,
    lines: OnceLock<Vec<u32>>,
    columns: OnceLock<Columns>,
}

impl SourceFile {
    fn new(path: &str, text: Arc<str>) -> Self {
        Self { path: path.to_owned(), text, lines: OnceLock::new(), columns: OnceLock::new() }
    }

    /// The path relative to the working directory, with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, shared.
    pub fn shared_text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// Byte offsets at which the lines start; never empty.
    pub fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|i| i as u32 + 1)).collect()
        })
    }

    /// The line (from 0) that holds the byte at `offset`, and where it starts.
    pub fn line_of(&self, offset: u32) -> (usize, u32) {
        let starts = self.line_starts();
        let line = starts.partition_point(|&s| s <= offset).saturating_sub(1);
        (line, starts.get(line).copied().unwrap_or(0))
    }

    /// Line and column of the byte at `offset`; offsets past the end give the end.
    pub fn position(&self, offset: u32) -> Position {
        let (line, start) = self.line_of(offset);
        let columns = self.columns.get_or_init(|| Columns::new(&self.text));
        let before = columns.between(&self.text, start as usize, offset as usize);
        Position { line: line + 1, column: before.scalars + 1, utf16_column: before.utf16 + 1 }
    }

    /// The text from `start` to `end`; empty when that is no range of characters of it.
    pub fn slice(&self, start: u32, end: u32) -> &str {
        let end = (end as usize).min(self.text.len());
        self.text.get(start as usize..end).unwrap_or("")
    }
}

/// A file or folder that could not be read or parsed, in whole or in part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    /// What is wrong, in words for the user.
    pub message: String,
    /// The path as the user would type it.
    pub path: String,
    /// The place, where the text could be read at all.
    pub span: Option<Span>,
}

impl Unreadable {
    /// All places in it.
    pub(crate) fn spans_mut(&mut self) -> impl Iterator<Item = &mut Span> {
        self.span.iter_mut()
    }
}

/// Why a template or parameter file is to be linted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// It lies in a folder that the user named.
    Found,
    /// The user named it.
    Named,
}

/// All texts of a run. Reading files is discovery's work; the core only looks things up here. A copy shares all that has not changed since, and
/// costs next to nothing.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Arc<Vec<Arc<SourceFile>>>,
    /// What stands in the place of some of the files.
    replaced: BTreeMap<FileId, Arc<SourceFile>>,
    by_path: Arc<HashMap<String, FileId>>,
    /// The files of a part, which shares the list of files with the whole.
    of_part: Option<Arc<[FileId]>>,
    folders: Arc<BTreeSet<String>>,
    asked: Arc<BTreeMap<String, Asked>>,
    restored: Arc<BTreeMap<(String, String), String>>,
    configs: Arc<BTreeMap<String, FileId>>,
    base: String,
    repositories: Vec<String>,
    unreadable: Arc<Vec<Unreadable>>,
    reader: Option<Arc<dyn Reader>>,
    late: Arc<Late>,
    links: Arc<Links>,
}

impl Sources {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file. Bytes are decoded as UTF-8 or, with a byte order mark, UTF-16. What does not decode is replaced
    /// and recorded as unreadable. Adding a path again returns the first file.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> FileId {
        if let Some(&id) = self.by_path.get(path) {
            return id;
        }
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let (text, bad) = decode(bytes);
        if let Some(offset) = bad {
            Arc::make_mut(&mut self.unreadable).push(Unreadable {
                message: "this file is not valid UTF-8".to_owned(),
                path: path.to_owned(),
                span: Some(Span::new(id, offset, offset + '\u{fffd}'.len_utf8())),
            });
        }
        Arc::make_mut(&mut self.files).push(Arc::new(SourceFile::new(path, text.into())));
        Arc::make_mut(&mut self.by_path).insert(path.to_owned(), id);
        id
    }

    /// Puts another text in the place of a file's, under the same name; without a file of this path, nothing happens.
    pub fn replace(&mut self, path: &str, text: &str) {
        if let Some(id) = self.by_path.get(path) {
            self.replaced.insert(*id, Arc::new(SourceFile::new(path, text.into())));
        }
    }

    /// The part that holds only the wanted paths (of files and folders), and has only some of them linted. Files keep their names, and those
    /// of other parts of the same sources can be looked up all the same. What it costs depends on the part alone.
    pub fn part(&self, wanted: &BTreeSet<String>, linted: &BTreeSet<String>) -> Self {
        let own = wanted.iter().filter_map(|path| self.by_path.get_key_value(path));
        let own: HashMap<String, FileId> = own.map(|(path, id)| (path.clone(), *id)).collect();
        let mut ids: Vec<FileId> = own.values().copied().collect();
        ids.sort_unstable();
        let asked = linted.iter().filter_map(|path| self.asked.get_key_value(path));
        let of = |path: &String| self.restored.range((path.clone(), String::new())..);
        let restored = wanted.iter().flat_map(|path| of(path).take_while(move |((from, _), _)| from == path));
        Self {
            of_part: Some(ids.into()),
            by_path: Arc::new(own),
            folders: Arc::new(linted.iter().filter(|path| self.folders.contains(*path)).cloned().collect()),
            asked: Arc::new(asked.map(|(path, asked)| (path.clone(), *asked)).collect()),
            restored: Arc::new(restored.map(|(named, path)| (named.clone(), path.clone())).collect()),
            unreadable: Arc::new(self.unreadable.iter().filter(|known| wanted.contains(&known.path)).cloned().collect()),
            ..self.clone()
        }
    }

    /// What is worked out with what.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// The same, to add to.
    pub fn links_mut(&mut self) -> &mut Links {
        Arc::make_mut(&mut self.links)
    }

    /// Records a folder that the run was asked to lint. Other folders are there only because these call them as modules.
    pub fn add_folder(&mut self, path: &str) {
        Arc::make_mut(&mut self.folders).insert(path.to_owned());
    }

    /// Whether a folder is to be linted.
    pub fn is_linted(&self, folder: &str) -> bool {
        self.folders.contains(folder)
    }

    /// The folders to lint, sorted; "" is the current folder.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.folders.iter().map(String::as_str)
    }

    /// Records a template or parameter file that the run was asked to lint. Other files are there only because these refer to them, or
    /// may.
    pub fn ask(&mut self, path: &str, asked: Asked) {
        let known = Arc::make_mut(&mut self.asked).entry(path.to_owned()).or_insert(asked);
        *known = asked.max(*known);
    }

    /// Whether the run was asked to lint a template or parameter file, and why.
    pub fn asked(&self, path: &str) -> Option<Asked> {
        self.asked.get(path).copied()
    }

    /// Records where the compiled form of a module is that a Bicep file names as something of a registry.
    pub fn add_restored(&mut self, from: &str, written: &str, path: &str) {
        Arc::make_mut(&mut self.restored).insert((from.to_owned(), written.to_owned()), path.to_owned());
    }

    /// The modules of registries that are at hand: the file that names one, how, and where it is.
    pub fn restored(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.restored.iter().map(|((from, written), path)| (from.as_str(), written.as_str(), path.as_str()))
    }

    /// Records which configuration file applies to a folder.
    pub fn set_config(&mut self, folder: &str, file: FileId) {
        Arc::make_mut(&mut self.configs).insert(folder.to_owned(), file);
    }

    /// The folders that a configuration file applies to, sorted, with that file.
    pub fn configs(&self) -> impl Iterator<Item = (&str, FileId)> {
        self.configs.iter().map(|(folder, file)| (folder.as_str(), *file))
    }

    /// Records the absolute path of the current folder; "/" until then.
    pub fn set_base(&mut self, path: &str) {
        path.clone_into(&mut self.base);
    }

    /// The absolute form of a path.
    pub fn absolute(&self, path: &str) -> String {
        join(if self.base.is_empty() { "/" } else { &self.base }, path)
    }

    /// Records the absolute path of the top of a git repository. Where one lies in another, the first one that is recorded counts.
    pub fn add_repository(&mut self, path: &str) {
        self.repositories.push(path.to_owned());
    }

    /// What the web pages of a repository call a file: its path from the top of the repository, wherever overlint ran. The path as it is
    /// when it lies in no repository.
    pub fn in_repository<'a>(&self, path: &'a str) -> Cow<'a, str> {
        if self.repositories.is_empty() {
            return Cow::Borrowed(path);
        }
        let absolute = self.absolute(path);
        let within = |top: &String| absolute.strip_prefix(top.trim_end_matches('/'))?.strip_prefix('/');
        match self.repositories.iter().find_map(within) {
            Some(rest) if rest != path => Cow::Owned(rest.to_owned()),
            _ => Cow::Borrowed(path),
        }
    }

    /// What a path that starts from a folder is called here: a way out of the current folder and back into it is left out.
    pub fn name(&self, folder: &str, path: &str) -> String {
        let name = join(folder, path);
        if !name.starts_with("..") {
            return name;
        }
        let (base, absolute) = (self.absolute(""), self.absolute(&name));
        match absolute.strip_prefix(base.trim_end_matches('/')) {
            Some("") => String::new(),
            // A folder whose name only begins like the current one is another.
            Some(rest) => rest.strip_prefix('/').map_or(name, str::to_owned),
            None => name,
        }
    }

    /// Whether a file of this path is there.
    pub fn has(&self, path: &str) -> bool {
        self.by_path.contains_key(path)
    }

    /// Records that something named at a place could not be found or read.
    pub fn add_wrong(&mut self, span: Span, message: impl Into<String>) {
        let path = self.file(span.file).path().to_owned();
        Arc::make_mut(&mut self.unreadable).push(Unreadable { message: message.into(), path, span: Some(span) });
    }

    /// Records something that could not be read at all.
    pub fn add_unreadable(&mut self, path: &str, message: impl Into<String>) {
        Arc::make_mut(&mut self.unreadable).push(Unreadable { message: message.into(), path: path.to_owned(), span: None });
    }

    /// The file with this name. Ids come from [`Sources::add`] of the same set, so there always is one; an id of another set
    /// gives an empty file.
    pub fn file(&self, id: FileId) -> &SourceFile {
        static NOTHING: OnceLock<SourceFile> = OnceLock::new();
        let replaced = if self.replaced.is_empty() { None } else { self.replaced.get(&id) };
        let file = replaced.or_else(|| self.files.get(id.0 as usize)).map(Arc::as_ref).or_else(|| self.late.get(id));
        file.unwrap_or_else(|| NOTHING.get_or_init(|| SourceFile::new("", "".into())))
    }

    /// The file at a path.
    pub fn file_at(&self, path: &str) -> Option<&SourceFile> {
        self.by_path.get(path).map(|id| self.file(*id))
    }

    /// The name of the file at a path.
    pub fn id_at(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// Whether this is the name of a file of this set, and not of one that was read late.
    pub fn has_id(&self, id: FileId) -> bool {
        (id.0 as usize) < self.files.len()
    }

    /// All files with their names.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        let own = self.of_part.iter().flat_map(|ids| ids.iter().map(|id| (*id, self.file(*id))));
        let count = if self.of_part.is_none() { self.files.len() } else { 0 };
        let all = (0..count).map(|i| FileId(i as u32)).map(|id| (id, self.file(id)));
        own.chain(all)
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.by_path.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.by_path.is_empty()
    }

    /// What could not be read.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// Sets what reads the files that the code itself names. Without one, it can read the files of this set.
    pub fn set_reader(&mut self, reader: impl Reader + 'static) {
        self.reader = Some(Arc::new(reader));
    }

    /// The content of a file that the code of a root module's folder, or of a template, names.
    ///
    /// # Errors
    /// When it is not there, or must not or cannot be read.
    pub fn read(&self, path: &str, asker: &str) -> Result<Arc<[u8]>, ReadError> {
        match &self.reader {
            Some(reader) => reader.read(path, asker),
            None => match self.by_path.get(path) {
                Some(id) => Ok(self.file(*id).text().as_bytes().into()),
                None if self.list(path, asker).is_ok() => Err(ReadError::Folder),
                None => Err(ReadError::Missing),
            },
        }
    }

    /// What a folder holds that the code of a root module's folder, or of a template, names, sorted by name.
    ///
    /// # Errors
    /// When it is not there, or must not or cannot be read.
    pub fn list(&self, folder: &str, asker: &str) -> Result<Vec<Entry>, ReadError> {
        match &self.reader {
            Some(reader) => reader.list(folder, asker),
            None => reader::list_known(self.by_path.keys().map(String::as_str), folder),
        }
    }

    /// The name for spans of a file that was read by [`Sources::read`]; `None` when there are too many of them.
    pub fn late_file(&self, path: &str, text: &str) -> Option<FileId> {
        let known = self.by_path.get(path).filter(|id| self.file(**id).text() == text);
        known.copied().or_else(|| self.late.add(path, text))
    }

    /// Whether most names for texts that are read late are taken.
    pub fn is_late_full(&self) -> bool {
        self.late.len() > reader::MOST_FILES / 2
    }

    /// Forgets the texts that were read late. Spans in them lead nowhere from then on.
    pub fn forget_late(&mut self) {
        self.late = Arc::default();
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).slice(span.start, span.end)
    }
}

/// The text of a file's bytes: UTF-8 or, with a byte order mark, UTF-16. What does not decode is replaced.
pub fn text(bytes: &[u8]) -> String {
    decode(bytes).0
}

/// Decodes a file; the offset (in the decoded text) of the first thing that did not decode, if any.
fn decode(bytes: &[u8]) -> (String, Option<usize>) {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks(2).map(|c| unit([c.first().copied().unwrap_or(0), c.get(1).copied().unwrap_or(0)]));
        let mut bad = None;
        let mut text = String::with_capacity(bytes.len());
        for c in char::decode_utf16(units) {
            text.push(c.unwrap_or_else(|_| {
                bad.get_or_insert(text.len());
                char::REPLACEMENT_CHARACTER
            }));
        }
        (text, bad)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            match std::str::from_utf8(bytes) {
                Ok(text) => (text.to_owned(), None),
                Err(e) => (String::from_utf8_lossy(bytes).into_owned(), Some(e.valid_up_to())),
            }
        }
    }
}

/// Joins `relative` to the folder `base` and removes `.` and `..` without looking at the disk. The current folder is "".
pub fn join(base: &str, relative: &str) -> String {
    let absolute = relative.starts_with('/') || (base.starts_with('/') && !relative.starts_with('/'));
    let mut parts: Vec<&str> = Vec::new();
    let start = if relative.starts_with('/') { "" } else { base };
    for part in start.split('/').chain(relative.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute { format!("/{joined}") } else { joined }
}

/// The path that leads from the folder `base` to `path`, both without `.` and with `..` only at their start. "." when they are the same,
/// and `path` itself when the way there cannot be told from the texts alone.
pub fn relative(base: &str, path: &str) -> String {
    if base.starts_with('/') != path.starts_with('/') {
        return path.to_owned();
    }
    fn parts(path: &str) -> Vec<&str> {
        path.split('/').filter(|part| !part.is_empty()).collect()
    }
    let (from, to) = (parts(base), parts(path));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.get(shared..).unwrap_or_default();
    if up.contains(&"..") {
        return path.to_owned();
    }
    let down = to.get(shared..).unwrap_or_default();
    let steps: Vec<&str> = up.iter().map(|_| "..").chain(down.iter().copied()).collect();
    if steps.is_empty() { ".".to_owned() } else { steps.join("/") }
}

/// The folder of a path; "" for a bare file name.
pub fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) => "/",
        Some(i) => path.get(..i).unwrap_or(""),
        None => "",
    }
}
