//! One folder: which of its files matter, and their bytes.

use super::buffers::Buffers;
use super::closure::{Call, Node};
use super::outside;
use super::template::Templates;
use crate::eval::plan;
use crate::progress::Progress;
use crate::source::{Asked, Sources, join};
use crate::syntax::bicep::Dialect;
use crate::syntax::hcl::files::{self, Role};
use crate::syntax::hcl::{from_json, is_local_source, module_calls};
use crate::syntax::installed::{self, InstalledModule};
use crate::system;
use memchr::memmem;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

/// Folders by name.
pub(super) type Folders = BTreeMap<String, Folder>;

/// No call of a module from elsewhere that may hold a cluster is written without one of these.
const AKS: [&[u8]; 5] = [b"aks", b"AKS", b"kubernetes", b"k8s", b"managedcluster"];

/// So many files of one module are read.
const MOST_FILES: usize = 100_000;
/// So much of one module is read, and one more file.
const MOST_BYTES: usize = 64 << 20;

/// No local module call is written without one of these.
const LOCAL: [&[u8]; 2] = [b"./", br".\/"];

/// Files larger than this are not read, in bytes. Code is not that large.
pub(super) const LARGEST: usize = 16 << 20;

/// Why pipes, sockets and devices are not read.
pub(super) const NOT_REGULAR: &str = "this is no regular file and was not read";

/// A folder with Terraform configuration.
pub(super) struct Folder {
    /// Its path as in `Sources`.
    pub name: String,
    /// Whether the run was asked to lint it; otherwise it is only called.
    pub linted: bool,
    /// What was read.
    pub files: Vec<Text>,
    /// Files to read once it is known that the folder matters.
    rest: Vec<PathBuf>,
    /// Variable files that Terraform does not load by itself.
    pub variables: Vec<PathBuf>,
    /// The configuration file that applies here.
    pub config: Option<Arc<Path>>,
    /// The modules it calls that are on this disk: local ones and, for the folders to lint, downloaded ones.
    pub calls: Vec<Call>,
    /// Whether it mentions a cluster.
    pub holds_cluster: bool,
    /// Whether plans are among the files.
    pub has_plans: bool,
    /// Paths that could not be read, and why.
    pub unreadable: Vec<(String, String)>,
}

/// A file that was read.
pub(super) struct Text {
    /// Its path as in `Sources`.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Text {
    /// The names and sources of the modules that it calls.
    pub fn module_calls(&self) -> Vec<(String, String)> {
        if !self.path.ends_with(".json") {
            return module_calls(&String::from_utf8_lossy(&self.bytes));
        }
        let mut sources = Sources::new();
        let file = sources.add(&self.path, &self.bytes);
        from_json::module_calls(file, sources.file(file).text())
    }
}

impl Node for Folder {
    fn calls(&self) -> &[Call] {
        &self.calls
    }

    fn holds_cluster(&self) -> bool {
        self.holds_cluster
    }
}

impl Folder {
    /// A folder of which nothing was read.
    fn new(path: &Path, linted: bool) -> Self {
        Self {
            name: name(path),
            linted,
            files: Vec::new(),
            rest: Vec::new(),
            variables: Vec::new(),
            config: None,
            calls: Vec::new(),
            holds_cluster: false,
            has_plans: false,
            unreadable: Vec::new(),
        }
    }

    /// A folder to lint that could not be listed.
    pub fn unlisted(path: &Path, error: &io::Error) -> Self {
        let mut folder = Self::new(path, true);
        folder.fail_listing(path, error);
        folder
    }

    fn fail_listing(&mut self, path: &Path, error: &io::Error) {
        self.fail(path, format!("this folder cannot be read: {}", reason(error)));
    }

    /// Reads the configuration and the plans in a folder to lint. Data that are templates or their parameters go to the `templates`.
    pub fn linted(
        path: &Path,
        mut listing: Listing,
        templates: &mut Templates,
        asked: &dyn Fn(&Entry) -> Asked,
        buffers: &Buffers,
    ) -> Self {
        let mut folder = Self::new(path, true);
        let data = std::mem::take(&mut listing.data);
        folder.read(path, listing, buffers);
        folder.read_data(path, data, templates, asked, buffers);
        folder
    }

    /// Reads a folder that is only called; `None` when there is no such folder.
    pub fn called(name: &str, buffers: &Buffers) -> Option<Self> {
        let path = Path::new(name);
        if !fs::metadata(on_disk(path)).map_or_else(|e| e.kind() != io::ErrorKind::NotFound, |m| m.is_dir()) {
            return None;
        }
        let mut folder = Self::new(path, false);
        match Listing::of(path, buffers) {
            Ok(listing) => folder.read(path, listing, buffers),
            Err(error) => folder.fail_listing(path, &error),
        }
        Some(folder)
    }

