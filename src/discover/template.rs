//! One template or parameter file: ARM JSON or Bicep.

use super::buffers::Buffers;
use super::closure::{Call, Node};
use super::folder::{self, Entry};
use super::outside;
use super::restored::Restored;
use crate::source::{self, Asked, FileId, join, parent};
use crate::syntax::bicep::Dialect;
use crate::syntax::bicep::outline::{Outline, Reference, outline};
use crate::syntax::json;
use memchr::memmem;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Resource Manager's type of clusters; also in JSON that escapes slashes.
const CLUSTER: [&[u8]; 2] = [b"microsoft.containerservice/managedclusters", br"microsoft.containerservice\/managedclusters"];

/// No reference of a Bicep file is written without one of these: how local paths end, how those of registries begin.
const REFERENCES: [&[u8]; 7] = [b".bicep", b".json'", b".jsonc'", b"'br:", b"'br/", b"'ts:", b"'ts/"];

/// A template or parameter file that may matter.
pub(super) struct Template {
    /// Its path as in `Sources`.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Whether the run was asked to lint it; otherwise another file refers to it, or may.
    pub asked: Option<Asked>,
    /// Its content; none when it could not be read.
    pub bytes: Vec<u8>,
    /// The configuration file that applies here.
    pub config: Option<Arc<Path>>,
    calls: Vec<Call>,
    /// What it refers to in registries, as long as nobody has looked for that in Bicep's cache: names of calls, and as written.
    elsewhere: Vec<Reference>,
    holds_cluster: bool,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A template.
    Template,
    /// A parameter file in Bicep, which names its template.
    BicepParameters,
    /// A parameter file in JSON, which does not.
    JsonParameters,
}

impl Kind {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::BicepParameters => "bicep parameters",
            Self::JsonParameters => "json parameters",
        }
    }
}

/// Templates and parameter files.
#[derive(Default)]
pub(super) struct Templates {
    /// Those that may matter, by path.
    pub files: BTreeMap<String, Template>,
    /// The paths of templates that have no cluster and refer to nothing.
    pub others: BTreeSet<String>,
    /// Paths that could not be read, and why.
    pub unreadable: Vec<(String, String)>,
}

impl Templates {
    /// Adds others. What the user named counts as named.
    pub fn extend(&mut self, other: Self) {
        for (path, file) in other.files {
            if self.files.get(&path).is_none_or(|known| known.asked < file.asked) {
                self.files.insert(path, file);
            }
        }
        self.others.extend(other.others);
        self.unreadable.extend(other.unreadable);
    }

    /// Adds a parameter file that the user names for templates, whatever it was taken for.
    pub fn name(&mut self, mut file: Template) {
        file.matters();
        file.asked = self.files.get(&file.path).and_then(|known| known.asked);
        self.files.insert(file.path.clone(), file);
    }

    /// Sets the configuration file that applies to all.
    pub fn set_config(&mut self, config: Option<&Arc<Path>>) {
        self.files.values_mut().for_each(|file| file.config = config.cloned());
    }

