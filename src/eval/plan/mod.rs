//! Terraform plans and states as JSON (`terraform show -json`): values that Terraform itself worked out, and what it would change.
//!
//! A plan lists for each resource what it is and what it will be. It fills in every attribute of the provider's schema, so its
//! `configuration` part is asked which of them the code writes: an attribute that is not written and not known is left to Azure, as in
//! code.

mod address;
mod azapi;
mod change;
mod links;
mod places;
mod value;
mod written;

pub use address::without_indexes;

use crate::eval::terraform::azapi::is_azapi;
use crate::source::{FileId, Sources, Span};
use crate::syntax::hcl::ast::Body;
use crate::syntax::hcl::from_json;
use crate::syntax::json::{self, Node};
use crate::tree::{Change, Resource};
use crate::value::{Map, Val, Value};
use links::Links;
use memchr::memmem;
use std::collections::BTreeMap;
use std::sync::Arc;
use value::Reader;
use written::Written;

/// A plan, or a state.
#[derive(Debug)]
pub struct Plan {
    /// The file it was read from.
    pub file: FileId,
    root: Node,
}

/// What a plan says of the wanted resources.
#[derive(Debug, Default)]
pub struct Planned {
    /// The resources as they will be; of a state, as they are.
    pub resources: Vec<Resource>,
    /// The resources as they are, under the addresses that they will have.
    pub before: Vec<Resource>,
    /// What happens to those that exist and will exist.
    pub changes: Vec<Change>,
    /// Resources that may be of the wanted kinds: their addresses, and why that is not known.
    pub unresolved: Vec<(Arc<str>, Val)>,
}

/// A resource of a plan: where its parts stand.
struct Entry<'p> {
    node: &'p Node,
    module: &'p str,
    kind: &'p str,
    existing: bool,
    before: Option<&'p Node>,
    after: Option<&'p Node>,
    change: Option<&'p Node>,
}

/// What the types of azurerm begin with that are about Kubernetes ..
const PROVIDER: &[u8] = b"azurerm_kubernetes_";
/// .. and how those of clusters and node pools go on.
const KINDS: [&[u8]; 2] = [b"cluster", b"automatic_cluster"];
/// Their type in Resource Manager, in lower case.
const ARM_KIND: &[u8] = b"microsoft.containerservice/managedclusters";

/// Finds the plans among the JSON files. What looks like a plan but is not readable is told, too.
pub fn read(sources: &Sources) -> (Vec<Plan>, Vec<(Span, String)>) {
    use rayon::prelude::*;
    let files: Vec<FileId> =
        sources.iter().filter(|(_, f)| is_candidate(f.path(), f.text().as_bytes())).map(|(id, _)| id).collect();
    let parsed: Vec<_> = files.into_par_iter().map(|file| (file, json::parse(file, sources.file(file).text()))).collect();
    let mut plans = Vec::new();
    let mut errors = Vec::new();
    for (file, parsed) in parsed {
        let Some(version) = version(&parsed.root) else { continue };
        if let Some(first) = parsed.errors.into_iter().chain(parsed.extensions).min() {
            errors.push(first);
        } else if matches!(version.as_str().and_then(|v| v.split('.').next()), Some("0" | "1")) {
            plans.push(Plan { file, root: parsed.root });
        } else {
            errors.push((version.span, "this version of Terraform's JSON format is not known".to_owned()));
        }
    }
    (plans, errors)
}

/// Whether a file may be a plan of a cluster: a cheap test of all that must occur in one.
pub fn is_candidate(path: &str, text: &[u8]) -> bool {
    let configuration = path.ends_with(".tf.json") || path.ends_with(".tfvars.json");
    path.ends_with(".json") && !configuration && memmem::find(text, b"\"format_version\"").is_some() && mentions_cluster(text)
}

/// Whether a text may be about a cluster or its node pools, written for azurerm or azapi: a cheap test, too.
pub fn mentions_cluster(text: &[u8]) -> bool {
    let of_azurerm = |at| KINDS.iter().any(|kind| text.get(at + PROVIDER.len()..).is_some_and(|rest| rest.starts_with(kind)));
    memmem::find_iter(text, PROVIDER).any(of_azurerm)
        || memmem::find(text, b"azapi_").is_some() && memmem::find(&text.to_ascii_lowercase(), ARM_KIND).is_some()
}

/// The version of the format, if this is a plan or a state.
fn version(root: &Node) -> Option<&Node> {
    let parts = ["planned_values", "resource_changes", "values"];
    parts.iter().any(|part| root.get(part).is_some()).then(|| root.get("format_version")).flatten()
}