    /// Counts it among what was read.
    pub fn count(&self, progress: &Progress) {
        progress.read(self.files.len(), self.holds_cluster);
    }

    /// Whether there is anything to say about it.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.unreadable.is_empty()
    }

    fn read(&mut self, path: &Path, listing: Listing, buffers: &Buffers) {
        let mut buffer = Vec::with_capacity(16 << 10);
        self.read_configuration(path, listing.configuration, buffers, &mut buffer);
        let paths = |entries: Vec<Entry>| entries.into_iter().map(|entry| path.join(entry.name)).collect();
        self.rest = paths(listing.rest);
        self.variables = paths(listing.variables);
        for file in &self.files {
            self.holds_cluster = self.holds_cluster || plan::mentions_cluster(&file.bytes);
            let marks = LOCAL.iter().chain(&AKS);
            if marks.into_iter().any(|mark| memmem::find(&file.bytes, mark).is_some()) {
                for (name, source) in file.module_calls() {
                    if is_local_source(&source) {
                        self.calls.push(Call { name, to: join(&self.name, &source), source });
                    } else {
                        self.holds_cluster = self.holds_cluster || outside::may_hold_cluster(&name, &source);
                    }
                }
            }
        }
        // Only a root module's list of modules counts.
        if listing.initialized && self.linted {
            self.read_installed(&path.join(installed::PATH), &mut buffer);
        }
    }

    /// Reads the files of a module, as many as anybody has.
    fn read_configuration(&mut self, path: &Path, mut entries: Vec<Entry>, buffers: &Buffers, buffer: &mut Vec<u8>) {
        if entries.len() <= MOST_FILES
            && self.read_entries(path, &entries, buffers, buffer).is_none()
            && self.bytes() <= MOST_BYTES
        {
            return;
        }
        // Which ones are left out must not depend on the disk.
        self.files.clear();
        self.unreadable.clear();
        entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        if let Some(first) = self.read_entries(path, &entries, buffers, buffer) {
            let first = first.name.to_string_lossy();
            let bound = format!("{MOST_FILES} files or {} MiB of configuration", MOST_BYTES >> 20);
            self.fail(path, format!("this folder holds more than {bound}: {first} and what follows were not read"));
        }
    }

    /// Reads files within the bounds; gives the first one that is beyond.
    fn read_entries<'e>(
        &mut self,
        path: &Path,
        entries: &'e [Entry],
        buffers: &Buffers,
        buffer: &mut Vec<u8>,
    ) -> Option<&'e Entry> {
        let mut bytes = 0;
        for (number, entry) in entries.iter().enumerate() {
            if number >= MOST_FILES || bytes > MOST_BYTES {
                return Some(entry);
            }
            let before = self.files.len();
            self.read_entry(&path.join(&entry.name), entry.special, buffers, buffer);
            bytes += self.files.iter().skip(before).map(|file| file.bytes.len()).sum::<usize>();
        }
        None
    }

    /// So much was read of it.
    fn bytes(&self) -> usize {
        self.files.iter().map(|file| file.bytes.len()).sum()
    }

    /// Reads the plans and states among data files, and the templates. Other data is none of our business, readable or not.
    fn read_data(
        &mut self,
        path: &Path,
        data: Vec<Entry>,
        templates: &mut Templates,
        asked: &dyn Fn(&Entry) -> Asked,
        buffers: &Buffers,
    ) {
        let mut buffer = Vec::new();
        for entry in data {
            let path = path.join(&entry.name);
            if entry.special && !fs::metadata(&path).is_ok_and(|found| found.is_file()) {
                continue;
            }
            let name = name(&path);
            match read_file(&path, buffers, &mut buffer) {
                Ok(bytes) if is_plan(&name, &bytes) => {
                    self.holds_cluster = true;
                    self.has_plans = true;
                    self.files.push(Text { path: name, bytes });
                }
                Ok(bytes) => templates.add(&name, bytes, Some(asked(&entry))),
                Err(message) if is_plan(&name, &buffer) => self.fail(&path, message),
                Err(_) => {}
            }
        }
    }

    /// Reads where `terraform init` has put modules, if it has.
    fn read_installed(&mut self, path: &Path, buffer: &mut Vec<u8>) {
        if !path.is_file() {
            return;
        }
        match read_file(path, &Buffers::default(), buffer) {
            Ok(bytes) => {
                let modules = installed::parse(&String::from_utf8_lossy(&bytes));
                let call = |m: InstalledModule| Call { to: join(&self.name, &m.dir), name: m.key, source: m.source };
                self.calls.extend(modules.into_iter().map(call));
                self.files.push(Text { path: name(path), bytes });
            }
            Err(message) => self.fail(path, message),
        }
    }

    /// The paths of the files that are read late.
    pub fn late_paths(&self) -> impl Iterator<Item = String> {
        self.rest.iter().map(|path| name(path))
    }

    /// Reads what only matters in the root module of a configuration: variable values and the versions of providers.
    pub fn read_rest(&mut self, buffers: &Buffers) {
        for path in std::mem::take(&mut self.rest) {
            self.read_more(&path, buffers);
        }
    }

    /// Reads one more file.
    pub fn read_more(&mut self, path: &Path, buffers: &Buffers) {
        self.read_entry(path, true, buffers, &mut Vec::new());
    }

    fn read_entry(&mut self, path: &Path, special: bool, buffers: &Buffers, buffer: &mut Vec<u8>) {
        match read_listed(path, special, buffers, buffer) {
            Ok(None) => {}
            Ok(Some(bytes)) => self.files.push(Text { path: name(path), bytes }),
            Err(message) => self.fail(path, message),
        }
    }

    fn fail(&mut self, path: &Path, message: String) {
        let path = name(path);
        self.unreadable.push((if path.is_empty() { ".".to_owned() } else { path }, message));
    }
}