    /// Takes paths that are right but for letter cases as their authors' disks do.
    pub fn settle_cases(&mut self) {
        let known = |path: &str| self.files.contains_key(path) || self.others.contains(path) || Path::new(path).exists();
        let calls = self.files.values().flat_map(|file| &file.calls);
        let unknown: BTreeSet<String> = calls.filter(|call| !known(&call.to)).map(|call| call.to.to_lowercase()).collect();
        if unknown.is_empty() {
            return;
        }
        let mut right: BTreeMap<String, Option<String>> = BTreeMap::new();
        for path in self.files.keys().chain(&self.others) {
            let small = path.to_lowercase();
            if unknown.contains(&small) {
                // Of two that differ in nothing else none is meant.
                right.entry(small).and_modify(|other| *other = None).or_insert_with(|| Some(path.clone()));
            }
        }
        for call in self.files.values_mut().flat_map(|file| &mut file.calls) {
            if let Some(Some(path)) = right.get(&call.to.to_lowercase()) {
                call.to.clone_from(path);
            }
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.others.is_empty() && self.unreadable.is_empty()
    }

    /// Reads a Bicep file, or a JSON file with comments.
    pub fn read(&mut self, path: &Path, special: bool, asked: Option<Asked>, buffers: &Buffers, buffer: &mut Vec<u8>) {
        match folder::read_listed(path, special, buffers, buffer) {
            Ok(None) => {}
            Ok(Some(bytes)) => self.add(&folder::name(path), bytes, asked),
            // JSON may be anything; nobody says that it is ours.
            Err(message) if asked == Some(Asked::Named) || Dialect::of(&folder::name(path)).is_some() => {
                self.unreadable.push((folder::name(path), message));
            }
            Err(_) => {}
        }
    }

    /// Adds a file that was read, if it is a template or parameter file.
    pub fn add(&mut self, path: &str, bytes: Vec<u8>, asked: Option<Asked>) {
        let Some(kind) = kind(path, &bytes) else { return };
        let file = Template::new(path.to_owned(), kind, bytes, asked);
        if file.kind == Kind::Template && file.is_idle() {
            self.others.insert(file.path);
        } else {
            self.files.insert(file.path.clone(), file);
        }
    }
}

impl Template {
    fn new(path: String, kind: Kind, bytes: Vec<u8>, asked: Option<Asked>) -> Self {
        let small = plain(&bytes).to_ascii_lowercase();
        let has = |mark: &[u8]| memmem::find(&small, mark).is_some();
        let holds_cluster = kind == Kind::Template && CLUSTER.into_iter().any(has);
        let may_refer = match Dialect::of(&path) {
            Some(_) => REFERENCES.into_iter().any(has),
            None => kind == Kind::Template && has(b"\"templatelink\""),
        };
        let mut file = Self { path, kind, asked, bytes, config: None, calls: Vec::new(), elsewhere: Vec::new(), holds_cluster };
        if may_refer {
            let outline = file.outline();
            outline.references.into_iter().for_each(|reference| file.refer(reference));
            // What is not followed is told where it may hold a cluster.
            file.holds_cluster |= outline.addresses.iter().any(|link| outside::may_hold_cluster(&link.name, &link.path));
        }
        file
    }

    /// Reads a file that another one refers to; `None` when there is no such file, or when it is no template by its name.
    pub fn called(path: &str, buffers: &Buffers) -> Option<Self> {
        let is_json = path.ends_with(".json") || path.ends_with(".jsonc");
        if !is_json && Dialect::of(path).is_none() {
            return None;
        }
        // What cannot be read is missing for the one who refers to it, who will be told.
        let bytes = folder::read_listed(Path::new(path), true, buffers, &mut Vec::new()).ok()??;
        let kind = if Dialect::of(path) == Some(Dialect::Parameters) { Kind::BicepParameters } else { Kind::Template };
        Some(Self::new(path.to_owned(), kind, bytes, None))
    }

    /// A template or parameter file of this text, if it is one.
    pub fn of_text(path: &str, text: &str) -> Option<Self> {
        let kind = kind(path, text.as_bytes())?;
        Some(Self::new(path.to_owned(), kind, text.into(), None))
    }

    /// The names and addresses of what it refers to in registries.
    pub fn names_elsewhere(&self) -> impl Iterator<Item = String> {
        self.elsewhere.iter().map(|reference| format!("{} {}", reference.name, reference.path))
    }

    /// Reads a parameter file that the user names, whatever it looks like.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn parameters(path: &str, buffers: &Buffers) -> Result<Self, String> {
        let bytes = folder::read_named(Path::new(path), folder::LARGEST, buffers)?;
        let is_bicep = Dialect::of(path) == Some(Dialect::Parameters);
        let kind = if is_bicep { Kind::BicepParameters } else { Kind::JsonParameters };
        Ok(Self::new(path.to_owned(), kind, bytes, None))
    }

    /// Makes it matter, and what it refers to.
    pub fn matters(&mut self) {
        self.holds_cluster = true;
    }

    /// Whether nothing about it can matter by itself.
    fn is_idle(&self) -> bool {
        !self.holds_cluster && self.calls.is_empty() && self.elsewhere.is_empty()
    }

    /// What it refers to, and its parameters.
    pub fn outline(&self) -> Outline {
        let text = source::text(&self.bytes);
        if Dialect::of(&self.path).is_some() { outline(&text) } else { json_outline(&text) }
    }

    fn refer(&mut self, reference: Reference) {
        if reference.path.contains(':') {
            self.holds_cluster |= outside::module_may_hold_cluster(&reference.name, &reference.path);
            self.elsewhere.push(reference);
        } else {
            let to = join(parent(&self.path), &reference.path.replace('\\', "/"));
            self.calls.push(Call { name: reference.name, source: reference.path, to });
        }
    }

