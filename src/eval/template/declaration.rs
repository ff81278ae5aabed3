//! Resources and module calls as they are deployed: how often, under which names and ids.

use super::Evaluator;
use super::ids::{self, Parts, Place, id_value, place_value, provider_path, segments};
use super::instance::{Env, Instance, Slots, once};
use crate::eval::naming;
use crate::source::Span;
use crate::syntax::expr::{Expr, ExprKind, Member};
use crate::syntax::template::{Declaration, DeclarationKind, Resource};
use crate::value::{Term, Unknown, Val, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// One instance of a declaration.
pub(super) struct Deployed<'t> {
    pub declaration: &'t Declaration,
    pub instance: Rc<Instance<'t>>,
    /// The resource inside which it is declared.
    pub parent: Option<Rc<Deployed<'t>>>,
    /// What the names in it mean.
    pub env: Env<'t>,
    /// How users call it: `aks`, `network.vnet`, `pools[0]`.
    pub address: Arc<str>,
    /// Why it is not known how often it is repeated.
    pub repeated: Option<Val>,
    /// The members of its body that were asked for, by the address of the syntax in memory.
    pub members: Slots,
    /// What expressions see of its members: with more that Azure adds. By their names in lower case.
    pub seen: RefCell<HashMap<String, Val>>,
}

impl<'t> Deployed<'t> {
    /// What is declared inside it under a name.
    pub fn child(&self, name: &str) -> Option<&'t Declaration> {
        let children = self.resource().map_or(&[][..], |r| &r.children);
        children.iter().find(|c| c.symbol.as_ref().is_some_and(|s| &*s.text == name))
    }

    /// What is particular to it, if it is a resource.
    pub fn resource(&self) -> Option<&'t Resource> {
        match &self.declaration.kind {
            DeclarationKind::Resource(resource) => Some(resource),
            DeclarationKind::Module(_) => None,
        }
    }

    /// Whether the code only refers to it.
    pub fn existing(&self) -> bool {
        self.resource().is_some_and(|r| r.existing)
    }

    /// The type, that of what it is declared in included.
    pub fn kind(&self) -> Arc<str> {
        let own = match &self.declaration.kind {
            DeclarationKind::Module(_) => return "Microsoft.Resources/deployments".into(),
            DeclarationKind::Resource(resource) => &resource.of.text,
        };
        match &self.parent {
            Some(parent) if !own.contains('/') => format!("{}/{own}", parent.kind()).into(),
            _ => Arc::clone(own),
        }
    }
}

/// The member of an object by its name in any letter case; `None` also where the object is not written out.
pub(super) fn member<'e>(object: &'e Expr, name: &str) -> Option<&'e Expr> {
    match &object.kind {
        ExprKind::Object(members) => members.iter().rev().find_map(|m| match m {
            Member::Property(Expr { kind: ExprKind::String(key), .. }, value) if key.eq_ignore_ascii_case(name) => Some(value),
            _ => None,
        }),
        ExprKind::Group(inner) => member(inner, name),
        _ => None,
    }
}

