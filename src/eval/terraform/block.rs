//! Resources: their bodies with nested and dynamic blocks, as open maps.

use super::azapi::is_azapi;
use super::expr::{Env, EvalError, TOO_MUCH_WORK};
use super::module::ResourceBlock;
use super::reference::prefix;
use super::repeat::{Repeat, Repetition};
use super::{Evaluator, Instance, Key, Slot};
use crate::source::Span;
use crate::syntax::hcl::ast::{Block, Body};
use crate::tree;
use crate::value::{Map, Term, Unknown, Val, Value};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Attributes and blocks that are Terraform's own, not the resource's.
const META: &[&str] = &["count", "for_each", "depends_on", "provider", "lifecycle", "provisioner", "connection", "timeouts"];

/// A root module may have so many resources that rules look at, and those of one block more.
const MOST_RESOURCES: usize = 20_000;

impl<'m> Evaluator<'m> {
    /// A resource: how often it stands, and the value of each instance. Evaluated once.
    pub(super) fn resource(
        &self,
        instance: &Rc<Instance<'m>>,
        resource: &'m ResourceBlock,
    ) -> Result<(Repetition, Vec<Val>), EvalError> {
        let key = Key::Resource(resource.existing, Arc::clone(&resource.kind), Arc::clone(&resource.name));
        let header = resource.block.header;
        match instance.cache.borrow().get(&key) {
            Some(Slot::Resource(repetition, vals)) => return Ok((repetition.clone(), vals.clone())),
            Some(_) => {
                let message = format!("{}.{} refers to itself", resource.kind, resource.name);
                return Err(EvalError { message: message.into(), span: header });
            }
            None => {}
        }
        instance.cache.borrow_mut().insert(key.clone(), Slot::Busy);
        let env = Env { instance, repeat: None, names: None };
        let repetition = self.repetition(&resource.block.body, env);
        let vals: Vec<Val> =
            repetition.instances().iter().map(|repeat| self.resource_value(instance, resource, repeat.as_ref())).collect();
        instance.cache.borrow_mut().insert(key, Slot::Resource(repetition.clone(), vals.clone()));
        Ok((repetition, vals))
    }

    fn resource_value(&self, instance: &Rc<Instance<'m>>, resource: &ResourceBlock, repeat: Option<&Repeat>) -> Val {
        let env = Env { instance, repeat, names: None };
        let address = self.resource_address(instance, resource, repeat.map_or("", |r| &r.suffix));
        let when = match (resource.existing, resource.kind.starts_with("az")) {
            (true, true) => "is read from Azure",
            (true, false) => "is read when Terraform runs",
            (false, _) => "is known only after deployment",
        };
        let open =
            Unknown::new(format!("{address} {when}"), Some(resource.block.header)).called(Some(Term::attribute(&address, "")));
        let map = self.body(&resource.block.body, env, Some(&open), META);
        Val::new(Value::Map(Arc::new(map)), resource.block.header)
    }

    /// The address of a resource with the suffix of an instance.
    pub(super) fn resource_address(&self, instance: &Instance<'m>, resource: &ResourceBlock, suffix: &str) -> Arc<str> {
        let data = if resource.existing { "data." } else { "" };
        format!("{}{data}{}.{}{suffix}", prefix(instance), resource.kind, resource.name).into()
    }

    /// The attributes and nested blocks of a body. `open` says what is not written may exist, and what it is called.
    fn body(&self, body: &Body, env: Env<'_, 'm>, open: Option<&Unknown>, skip: &[&str]) -> Map {
        let mut entries: BTreeMap<Arc<str>, Val> = BTreeMap::new();
        for attribute in body.attributes.iter().filter(|a| !skip.contains(&&*a.name)) {
            entries.insert(Arc::clone(&attribute.name), self.value(&attribute.expr, env));
        }
        let mut groups: BTreeMap<Arc<str>, Vec<Val>> = BTreeMap::new();
        for block in body.blocks.iter().filter(|b| !skip.contains(&&*b.keyword)) {
            match (&*block.keyword, block.labels.first()) {
                ("dynamic", Some(keyword)) => {
                    let group = groups.entry(Arc::clone(keyword)).or_default();
                    self.dynamic(block, keyword, env, open, group);
                }
                _ => {
                    let group = groups.entry(Arc::clone(&block.keyword)).or_default();
                    let val = self.nested(&block.body, block.header, &block.keyword, group.len(), env, open);
                    group.push(val);
                }
            }
        }
        for (keyword, group) in groups {
            let site = group.first().map(|v| v.at.site);
            let unknown = group.iter().find(|v| v.value.as_unknown().is_some()).cloned();
            match (unknown, site) {
                (Some(unknown), _) => drop(entries.insert(keyword, unknown)),
                (None, Some(site)) => drop(entries.insert(keyword, Val::new(Value::list(group), site))),
                (None, None) => {}
            }
        }
        Map { entries, open: open.map(|u| Arc::new(u.clone())), ..Map::default() }
    }

