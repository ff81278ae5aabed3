//! What an attribute refers to: by an id that exists, or by the references in the code that the plan repeats.

use super::address::{steps, without_indexes};
use super::written::{Written, is_expression, module};
use super::{Entry, text_of};
use crate::syntax::json::Node;
use crate::tree::Resource;
use crate::value::{Term, TermPart, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// References are followed through so many variables and outputs.
const DEEPEST: usize = 40;

/// All that attributes of a plan may refer to.
pub(super) struct Links<'p> {
    root: &'p Node,
    /// Resources by their ids, in lower case, as Azure compares them.
    ids: HashMap<String, Term>,
    /// The addresses of the instances of each resource, by its address without indexes.
    instances: BTreeMap<String, Vec<Arc<str>>>,
    /// The addresses of VNets.
    vnets: BTreeSet<Arc<str>>,
}

impl<'p> Links<'p> {
    pub(super) fn new(entries: &BTreeMap<Arc<str>, Entry<'p>>, root: &'p Node) -> Self {
        let mut links = Self { root, ids: HashMap::new(), instances: BTreeMap::new(), vnets: BTreeSet::new() };
        links.vnets = entries.iter().filter(|(_, e)| is_vnet(e)).map(|(address, _)| Arc::clone(address)).collect();
        // A resource that the code makes is preferred to one that it reads.
        for (address, entry) in entries.iter().filter(|(_, e)| !e.existing).chain(entries.iter().filter(|(_, e)| e.existing)) {
            links.instances.entry(without_indexes(address)).or_default().push(Arc::clone(address));
            for values in [entry.after, entry.before].into_iter().flatten() {
                links.add_id(values.get("id"), || Term::attribute(address, "id"));
            }
        }
        // What has no resource of its own is an inline subnet.
        for (address, entry) in entries {
            for values in [entry.after, entry.before].into_iter().flatten() {
                let subnets = values.get("subnet").map(Node::items).unwrap_or_default();
                for (i, subnet) in subnets.iter().enumerate() {
                    links.add_id(subnet.get("id"), || Term::attribute(address, format!("subnet[{i}].id")));
                }
            }
        }
        links
    }

    fn add_id(&mut self, id: Option<&Node>, term: impl FnOnce() -> Term) {
        if let Some(id) = id.and_then(Node::as_str).filter(|id| !id.is_empty()) {
            self.ids.entry(id.to_ascii_lowercase()).or_insert_with(term);
        }
    }

    /// The resource that has this id.
    pub(super) fn by_id(&self, text: &str) -> Option<Term> {
        if text.starts_with('/') { self.ids.get(&text.to_ascii_lowercase()).cloned() } else { None }
    }

    /// Whether a value that is not known yet is what the provider, or Azure, makes of nothing: where the code writes nothing, or an
    /// expression that Terraform knows, which can only be null then.
    pub(super) fn is_left_to_azure(&self, written: Written<'_>, module: &str) -> bool {
        match written {
            Written::No => true,
            Written::Yes(node) if is_expression(node) => {
                node.get("references").is_none_or(|references| self.are_known(references, module, DEEPEST))
            }
            Written::Yes(_) | Written::NotSaid => false,
        }
    }

    /// Whether everything that an expression refers to is known in a plan.
    fn are_known(&self, references: &Node, module: &str, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let known = |reference: &str| match *steps(reference).as_slice() {
            [("var", _), ..] if module.is_empty() => true,
            [("var", _), (name, _), ..] => {
                let (caller, call) = caller(module);
                let argument = self::module(self.root, caller)
                    .and_then(|caller| caller.get("module_calls")?.get(call)?.get("expressions")?.get(name)?.get("references"));
                argument.is_none_or(|references| self.are_known(references, caller, depth))
            }
            [("module", _), (call, _), (output, _), ..] => {
                let called = joined(module, &format!("module.{call}"));
                let expression = self::module(self.root, &called).and_then(|m| m.get("outputs")?.get(output)?.get("expression"));
                expression.is_some_and(|e| e.get("references").is_none_or(|r| self.are_known(r, &called, depth)))
            }
            [("each", _), ("key", _)] | [("count" | "path" | "terraform", _), ..] => true,
            _ => false,
        };
        whole(references).into_iter().all(known)
    }