/// What matters of a folder's content.
#[derive(Default)]
pub(super) struct Listing {
    /// Files that hold configuration.
    pub configuration: Vec<Entry>,
    /// Files that matter beside configuration.
    pub rest: Vec<Entry>,
    /// Files that may be plans, or templates or their parameters: JSON.
    pub data: Vec<Entry>,
    /// Files that are templates or their parameters, by their names.
    pub templates: Vec<Entry>,
    /// Other files with variables.
    pub variables: Vec<Entry>,
    /// The name of the configuration file.
    pub config: Option<OsString>,
    /// Folders.
    pub folders: Vec<OsString>,
    /// Whether there is a `.gitignore`.
    pub gitignore: bool,
    /// Whether this is the top of a git repository.
    pub repository: bool,
    /// Whether Terraform was initialized here.
    pub initialized: bool,
}

/// What a name in a folder stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Link,
    Other,
}

impl From<FileType> for Kind {
    fn from(kind: FileType) -> Self {
        match () {
            () if kind.is_file() => Self::File,
            () if kind.is_dir() => Self::Folder,
            () if kind.is_symlink() => Self::Link,
            () => Self::Other,
        }
    }
}

/// A file in a listing.
pub(super) struct Entry {
    /// Its name.
    pub name: OsString,
    /// Whether it is a symbolic link, a pipe or the like: it may be anything.
    pub special: bool,
}

impl Listing {
    /// Lists a folder. The kind of each entry comes with the listing, so nothing else is asked of the disk.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn of(path: &Path, buffers: &Buffers) -> io::Result<Self> {
        let mut listing = Self::default();
        for entry in WalkDir::new(on_disk(path)).min_depth(1).max_depth(1) {
            let entry = entry.map_err(|e| e.into_io_error().unwrap_or(io::ErrorKind::Other.into()))?;
            listing.add(entry.file_name(), entry.file_type().into());
        }
        for new in buffers.names_in(path).filter(|new| fs::symlink_metadata(path.join(new)).is_err()) {
            listing.add(new.as_ref(), Kind::File);
        }
        Ok(listing)
    }

    /// The names of all files with variables.
    pub fn variable_files(&self) -> impl Iterator<Item = &OsString> {
        let loaded = self.rest.iter().filter(|entry| files::has_values(&entry.name.to_string_lossy()));
        self.variables.iter().chain(loaded).map(|entry| &entry.name)
    }

    fn add(&mut self, name: &OsStr, kind: Kind) {
        match name.as_encoded_bytes() {
            b".git" => self.repository = true,
            b".terraform" if kind == Kind::Folder => self.initialized = true,
            b".gitignore" => self.gitignore = kind == Kind::File,
            b"overlint.toml" => self.config = Some(name.to_owned()),
            b".overlint.toml" => _ = self.config.get_or_insert_with(|| name.to_owned()),
            _ if kind == Kind::Folder => self.folders.push(name.to_owned()),
            _ => {
                let name_text = name.to_string_lossy();
                let list = match files::role(&name_text) {
                    Some(Role::Code | Role::Override) => &mut self.configuration,
                    Some(Role::Values(_) | Role::Lock) => &mut self.rest,
                    None if files::has_values(&name_text) => &mut self.variables,
                    None if name_text.starts_with('.') => return,
                    None if name_text.ends_with(".json") => &mut self.data,
                    None if name_text.ends_with(".jsonc") || Dialect::of(&name_text).is_some() => &mut self.templates,
                    None => return,
                };
                list.push(Entry { name: name.to_owned(), special: kind != Kind::File });
            }
        }
    }
}