    /// Looks for what it refers to in registries.
    pub fn look_up(&mut self, restored: &Restored) {
        for reference in std::mem::take(&mut self.elsewhere) {
            if let Some(to) = restored.find(&self.path, &reference.path) {
                self.calls.push(Call { name: reference.name, source: reference.path, to });
            }
        }
    }

    /// What it refers to in registries and is on this disk: as written, and where.
    pub fn restored(&self) -> impl Iterator<Item = (&str, &str)> {
        let calls = self.calls.iter().filter(|call| call.source.contains(':'));
        calls.map(|call| (call.source.as_str(), call.to.as_str()))
    }
}

impl Node for Template {
    fn calls(&self) -> &[Call] {
        &self.calls
    }

    fn holds_cluster(&self) -> bool {
        self.holds_cluster
    }
}

/// What a file is, told quickly.
fn kind(path: &str, bytes: &[u8]) -> Option<Kind> {
    match Dialect::of(path) {
        Some(Dialect::Template) => return Some(Kind::Template),
        Some(Dialect::Parameters) => return Some(Kind::BicepParameters),
        None => {}
    }
    let plain = plain(bytes);
    let has = |mark: &[u8]| memmem::find(&plain, mark).is_some();
    if !has(b"$schema") && !has(b"ersion\"") {
        return None;
    }
    let small = plain.to_ascii_lowercase();
    let find = |mark: &[u8]| memmem::find(&small, mark);
    match (find(b"deploymenttemplate.json"), find(b"deploymentparameters.json")) {
        (Some(template), Some(parameters)) if parameters < template => Some(Kind::JsonParameters),
        (Some(_), _) => Some(Kind::Template),
        (None, Some(_)) => Some(Kind::JsonParameters),
        // Some leave the schema out.
        (None, None) if find(b"\"resources\"").is_some() && find(b"\"apiversion\"").is_some() => Some(Kind::Template),
        (None, None) if find(b"\"contentversion\"").is_some() && find(b"\"parameters\"").is_some() => Some(Kind::JsonParameters),
        (None, None) => None,
    }
}

/// Bytes to look for plain words in: UTF-16 loses its zeros.
fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => bytes.iter().copied().filter(|byte| *byte != 0).collect(),
        _ => bytes.into(),
    }
}

/// What an ARM template links to, and its parameters; also those that a parameter file sets.
fn json_outline(text: &str) -> Outline {
    let root = json::parse(FileId::outside(0), text).root;
    let mut outline = Outline::default();
    if let Some(parameters) = member(&root, "parameters") {
        outline.parameters.extend(parameters.members().iter().map(|m| m.name.to_string()));
    }
    let mut next = vec![&root];
    while let Some(node) = next.pop() {
        if let Some(link) = member(node, "properties").and_then(|properties| member(properties, "templateLink")) {
            let text = |of, name| member(of, name).and_then(json::Node::as_str).map(str::to_owned);
            let name = text(node, "name").unwrap_or_default();
            match text(link, "relativePath") {
                // An expression is not known here.
                Some(path) if !path.starts_with('[') => {
                    outline.references.push(Reference { name: String::new(), path });
                }
                path => {
                    let address = path.or_else(|| text(link, "uri")).or_else(|| text(link, "id"));
                    outline.addresses.extend(address.map(|path| Reference { name, path }));
                }
            }
        }
        next.extend(node.items().iter().chain(node.members().iter().map(|m| &m.value)));
    }
    outline
}

/// A member of an object, in any letter case.
fn member<'n>(node: &'n json::Node, name: &str) -> Option<&'n json::Node> {
    node.members().iter().rev().find(|m| m.name.eq_ignore_ascii_case(name)).map(|m| &m.value)
}

/// Reads the templates and parameter files that a listing has by their names.
pub(super) fn read_listed(path: &Path, entries: &[Entry], asked: &dyn Fn(&Entry) -> Asked, buffers: &Buffers) -> Templates {
    let mut templates = Templates::default();
    let mut buffer = Vec::new();
    for entry in entries {
        templates.read(&path.join(&entry.name), entry.special, Some(asked(entry)), buffers, &mut buffer);
    }
    templates
}
