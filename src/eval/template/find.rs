//! What `reference(..)` refers to: by symbolic name, by id, or by name.

use super::Evaluator;
use super::access::Target;
use super::call::text_arg;
use super::declaration::Deployed;
use super::ids::{Parts, comparable, segments};
use super::instance::{Env, Instance, key};
use crate::eval::naming;
use crate::source::Span;
use crate::syntax::expr::Call;
use crate::syntax::template::{Declaration, DeclarationKind, Language};
use crate::value::{TermPart, Val, Value};
use std::collections::HashMap;
use std::rc::Rc;

/// The ids of all that a template declares, in comparable form.
#[derive(Default)]
pub(super) struct Declared<'t> {
    by_id: HashMap<String, Rc<Deployed<'t>>>,
    /// Those whose ids end with the same name.
    by_name: HashMap<String, Vec<(String, Rc<Deployed<'t>>)>>,
}

impl<'t> Declared<'t> {
    /// An existing resource comes last: what is deployed says more.
    fn add(&mut self, id: &Parts, deployed: &Rc<Deployed<'t>>) {
        let known = self.by_id.entry(comparable(id)).or_insert_with(|| Rc::clone(deployed));
        if known.existing() && !deployed.existing() {
            *known = Rc::clone(deployed);
        }
        if let Some(name) = segments(id).last() {
            self.by_name.entry(comparable(name)).or_default().push((comparable(id), Rc::clone(deployed)));
        }
    }

    fn find(&self, wanted: &Parts) -> Option<&Rc<Deployed<'t>>> {
        if let Some(found) = self.by_id.get(&comparable(wanted)) {
            return Some(found);
        }
        if matches!(wanted.first(), Some(TermPart::Text(text)) if text.starts_with('/')) {
            return None;
        }
        // `Microsoft.Network/virtualNetworks/vnet`, or only the name.
        let name = comparable(segments(wanted).last()?);
        let tail = format!("/{}", comparable(wanted).trim_matches('"'));
        let mut found = self.by_name.get(&name)?.iter().filter(|(id, _)| id.trim_end_matches('"').ends_with(&tail));
        match (found.next(), found.next()) {
            (Some((_, deployed)), None) => Some(deployed),
            _ => None,
        }
    }
}

impl<'t> Evaluator<'t> {
    /// What `reference(..)` refers to, if this template declares it: by symbolic name, by id, or by name.
    pub(super) fn referenced(&self, call: &'t Call, env: &Env<'t>) -> Option<Target<'t>> {
        let named = self.eval(call.args.first()?, env);
        let full = self.is_full(call, 2, env);
        let deployed = self.find(&named, &env.instance)?;
        Some(Target { deployed, properties: !full })
    }

    /// Whether a call asks for all of a resource, and not only for its `properties`.
    fn is_full(&self, call: &'t Call, position: usize, env: &Env<'t>) -> bool {
        let arg = call.args.get(position).map(|arg| self.eval(arg, env));
        arg.and_then(|arg| text_arg(&arg)).is_some_and(|text| text.eq_ignore_ascii_case("full"))
    }

    /// What `references('loop')` gives: all that one declaration makes.
    pub(super) fn all_referenced(&self, call: &'t Call, site: Span, env: &Env<'t>) -> Option<Val> {
        let name = text_arg(&self.eval(call.args.first()?, env))?;
        let declaration = env.instance.index.declarations.get(&key(Language::Arm, &name)).filter(|d| d.repeat.is_some())?;
        let properties = !self.is_full(call, 1, env);
        let all = self.expand(&env.instance, declaration, None);
        if let Some(why) = all.first().and_then(|one| one.repeated.as_ref()) {
            return Some(why.clone().placed(site));
        }
        let value = |deployed: &Rc<Deployed<'t>>| self.target_value(&Target { deployed: Rc::clone(deployed), properties }, site);
        Some(Val::new(Value::list(all.iter().map(value).collect()), site))
    }

    fn find(&self, named: &Val, instance: &Rc<Instance<'t>>) -> Option<Rc<Deployed<'t>>> {
        if let Value::String(text) = &named.value {
            let (symbol, index) = match text.strip_suffix(']').and_then(|t| t.rsplit_once('[')) {
                Some((symbol, index)) => (symbol, index.parse::<usize>().ok()?),
                None => (&**text, 0),
            };
            if let Some(declaration) = instance.index.declarations.get(&key(Language::Arm, symbol)) {
                return self.expand(instance, declaration, None).get(index).cloned();
            }
        }
        let wanted = naming::parts(named)?;
        self.declared(instance).find(&wanted).cloned()
    }

    /// All that a template declares.
    fn declared(&self, instance: &Rc<Instance<'t>>) -> Rc<Declared<'t>> {
        if let Some(declared) = &instance.cache.borrow().declared {
            return Rc::clone(declared);
        }
        // A name that asks for this while it is made finds nothing.
        instance.cache.borrow_mut().declared = Some(Rc::default());
        let mut declared = Declared::default();
        self.add_declared(instance, &instance.template.declarations, None, &mut declared);
        let declared = Rc::new(declared);
        instance.cache.borrow_mut().declared = Some(Rc::clone(&declared));
        declared
    }

    fn add_declared(
        &self,
        instance: &Rc<Instance<'t>>,
        declarations: &'t [Declaration],
        parent: Option<&Rc<Deployed<'t>>>,
        declared: &mut Declared<'t>,
    ) {
        for declaration in declarations {
            for deployed in self.expand(instance, declaration, parent).iter() {
                if let Some(id) = naming::parts(&self.ids(deployed).0) {
                    declared.add(&id, deployed);
                }
                if let DeclarationKind::Resource(resource) = &declaration.kind {
                    self.add_declared(instance, &resource.children, Some(deployed), declared);
                }
            }
        }
    }
}