    fn nested(&self, body: &Body, header: Span, keyword: &str, index: usize, env: Env<'_, 'm>, open: Option<&Unknown>) -> Val {
        let open = open.map(|u| Unknown { term: u.term.as_ref().and_then(|t| inside(t, keyword, index)), ..u.clone() });
        Val::new(Value::Map(Arc::new(self.body(body, env, open.as_ref(), &[]))), header)
    }

    /// A dynamic block: one nested block for each element, or one unknown.
    fn dynamic(&self, block: &Block, keyword: &Arc<str>, env: Env<'_, 'm>, open: Option<&Unknown>, group: &mut Vec<Val>) {
        let (Some(each), Some(content)) = (block.body.attribute("for_each"), block.body.blocks("content").next()) else {
            group.push(Val::unknown("a dynamic block needs for_each and content", block.header));
            return;
        };
        let collection = self.value(&each.expr, env);
        let items = match self.elements(&collection, each.expr.span) {
            Ok(Ok(items)) => items,
            Ok(Err(unknown)) => return group.push(unknown),
            Err(e) => return group.push(Val::unknown(e.message, e.span)),
        };
        let iterator = match block.body.attribute("iterator").map(|a| &a.expr.kind) {
            Some(crate::syntax::hcl::ast::ExprKind::Name(name)) => name,
            _ => keyword,
        };
        for (key, value) in items {
            if !self.step(1) {
                return group.push(Val::unknown(TOO_MUCH_WORK, block.header));
            }
            let site = key.at.site;
            let object = [("key".into(), key), ("value".into(), value)].into_iter().collect();
            let names = env.bind(iterator, Val::new(Value::map(object), site));
            let val = self.nested(&content.body, block.header, keyword, group.len(), env.with(&names), open);
            group.push(val);
        }
    }

    /// The resources of these kinds in a module instance and all that it calls, in the order of the code.
    pub(super) fn collect(&self, instance: &Rc<Instance<'m>>, wanted: &dyn Fn(&str) -> bool, into: &mut Vec<tree::Resource>) {
        for resource in instance.module.resources.iter().filter(|r| wanted(&r.kind) || is_azapi(&r.kind)) {
            if into.len() >= MOST_RESOURCES {
                if !self.is_full.replace(true) {
                    let why = format!("there are more than {MOST_RESOURCES} clusters, networks and the like").into();
                    let address = self.resource_address(instance, resource, "").to_string();
                    self.unresolved.borrow_mut().push((address, why, resource.block.header));
                }
                return;
            }
            let Ok((repetition, vals)) = self.resource(instance, resource) else { continue };
            for (repeat, val) in repetition.instances().iter().zip(vals) {
                let Value::Map(body) = val.value else { continue };
                let made = tree::Resource {
                    address: self.resource_address(instance, resource, repeat.as_ref().map_or("", |r| &r.suffix)),
                    kind: Arc::clone(&resource.kind),
                    module: Arc::clone(&instance.address),
                    existing: resource.existing,
                    header: resource.block.header,
                    body,
                    repeated: repetition.unknown().cloned(),
                };
                if !is_azapi(&made.kind) {
                    into.push(made);
                    continue;
                }
                let address = made.address.to_string();
                match self.arm_resource(made, &resource.block, Env { instance, repeat: repeat.as_ref(), names: None }) {
                    Ok(made) if wanted(&made.kind) => into.push(made),
                    Ok(_) => {}
                    Err(kind) => self.unresolved.borrow_mut().push((
                        address,
                        kind.value.as_unknown().map_or_else(|| "its type is no text".into(), |u| Arc::clone(&u.reason)),
                        resource.block.header,
                    )),
                }
            }
        }
        for (name, call) in &instance.module.calls {
            match &*self.calls(instance, name, call) {
                super::Calls::Resolved { instances, .. } => instances.iter().for_each(|i| self.collect(i, wanted, into)),
                super::Calls::Unresolved(reason) => {
                    self.unresolved.borrow_mut().push((
                        format!("{}module.{name}", prefix(instance)),
                        Arc::clone(reason),
                        call.header,
                    ));
                }
            }
        }
    }
}

/// The name of a nested block of something with a name.
fn inside(term: &Term, keyword: &str, index: usize) -> Option<Term> {
    match &*term.0 {
        [crate::value::TermPart::Attribute(address, path)] if path.is_empty() => {
            Some(Term::attribute(address, format!("{keyword}[{index}]")))
        }
        [crate::value::TermPart::Attribute(address, path)] => {
            Some(Term::attribute(address, format!("{path}.{keyword}[{index}]")))
        }
        _ => None,
    }
}
