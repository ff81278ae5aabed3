//! Ids of declared resources, however the code spells them, become references to these resources, as the model wants them.

use super::ids::{Parts, comparable, literal, segments};
use crate::eval::naming;
use crate::tree::Resource;
use crate::value::{Map, Term, TermPart, Unknown, Val, Value};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// Ids with more segments are none.
const LONGEST_ID: usize = 64;

/// Where ids lead, from their segments.
struct Ids(HashMap<Vec<String>, To>);

/// What has an id.
enum To {
    /// The resource with this address.
    One(Arc<str>),
    /// One of several, of which it is not known for this reason which ones are deployed.
    Several(Arc<Unknown>),
}

impl Ids {
    /// What is declared comes before what is only read.
    fn of(resources: &[Resource]) -> Self {
        let mut ids = HashMap::new();
        let mut doubts: HashMap<&str, &Arc<Unknown>> = HashMap::new();
        for resource in resources.iter().filter(|r| !r.existing).chain(resources.iter().filter(|r| r.existing)) {
            let doubt = resource.repeated.as_ref().and_then(|repeated| repeated.value.as_unknown());
            doubts.extend(doubt.map(|doubt| (&*resource.address, doubt)));
            let Some(id) = resource.get("id").and_then(naming::parts).and_then(|id| segmented(&id)) else { continue };
            match ids.entry(id) {
                Entry::Vacant(entry) => _ = entry.insert(To::One(Arc::clone(&resource.address))),
                Entry::Occupied(mut entry) => {
                    if let To::One(other) = entry.get()
                        && let Some(doubt) = doubts.get(&**other).copied().or(doubt.filter(|_| !resource.existing))
                    {
                        entry.insert(To::Several(Arc::new(doubt.nameless())));
                    }
                }
            }
        }
        Self(ids)
    }
}

/// Replaces ids in all bodies. A resource that is declared loses its own `id`; one that is only read keeps it, as something in another one if it
/// is, unless another one has it too.
pub(super) fn link(resources: &mut [Resource]) {
    let ids = Ids::of(resources);
    for resource in resources {
        let mut map = ids.map(&resource.body);
        let own = resource.get("id").cloned();
        match own {
            Some(own) if resource.existing => {
                let found = naming::parts(&own).and_then(|id| ids.0.get(&segmented(&id)?));
                let is_other = matches!(found, Some(To::One(address)) if *address != resource.address);
                if !is_other {
                    let value = ids.reference(&own, Some(&resource.address)).unwrap_or_else(|| own.value.clone());
                    map.entries.insert("id".into(), Val { value, at: own.at });
                }
            }
            _ => _ = map.entries.remove("id"),
        }
        resource.body = Arc::new(map);
    }
}

/// The segments of an id in comparable form; `None` for a text that is too long to be one.
fn segmented(id: &[TermPart]) -> Option<Vec<String>> {
    let slashes = |part: &TermPart| if let TermPart::Text(text) = part { text.matches('/').count() } else { 0 };
    if id.iter().map(slashes).sum::<usize>() > LONGEST_ID {
        return None;
    }
    Some(segments(id).iter().map(|segment| comparable(segment)).collect())
}

impl Ids {
    fn map(&self, map: &Map) -> Map {
        let entries = map.entries.iter().map(|(key, val)| (Arc::clone(key), self.val(val))).collect();
        Map { entries, typed: map.typed, open: map.open.clone() }
    }

    fn val(&self, val: &Val) -> Val {
        let value = match &val.value {
            Value::Map(map) => Value::Map(Arc::new(self.map(map))),
            Value::List(items) => Value::list(items.iter().map(|item| self.val(item)).collect()),
            Value::String(text) if text.starts_with('/') => self.reference(val, None).unwrap_or_else(|| val.value.clone()),
            Value::Unknown(_) => self.reference(val, None).unwrap_or_else(|| val.value.clone()),
            other => other.clone(),
        };
        Val { value, at: val.at.clone() }
    }

    /// The id of a declared resource, or of something in one, as a reference to one that is not `own`.
    fn reference(&self, val: &Val, own: Option<&str>) -> Option<Value> {
        let parts = naming::parts(val)?;
        if !matches!(parts.first(), Some(TermPart::Text(text)) if text.starts_with('/')) {
            return None;
        }
        let spelled = segmented(&parts)?;
        let all = segments(&parts);
        // Types and names come in pairs.
        for end in (1..=spelled.len()).rev().step_by(2) {
            let address = match spelled.get(..end).and_then(|id| self.0.get(id)) {
                Some(To::One(address)) if Some(&**address) != own => address,
                Some(To::Several(doubt)) if own.is_none() => return Some(Value::Unknown(Arc::clone(doubt))),
                _ => continue,
            };
            let mut id: Parts = vec![TermPart::Attribute(Arc::clone(address), "id".into())];
            for segment in all.iter().skip(end) {
                id.push(literal("/"));
                id.extend(segment.iter().cloned());
            }
            let why = || Unknown::new(format!("the id of {address} is known only at deployment"), Some(val.at.site));
            return Some(match id.as_slice() {
                [TermPart::Attribute(..)] => Value::Unknown(Arc::new(why().called(Some(Term::attribute(address, "id"))))),
                // A name in it may be what is not known.
                _ => naming::text(id, || val.value.as_unknown().map_or_else(why, |unknown| unknown.nameless())),
            });
        }
        None
    }
}