impl Plan {
    /// The resources of the wanted kinds. Their places are those of the same resources in `code`, where there are such.
    pub fn resources(&self, code: &[Resource], wanted: &dyn Fn(&str) -> bool) -> Planned {
        let entries = self.entries(&|kind| wanted(kind) || is_azapi(kind));
        let links = Links::new(&entries, &self.root);
        let code: BTreeMap<&str, &Resource> = code.iter().map(|r| (&*r.address, r)).collect();
        let mut planned = Planned::default();
        for (address, entry) in &entries {
            let written = Written::resource(&self.root, entry);
            let unknown = entry.change.and_then(|c| c.get("after_unknown"));
            if let Some(after) = entry.after {
                let sensitive = entry.change.map_or_else(|| entry.node.get("sensitive_values"), |c| c.get("after_sensitive"));
                let body = entry.reader(&links).body(after, unknown, sensitive, written);
                match azapi::in_arm_form(entry.resource(address, body)) {
                    Ok(resource) if wanted(&resource.kind) => planned.resources.push(resource),
                    Ok(_) => {}
                    Err(why) => planned.unresolved.push((Arc::clone(address), why)),
                }
            }
            if let Some(before) = entry.before {
                let sensitive = entry.change.and_then(|c| c.get("before_sensitive"));
                let body = entry.reader(&links).body(before, None, sensitive, Written::NotSaid);
                planned.before.extend(azapi::in_arm_form(entry.resource(address, body)).ok().filter(|r| wanted(&r.kind)));
            }
        }
        links::drop_listed_twice(&mut planned.resources);
        links::drop_listed_twice(&mut planned.before);
        for resource in &mut planned.resources {
            if let Some(code) = code.get(&*resource.address) {
                places::take_over(resource, code);
            }
            planned
                .changes
                .extend(entries.get(&resource.address).and_then(|entry| change::of(entry, &self.root, &links, resource)));
        }
        planned
    }

    /// Whether this is a state, which only shows what exists.
    pub fn is_state(&self) -> bool {
        self.root.get("values").is_some()
    }

    /// The values of the root module's input variables.
    pub fn variables(&self, sources: &Sources) -> Body {
        let variables = self.root.get("variables").map(Node::members).unwrap_or_default();
        let values = variables.iter().filter_map(|m| Some((&m.name, m.value.get("value")?)));
        from_json::values(self.file, sources.file(self.file).text(), values)
    }

    /// The version constraints on the azurerm provider.
    pub fn azurerm_constraints(&self) -> impl Iterator<Item = &str> {
        let providers = self.root.get("configuration").and_then(|c| c.get("provider_config"));
        let azurerm = |provider: &&json::Member| {
            let name = provider.value.get("full_name").and_then(Node::as_str);
            name.is_some_and(|name| name.ends_with("/hashicorp/azurerm"))
        };
        let providers = providers.map(Node::members).unwrap_or_default().iter().filter(azurerm);
        providers.filter_map(|provider| provider.value.get("version_constraint")?.as_str())
    }

    /// All resources of the wanted kinds by address.
    fn entries<'p>(&'p self, wanted: &dyn Fn(&str) -> bool) -> BTreeMap<Arc<str>, Entry<'p>> {
        let mut entries = BTreeMap::new();
        let root = &self.root;
        let prior = root.get("prior_state").and_then(|p| p.get("values"));
        for (values, only_read) in [(prior, true), (root.get("planned_values"), false), (root.get("values"), false)] {
            if let Some(module) = values.and_then(|v| v.get("root_module")) {
                add_module(module, only_read, wanted, &mut entries);
            }
        }
        for node in root.get("resource_changes").map(Node::items).unwrap_or_default() {
            // What is left over of an earlier replacement has the address of its successor.
            let Some(change) = node.get("change").filter(|_| node.get("deposed").is_none()) else { continue };
            let module = node.get("module_address").and_then(Node::as_str).unwrap_or("");
            add(node, module, wanted, &mut entries, |entry| {
                entry.change = Some(change);
                entry.before = change.get("before").filter(|b| matches!(b.value, json::Value::Object(_)));
                entry.after = change.get("after").filter(|a| matches!(a.value, json::Value::Object(_)));
            });
        }
        entries
    }
}

/// Adds the resources of a module and of those that it calls.
fn add_module<'p>(module: &'p Node, only_read: bool, wanted: &dyn Fn(&str) -> bool, entries: &mut BTreeMap<Arc<str>, Entry<'p>>) {
    let mut next = vec![module];
    while let Some(module) = next.pop() {
        let address = module.get("address").and_then(Node::as_str).unwrap_or("");
        for node in module.get("resources").map(Node::items).unwrap_or_default() {
            if !only_read || node.get("mode").and_then(Node::as_str) == Some("data") {
                add(node, address, wanted, entries, |entry| entry.after = node.get("values"));
            }
        }
        next.extend(module.get("child_modules").map(Node::items).unwrap_or_default());
    }
}

/// Adds a resource, if it is of a wanted kind.
fn add<'p>(
    node: &'p Node,
    module: &'p str,
    wanted: &dyn Fn(&str) -> bool,
    entries: &mut BTreeMap<Arc<str>, Entry<'p>>,
    fill: impl FnOnce(&mut Entry<'p>),
) {
    let text = |name: &str| node.get(name).and_then(Node::as_str);
    let (Some(address), Some(kind)) = (text("address"), text("type").filter(|kind| wanted(kind))) else { return };
    let existing = text("mode") == Some("data");
    let mut entry = Entry { node, module, kind, existing, before: None, after: None, change: None };
    fill(&mut entry);
    entries.insert(address.into(), entry);
}

impl<'p> Entry<'p> {
    fn reader<'a>(&self, links: &'a Links<'p>) -> Reader<'a, 'p> {
        Reader { links, module: self.module, fills_in: !is_azapi(self.kind) }
    }

    fn resource(&self, address: &Arc<str>, body: Map) -> Resource {
        Resource {
            address: Arc::clone(address),
            kind: self.kind.into(),
            module: self.module.into(),
            existing: self.existing,
            header: self.node.get("address").map_or(self.node.span, |a| a.span),
            body: Arc::new(body),
            repeated: None,
        }
    }
}

/// The text of a value that is one.
fn text_of<'v>(map: &'v Map, name: &str) -> Option<&'v Arc<str>> {
    match &map.entries.get(name)?.value {
        Value::String(text) => Some(text),
        _ => None,
    }
}