    /// The one resource whose id an expression can be, by its references; nothing where there are several, or one may be hidden.
    pub(super) fn referred(&self, references: &Node, module: &str) -> Option<Term> {
        let mut found = BTreeSet::new();
        self.follow(references, module, DEEPEST, &mut found)?;
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(address), None) => Some(Term::attribute(&address, "id")),
            _ => None,
        }
    }

    /// Whether a value that is only a part of an expression can be the id that the expression refers to. That of a VNet is more likely
    /// to be the beginning of a subnet's.
    pub(super) fn may_be_part(&self, name: &str, id: &Term) -> bool {
        name == "id" || !matches!(&*id.0, [TermPart::Attribute(address, _)] if self.vnets.contains(address))
    }

    /// Collects the resources behind references; nothing when some cannot be followed.
    fn follow(&self, references: &Node, module: &str, depth: usize, found: &mut BTreeSet<Arc<str>>) -> Option<()> {
        for reference in whole(references) {
            self.follow_one(reference, module, depth.checked_sub(1)?, found)?;
        }
        Some(())
    }

    fn follow_one(&self, reference: &str, module: &str, depth: usize, found: &mut BTreeSet<Arc<str>>) -> Option<()> {
        let steps = steps(reference);
        match *steps.as_slice() {
            [("var", _), (name, _), ..] => self.follow_variable(name, module, depth, found),
            [("module", _), (call, index), (output, _), ..] => {
                let called = self.called(module, call, index)?;
                let outputs = self::module(self.root, &called)?.get("outputs")?;
                self.follow(outputs.get(output)?.get("expression")?.get("references")?, &called, depth, found)
            }
            // These are known in a plan. Which instance they pick of something unknown is not.
            [("each" | "count" | "path" | "terraform" | "self" | "local" | "module", _), ..] => None,
            [("data", _), (kind, _), (name, index), (attribute, _), ..] => {
                self.instance(&format!("data.{kind}.{name}"), index, attribute, module, found)
            }
            [(kind, _), (name, index), (attribute, _), ..] => {
                self.instance(&format!("{kind}.{name}"), index, attribute, module, found)
            }
            _ => None,
        }
    }

    /// A root module's variable is known; another one is what the call gives it.
    fn follow_variable(&self, name: &str, module: &str, depth: usize, found: &mut BTreeSet<Arc<str>>) -> Option<()> {
        if module.is_empty() {
            return Some(());
        }
        let (caller, call) = caller(module);
        let call = self::module(self.root, caller)?.get("module_calls")?.get(call)?;
        match call.get("expressions").and_then(|e| e.get(name)) {
            Some(argument) => match argument.get("references") {
                Some(references) => self.follow(references, caller, depth, found),
                None => Some(()),
            },
            None => Some(()),
        }
    }

    /// The address of the module that a call makes.
    fn called(&self, module: &str, call: &str, index: &str) -> Option<String> {
        let base = joined(module, &format!("module.{call}"));
        if !index.is_empty() {
            return Some(base + index);
        }
        let mut called: Vec<String> = Vec::new();
        for address in self.instances.values().flatten() {
            let rest = address.strip_prefix(&base).filter(|rest| rest.starts_with(['.', '[']));
            let index = rest.map(|rest| steps(&format!("x{rest}")).first().map_or(String::new(), |(_, i)| (*i).to_owned()));
            let name = index.map(|index| base.clone() + &index);
            called.extend(name.filter(|name| !called.contains(name)));
        }
        if called.len() > 1 { None } else { called.pop() }
    }

    fn instance(&self, name: &str, index: &str, attribute: &str, module: &str, found: &mut BTreeSet<Arc<str>>) -> Option<()> {
        if attribute != "id" {
            return None;
        }
        let address = joined(module, name);
        let known = self.instances.get(&without_indexes(&address))?;
        let is = |known: &&Arc<str>| ***known == *address || known.strip_prefix(&address).is_some_and(|rest| rest == index);
        found.insert(Arc::clone(known.iter().find(is)?));
        Some(())
    }
}

/// References as written: `a.b["c"].id` is followed by all that it begins with, `a.b["c"]` and `a.b`.
fn whole(references: &Node) -> Vec<&str> {
    let all: Vec<&str> = references.items().iter().filter_map(Node::as_str).collect();
    let continues = |longer: &&str, shorter: &str| longer.strip_prefix(shorter).is_some_and(|rest| rest.starts_with(['.', '[']));
    all.iter().copied().filter(|r| !all.iter().any(|other| continues(other, r))).collect()
}

fn joined(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}.{name}") }
}

/// The module that calls this one, and the name of the call.
fn caller(module: &str) -> (&str, &str) {
    let steps = steps(module);
    let Some((call, index)) = steps.last() else { return ("", "") };
    let length = module.len().saturating_sub("module.".len() + call.len() + index.len());
    (module.get(..length).unwrap_or("").trim_end_matches('.'), call)
}

/// A VNet lists all of its subnets, also those that have a resource of their own: such are left out of it.
pub(super) fn drop_listed_twice(resources: &mut [Resource]) {
    let is_subnet =
        |kind: &str| kind == "azurerm_subnet" || kind.eq_ignore_ascii_case("Microsoft.Network/virtualNetworks/subnets");
    let own: BTreeSet<String> = resources.iter().filter(|r| is_subnet(&r.kind)).filter_map(id_of).collect();
    for vnet in resources.iter_mut().filter(|r| &*r.kind == "azurerm_virtual_network") {
        let Some(val) = vnet.body.entries.get("subnet") else { continue };
        let listed = val.value.as_items().unwrap_or_default();
        let twice = |subnet: &&crate::value::Val| match &subnet.value {
            Value::Map(map) => text_of(map, "id").is_some_and(|id| own.contains(&id.to_ascii_lowercase())),
            _ => false,
        };
        if listed.iter().any(|subnet| twice(&subnet)) {
            let rest = listed.iter().filter(|subnet| !twice(subnet)).cloned().collect();
            let rest = crate::value::Val { value: Value::list(rest), at: val.at.clone() };
            Arc::make_mut(&mut vnet.body).entries.insert("subnet".into(), rest);
        }
    }
}

fn is_vnet(entry: &Entry<'_>) -> bool {
    let of_azapi = || entry.after.or(entry.before)?.get("type")?.as_str()?.split('@').next();
    entry.kind == "azurerm_virtual_network"
        || of_azapi().is_some_and(|kind| kind.eq_ignore_ascii_case("Microsoft.Network/virtualNetworks"))
}

fn id_of(resource: &Resource) -> Option<String> {
    text_of(&resource.body, "id").map(|id| id.to_ascii_lowercase())
}
