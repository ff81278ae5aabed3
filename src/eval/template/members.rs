//! What resources and modules have: all that is known of one, or one member, worked out when it is asked for.

use super::Evaluator;
use super::access::{Chain, Missing, Target};
use super::declaration::Deployed;
use super::instance::key;
use super::light::light;
use super::names::entry;
use crate::source::Span;
use crate::syntax::expr::Access;
use crate::syntax::template::{DeclarationKind, Output};
use crate::value::{Map, Term, Unknown, Val, Value};
use std::rc::Rc;
use std::sync::Arc;

impl<'t> Evaluator<'t> {
    /// All that is known of a resource or module.
    pub(super) fn target_value(&self, target: &Target<'t>, site: Span) -> Val {
        let deployed = &target.deployed;
        let module = matches!(deployed.declaration.kind, DeclarationKind::Module(_));
        if target.properties && !module {
            return self.member_value(deployed, "properties", site);
        }
        let mut map = Map { open: Some(self.runtime(deployed, "")), ..Map::default() };
        let mut add = |name: &str| {
            if let Ok(val) = self.target_member(target, Access::Plain, name, site) {
                map.entries.insert(name.into(), val);
            }
        };
        match (target.properties, module) {
            (true, _) => add("outputs"),
            (false, true) => ["id", "name", "outputs"].into_iter().for_each(&mut add),
            (false, false) => {
                ["id", "name", "type", "apiVersion", "location", "properties"].into_iter().for_each(&mut add);
            }
        }
        Val::new(Value::Map(Arc::new(map)), site)
    }

    pub(super) fn target_member(&self, target: &Target<'t>, access: Access, name: &str, site: Span) -> Chain {
        let deployed = &target.deployed;
        if let Some(val) = self.not_deployed(deployed, access, site)? {
            return Ok(val);
        }
        if !target.properties {
            return Ok(self.member_value(deployed, name, site));
        }
        let properties = self.member_value(deployed, "properties", site);
        if matches!(deployed.declaration.kind, DeclarationKind::Module(_)) && name.eq_ignore_ascii_case("outputs") {
            return Ok(self.all_outputs(deployed, true, site));
        }
        match entry(&properties, name, site) {
            Some(val) => Ok(val),
            None if access == Access::Safe => Err(Missing),
            None => Ok(Val::unknown(format!("there is no property {name} here"), site)),
        }
    }

    /// Something is null for `.?` when its condition does not hold.
    pub(super) fn not_deployed(&self, deployed: &Deployed<'t>, access: Access, site: Span) -> Result<Option<Val>, Missing> {
        if access == Access::Plain {
            return Ok(None);
        }
        let Some(condition) = &deployed.declaration.condition else { return Ok(None) };
        match self.assumed(&self.eval(condition, &deployed.env)) {
            Ok(true) => Ok(None),
            Ok(false) => Err(Missing),
            Err(unknown) => Ok(Some(Val::new(Value::Unknown(Arc::new(unknown.nameless())), site))),
        }
    }

    /// A member of a resource or module.
    fn member_value(&self, deployed: &Rc<Deployed<'t>>, name: &str, site: Span) -> Val {
        let label = |val: Val| val.used_at(site, &format!("{}.{name}", deployed.address), Some(Arc::clone(&deployed.address)));
        let module = matches!(deployed.declaration.kind, DeclarationKind::Module(_));
        match name.to_ascii_lowercase().as_str() {
            "id" => label(self.ids(deployed).0),
            "outputs" if module => self.all_outputs(deployed, false, site),
            "type" => Val::new(Value::String(deployed.kind()), site),
            "apiversion" => self.api_version(deployed, site),
            "name" => match self.body_member(deployed, "name") {
                Some(name) => label(name),
                None => Val::new(Value::Unknown(self.runtime(deployed, "name")), site),
            },
            lower => match self.seen_member(deployed, name, lower).filter(|_| !module) {
                Some(val) => label(val),
                None if name.eq_ignore_ascii_case("properties") => {
                    let open = Some(self.runtime(deployed, name));
                    Val::new(Value::Map(Arc::new(Map { open, ..Map::default() })), site)
                }
                None => Val::new(Value::Unknown(self.runtime(deployed, name)), site),
            },
        }
    }