impl<'t> Evaluator<'t> {
    /// A member of what a declaration says: only that is worked out, where the object is written out.
    pub(super) fn body_member(&self, deployed: &Deployed<'t>, name: &str) -> Option<Val> {
        let body = &deployed.declaration.body;
        let value = |expr: &'t Expr, what: &str| {
            let busy = || Val::unknown(format!("{what} refers to itself"), expr.span);
            once(&deployed.members, expr, busy, || self.eval(expr, &deployed.env))
        };
        match member(body, name) {
            Some(expr) => Some(value(expr, &format!("{}.{name}", deployed.address))),
            None if is_written_out(body) => None,
            None => super::names::entry(&value(body, &deployed.address), name, body.span),
        }
        .filter(|val| !val.value.is_null())
    }

    /// The names in the id of a resource, its own and those of what it is in: one for each segment of the type.
    fn names(&self, deployed: &Deployed<'t>) -> Option<Vec<Parts>> {
        let own = segments(&naming::parts(&self.body_member(deployed, "name")?)?);
        let wanted = deployed.kind().split('/').count() - 1;
        if own.len() == wanted {
            return Some(own);
        }
        let above = match &deployed.parent {
            Some(parent) => self.names(parent)?,
            None => Vec::new(),
        };
        let names = [above, own].concat();
        (names.len() == wanted).then_some(names)
    }

    /// The id of a resource, and that of what it is in: another resource, or what the template is deployed to.
    pub(super) fn ids(&self, deployed: &Deployed<'t>) -> (Val, Val) {
        let site = deployed.declaration.header;
        if let Some(parent) = &deployed.parent {
            return self.ids_in(deployed, self.ids(parent).0);
        }
        if let Some(parent) = self.body_member(deployed, "parent") {
            let id = super::names::entry(&parent, "id", site).unwrap_or(parent);
            return self.ids_in(deployed, id);
        }
        let place = self.place_of(deployed);
        let place = match place {
            Ok(place) => place,
            Err(unknown) => return (self.nameless_id(deployed), unknown),
        };
        let kind = deployed.kind();
        let Some(names) = self.names(deployed) else {
            // One name where the type wants several: the others are in it, and what this is in has one of them.
            let is_inside = kind.split('/').count() > 2;
            let unknown = || Val::new(Value::Unknown(Arc::new(self.why_nameless(deployed))), site);
            return (self.nameless_id(deployed), if is_inside { unknown() } else { place_value(&place, site) });
        };
        let name = self.body_member(deployed, "name");
        let id = |names: &[Parts], kind: &str| {
            let mut id = place.id();
            id.extend(provider_path(kind, names));
            id_value(id, site, &name)
        };
        let above = match (names.split_last(), kind.rsplit_once('/')) {
            (Some((_, above)), Some((of, _))) if !above.is_empty() => id(above, of),
            _ => place_value(&place, site),
        };
        (id(&names, &kind), above)
    }

    fn ids_in(&self, deployed: &Deployed<'t>, parent: Val) -> (Val, Val) {
        let name = self.body_member(deployed, "name");
        let own = name.as_ref().and_then(naming::parts).and_then(|name| segments(&name).pop());
        let kind = deployed.kind();
        let (Some(mut id), Some(own)) = (naming::parts(&parent), own) else { return (self.nameless_id(deployed), parent) };
        id.push(ids::literal(format!("/{}/", kind.rsplit('/').next().unwrap_or(""))));
        id.extend(own);
        (id_value(id, deployed.declaration.header, name.iter().chain([&parent])), parent)
    }

    /// The id of a resource in which a name is not known.
    fn nameless_id(&self, deployed: &Deployed<'t>) -> Val {
        let unknown = self.why_nameless(deployed).called(Some(Term::attribute(&deployed.address, "id")));
        Val::new(Value::Unknown(Arc::new(unknown)), deployed.declaration.header)
    }

    fn why_nameless(&self, deployed: &Deployed<'t>) -> Unknown {
        let name = self.body_member(deployed, "name");
        match name.as_ref().and_then(|name| name.value.as_unknown()) {
            Some(name) => name.nameless(),
            None => {
                let why = format!("the id of {} is known only at deployment", deployed.address);
                Unknown::new(why, Some(deployed.declaration.header))
            }
        }
    }

    /// What a resource or module is deployed to.
    ///
    /// # Errors
    /// An unknown value, when it is not known.
    pub(super) fn place_of(&self, deployed: &Deployed<'t>) -> Result<Place, Val> {
        let site = deployed.declaration.header;
        let own = &deployed.instance.place;
        if let Some(scope) = self.body_member(deployed, "scope") {
            let id = super::names::entry(&scope, "id", site).unwrap_or(scope);
            let parts = naming::parts(&id).ok_or_else(|| id.clone())?;
            return own.named_by(&parts).ok_or(id);
        }
        if matches!(deployed.declaration.kind, DeclarationKind::Resource(_)) {
            return Ok(own.clone());
        }
        let mut place = own.clone();
        if let Some(subscription) = self.body_member(deployed, "subscriptionId") {
            place.subscription = Some(naming::parts(&subscription).ok_or(subscription)?);
        }
        if let Some(group) = self.body_member(deployed, "resourceGroup") {
            place.group = Some(naming::parts(&group).ok_or(group)?);
        }
        Ok(place)
    }

    /// The version of the type.
    pub(super) fn api_version(&self, deployed: &Deployed<'t>, site: Span) -> Val {
        match deployed.resource().and_then(|r| r.api_version.as_ref()) {
            Some(version) => self.eval(version, &deployed.env),
            None => deployed.parent.as_ref().map_or_else(|| Val::new(Value::Null, site), |p| self.api_version(p, site)),
        }
    }
}

/// Whether an object is written out, so that what it does not list it does not have.
pub(super) fn is_written_out(object: &Expr) -> bool {
    match &object.kind {
        ExprKind::Object(members) => members.iter().all(|m| match m {
            Member::Property(key, _) => matches!(key.kind, ExprKind::String(_)),
            Member::Spread(_) => false,
        }),
        ExprKind::Group(inner) => is_written_out(inner),
        _ => false,
    }
}
