//! Modules that `terraform init` has downloaded beside a root module.

use super::Modules;
use super::module::{Module, literal};
use super::version;
use crate::source::{self, Sources, Span};
use crate::syntax::hcl::ast::Block;
use crate::syntax::installed::{self, InstalledModule};
use std::collections::{BTreeMap, HashMap};

/// What is installed, by the folder of the root module and by key.
#[derive(Debug, Default)]
pub struct Installed(HashMap<String, BTreeMap<String, InstalledModule>>);

/// The folder that Terraform downloads modules into.
const DOWNLOADS: &str = ".terraform/";

impl Installed {
    /// Reads the lists among the sources.
    pub fn read(sources: &Sources) -> Self {
        let lists = sources.iter().filter_map(|(_, file)| {
            let root = file.path().strip_suffix(installed::PATH)?;
            let root = if root.is_empty() { root } else { root.strip_suffix('/')? };
            let modules = installed::parse(file.text()).into_iter().map(|m| (m.key.clone(), m));
            Some((root.to_owned(), modules.collect()))
        });
        Self(lists.collect())
    }

    /// The folder of the module that a call means, if it was downloaded for this source and version.
    fn folder(&self, root: &str, key: &str, call: &Block) -> Option<String> {
        let module = self.0.get(root)?.get(key)?;
        let text = |name| call.body.attribute(name).and_then(|a| literal(&a.expr)).map(|(text, _)| text);
        let constraint = text("version");
        let fits = match (&constraint, &module.version) {
            (Some(constraint), Some(version)) => version::allows(constraint, version),
            _ => true,
        };
        (fits && same_source(&text("source")?, &module.source)).then(|| source::join(root, &module.dir))
    }

    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key of the downloaded module that holds a file, or of the one that the user's own code calls to get it.
    fn outermost(&self, root: &str, path: &str) -> Option<&str> {
        let modules = self.0.get(root)?;
        let holds = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let downloaded = |m: &&InstalledModule| m.dir.starts_with(DOWNLOADS);
        let module = modules.values().find(|m| downloaded(m) && holds(&source::join(root, &m.dir)))?;
        let mut callers = module.key.match_indices('.').filter_map(|(i, _)| modules.get(module.key.get(..i)?));
        Some(callers.find(downloaded).map_or(&module.key, |outer| &outer.key))
    }
}

/// Whether a source as the user writes it and one as Terraform lists it mean the same. A list of another source is out of date.
fn same_source(written: &str, listed: &str) -> bool {
    fn plain(source: &str) -> String {
        let mut text = source.to_ascii_lowercase();
        for start in ["git::", "https://", "ssh://", "git@", "registry.terraform.io/", "registry.opentofu.org/"] {
            text = text.strip_prefix(start).unwrap_or(&text).to_owned();
        }
        text.replace(".git", "").replace("github.com:", "github.com/")
    }
    plain(written) == plain(listed)
}

impl Modules {
    /// The folder of the module that a call means. `key` names the call: the names of the calls that lead there from the root module.
    pub(super) fn callee(&self, root: &str, caller: &Module, key: &str, call: &Block) -> Option<String> {
        let downloaded = || self.installed.folder(root, key, call);
        caller.called_folder(call).or_else(downloaded).or_else(|| self.known.folder(call))
    }

    /// The call in the user's own code that brings in the downloaded module which holds a file.
    pub(super) fn outer_call(&self, root: &str, path: &str) -> Option<Span> {
        let key = self.installed.outermost(root, path)?;
        let mut module = self.get(root)?;
        let mut seen = String::new();
        let mut names = key.split('.').peekable();
        while let Some(name) = names.next() {
            let call = module.calls.get(name)?;
            if names.peek().is_none() {
                return Some(call.header);
            }
            seen = join(&seen, name);
            module = self.get(&self.callee(root, module, &seen, call)?)?;
        }
        None
    }
}

/// A key of a call, from that of its caller.
pub(super) fn join(key: &str, name: &str) -> String {
    if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") }
}
