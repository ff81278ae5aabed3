//! Places in the user's own code. What a downloaded or known module makes is told where the user can change it: at the argument that the
//! value came from, else at the call of the module.

use crate::source::Span;
use crate::tree::{Resource, Validation, Verdict};
use crate::value::{At, Choice, Hop, Hops, Map, USED_INSIDE, Unknown, Val, Value};
use std::sync::Arc;

/// Moves places out of modules that are not the user's own code.
pub trait Own {
    /// The call of the user's own that brings in the module which a place is in; `None` for places in the user's own code.
    fn call(&self, place: Span) -> Option<Span>;

    /// The call, for places in texts that only overlint has.
    fn stand_in(&self, place: Span) -> Option<Span>;

    /// The resource with all its places moved.
    fn resource(&self, resource: Resource) -> Resource {
        Resource {
            header: self.call(resource.header).unwrap_or(resource.header),
            body: Arc::new(self.map(&resource.body)),
            repeated: resource.repeated.map(|val| self.val(&val)),
            ..resource
        }
    }

    /// The condition with all its places moved.
    fn validation(&self, validation: Validation) -> Validation {
        let verdict = match validation.verdict {
            Verdict::Unknown(unknown) => Verdict::Unknown(Arc::new(self.unknown(&unknown))),
            fails => fails,
        };
        Validation { value: self.val(&validation.value), verdict, ..validation }
    }

    /// The place, moved if it is not one that the user can open.
    fn span(&self, place: Span) -> Span {
        self.stand_in(place).unwrap_or(place)
    }

    /// The value with all its places moved.
    fn val(&self, val: &Val) -> Val {
        let value = match &val.value {
            Value::List(items) => Value::list(items.iter().map(|v| self.val(v)).collect()),
            Value::Set(items) => Value::set(items.iter().map(|v| self.val(v)).collect()),
            Value::Map(map) => Value::Map(Arc::new(self.map(map))),
            Value::Unknown(unknown) => Value::Unknown(Arc::new(self.unknown(unknown))),
            other => other.clone(),
        };
        Val { value, at: self.at(&val.at) }
    }

    /// The map with all its places moved.
    fn map(&self, map: &Map) -> Map {
        let entries = map.entries.iter().map(|(name, val)| (Arc::clone(name), self.val(val))).collect();
        Map { entries, typed: map.typed, open: map.open.as_ref().map(|u| Arc::new(self.unknown(u))) }
    }

    /// The unknown with its places moved.
    fn unknown(&self, unknown: &Unknown) -> Unknown {
        let choice = |c: &Arc<Choice>| Arc::new(Choice { span: self.span(c.span), ..(**c).clone() });
        Unknown { span: unknown.span.map(|s| self.span(s)), choice: unknown.choice.as_ref().map(choice), ..unknown.clone() }
    }

    /// The place and the hops behind it, moved.
    fn at(&self, at: &At) -> At {
        let hops: Vec<Hop> = at.hops.iter().map(|h| Hop { span: self.span(h.span), ..h.clone() }).collect();
        let Some(call) = self.call(at.site) else { return At { site: at.site, hops: Hops::from_vec(hops) } };
        let mut hops = hops.into_iter();
        let (site, mut behind) = match at.hops.iter().position(|h| self.call(h.span).is_none()) {
            Some(own) => (hops.nth(own).map_or(call, |h| h.span), hops.collect::<Vec<_>>()),
            None => (call, hops.collect()),
        };
        if self.stand_in(at.site).is_none() {
            behind.push(Hop { label: USED_INSIDE.into(), span: at.site, resource: None });
        }
        At { site, hops: Hops::from_vec(behind) }
    }
}