    /// A member of a resource as expressions see it.
    fn seen_member(&self, deployed: &Deployed<'t>, name: &str, lower: &str) -> Option<Val> {
        if let Some(known) = deployed.seen.borrow().get(lower) {
            return Some(known.clone());
        }
        let val = self.opened(light(self.body_member(deployed, name)?), deployed, name);
        deployed.seen.borrow_mut().insert(lower.to_owned(), val.clone());
        Some(val)
    }

    /// All outputs of a module.
    fn all_outputs(&self, deployed: &Rc<Deployed<'t>>, properties: bool, site: Span) -> Val {
        let target = Target { deployed: Rc::clone(deployed), properties };
        match self.module(deployed) {
            Ok(module) => {
                let entry = |o: &'t Output| {
                    let val = self.module_output(&target, Access::Plain, &o.name.text, site);
                    val.ok().map(|val| (Arc::clone(&o.name.text), val))
                };
                Val::new(Value::map(module.template.outputs.iter().filter_map(entry).collect()), site)
            }
            Err(why) => {
                let term = Term::symbol(format!("{}.outputs", deployed.address));
                let unknown = Unknown::new(why.reason, Some(deployed.declaration.header)).called(Some(term));
                Val::new(Value::Unknown(Arc::new(unknown)), site)
            }
        }
    }

    /// Why something about a resource is not known, and what it is called.
    fn runtime(&self, deployed: &Deployed<'t>, path: &str) -> Arc<Unknown> {
        let address = &deployed.address;
        let when = if deployed.existing() { "is read from Azure" } else { "is known only after deployment" };
        let what = if path.is_empty() { address.to_string() } else { format!("{address}.{path}") };
        let unknown = Unknown::new(format!("{what} {when}"), Some(deployed.declaration.header));
        Arc::new(unknown.called(Some(Term::attribute(address, path))))
    }

    /// What the code says of a resource, to which Azure adds more.
    fn opened(&self, val: Val, deployed: &Deployed<'t>, path: &str) -> Val {
        let value = match &val.value {
            Value::Map(map) => {
                let inner = |(key, val): (&Arc<str>, &Val)| {
                    (Arc::clone(key), self.opened(val.clone(), deployed, &format!("{path}.{key}")))
                };
                let open = map.open.clone().or_else(|| Some(self.runtime(deployed, path)));
                Value::Map(Arc::new(Map { entries: map.entries.iter().map(inner).collect(), open, typed: false }))
            }
            Value::List(items) => {
                let inner = |(i, val): (usize, &Val)| self.opened(val.clone(), deployed, &format!("{path}[{i}]"));
                Value::list(items.iter().enumerate().map(inner).collect())
            }
            _ => return val,
        };
        Val { value, at: val.at }
    }

    /// An output of a module; in ARM an object that has it as `value`.
    pub(super) fn module_output(&self, target: &Target<'t>, access: Access, name: &str, site: Span) -> Chain {
        let deployed = &target.deployed;
        let val = match self.module(deployed) {
            Ok(module) => match module.index.outputs.get(&key(module.template.language, name)) {
                Some(output) => self.output(&module, output),
                None if self.templates.stands_in(module.template.file) => {
                    let reason = format!("the output {name} of {} is not known", deployed.address);
                    self.unknown_output(deployed, name, reason)
                }
                None if access == Access::Safe => return Err(Missing),
                None => Val::unknown(format!("{} has no output {name}", deployed.address), site),
            },
            Err(why) => self.unknown_output(deployed, name, why.reason.to_string()),
        };
        let val = val.used_at(site, &format!("output {name} of {}", deployed.address), None);
        Ok(if target.properties { Val::new(Value::map([("value".into(), val)].into()), site) } else { val })
    }

    fn unknown_output(&self, deployed: &Deployed<'t>, name: &str, reason: String) -> Val {
        let site = deployed.declaration.header;
        let term = Term::symbol(format!("{}.outputs.{name}", deployed.address));
        Val::new(Value::Unknown(Arc::new(Unknown::new(reason, Some(site)).called(Some(term)))), site)
    }
}