/// Whether a file is a plan or state of a cluster, as far as can be told quickly. The needles are looked for in UTF-16, too.
pub(super) fn is_plan(name: &str, bytes: &[u8]) -> bool {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            let plain: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
            plan::is_candidate(name, &plain)
        }
        _ => plan::is_candidate(name, bytes),
    }
}

/// Reads a file of a listing, or what stands in for it; none when it is a folder in the end.
pub(super) fn read_listed(
    path: &Path,
    special: bool,
    buffers: &Buffers,
    buffer: &mut Vec<u8>,
) -> Result<Option<Vec<u8>>, String> {
    if special && buffers.at(path).is_none() {
        match fs::metadata(path) {
            Ok(found) if found.is_file() => {}
            Ok(found) if found.is_dir() => return Ok(None),
            Ok(_) => return Err(NOT_REGULAR.to_owned()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err("this symbolic link leads nowhere".to_owned()),
            Err(e) => return Err(format!("this symbolic link cannot be followed: {}", reason(&e))),
        }
    }
    read_file(path, buffers, buffer).map(Some)
}

/// Reads a file that is regular as far as is known, or what stands in for it, with the help of a buffer that may be used again.
pub(super) fn read_file(path: &Path, buffers: &Buffers, buffer: &mut Vec<u8>) -> Result<Vec<u8>, String> {
    if let Some(text) = buffers.at(path) {
        return Ok(text.as_bytes().to_vec());
    }
    read_regular(path, LARGEST, buffer)?;
    Ok(buffer.as_slice().to_vec())
}

/// Reads a file that may be anything, as it does when only its name is known, or what stands in for it.
pub(super) fn read_named(path: &Path, most: usize, buffers: &Buffers) -> Result<Vec<u8>, String> {
    if let Some(text) = buffers.at(path) {
        return Ok(text.as_bytes().to_vec());
    }
    let mut bytes = Vec::new();
    if is_open(path) {
        // Its writer may take its time.
        read_some(File::open(path).map_err(|e| cannot(&e))?, most, &mut bytes)?;
    } else if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return Err(NOT_REGULAR.to_owned());
    } else {
        read_regular(path, most, &mut bytes)?;
    }
    Ok(bytes)
}

/// Reads the standard input, which stands for a file.
pub(super) fn read_stdin() -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    read_some(io::stdin().lock(), LARGEST, &mut bytes)?;
    Ok(bytes)
}

/// Reads a file that was regular when somebody looked. If it has become a pipe meanwhile, that looks like an empty file.
fn read_regular(path: &Path, most: usize, buffer: &mut Vec<u8>) -> Result<(), String> {
    let file = system::open(path).map_err(|e| cannot(&e))?;
    read_some(&file, most, buffer)?;
    if buffer.is_empty() && !file.metadata().is_ok_and(|found| found.is_file()) {
        return Err(NOT_REGULAR.to_owned());
    }
    Ok(())
}

/// Whether a path is that of what the shell has opened for us: `--var-file <(..)`.
fn is_open(path: &Path) -> bool {
    path.starts_with("/dev/fd") || path == Path::new("/dev/stdin")
}

fn cannot(error: &io::Error) -> String {
    format!("this file cannot be read: {}", reason(error))
}

/// Reads so many bytes at most. The size is not asked for: one call less for each file.
fn read_some(from: impl Read, most: usize, buffer: &mut Vec<u8>) -> Result<(), String> {
    buffer.clear();
    from.take(most as u64 + 1).read_to_end(buffer).map_err(|e| cannot(&e))?;
    if buffer.len() > most {
        return Err(format!("this file is larger than {} MiB and was not read", most >> 20));
    }
    Ok(())
}

/// Why the disk refused, in few words.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// The path to open: the current folder has no name among the sources.
pub(super) fn on_disk(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// The name of a path among the sources. Bytes that are not UTF-8 are written as `\xff`, so that different paths keep different names.
pub(super) fn name(path: &Path) -> String {
    let mut name = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        name.push_str(chunk.valid());
        name.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    if cfg!(windows) { name.replace('\\', "/") } else { name }
}
