//! Where templates are deployed to, and the ids that follow from that.

use super::Evaluator;
use super::call::text_arg;
use super::names;
use crate::eval::naming;
use crate::source::Span;
use crate::syntax::template::Target;
use crate::value::{Map, Term, TermPart, Unknown, Val, Value};
use std::sync::Arc;

/// A text of which parts may be unknown.
pub(super) type Parts = Vec<TermPart>;

/// What a template is deployed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The id of the subscription; `None` above subscriptions.
    pub subscription: Option<Parts>,
    /// The name of the resource group; `None` above groups.
    pub group: Option<Parts>,
}

pub(super) fn literal(text: impl Into<Arc<str>>) -> TermPart {
    TermPart::Text(text.into())
}

fn symbol(name: &str) -> Parts {
    vec![TermPart::Symbol(name.into())]
}

impl Place {
    /// Where a root template is deployed to: it is known only then.
    pub fn of_root(target: Target) -> Self {
        let subscription = || symbol("subscription().subscriptionId");
        match target {
            Target::ResourceGroup => Self { subscription: Some(subscription()), group: Some(symbol("resourceGroup().name")) },
            Target::Subscription => Self { subscription: Some(subscription()), group: None },
            Target::ManagementGroup | Target::Tenant => Self { subscription: None, group: None },
        }
    }

    /// The place that an id names: `/subscriptions/../resourceGroups/..`. What it does not tell is as in `self`.
    pub fn named_by(&self, id: &[TermPart]) -> Option<Self> {
        let segments = segments(id);
        let after = |name: &str| {
            let at = segments.iter().position(|s| matches!(s.as_slice(), [TermPart::Text(t)] if t.eq_ignore_ascii_case(name)))?;
            segments.get(at + 1).cloned()
        };
        let subscription = after("subscriptions")?;
        Some(Self { subscription: Some(subscription), group: after("resourceGroups") })
    }

    /// The id of the place itself.
    pub fn id(&self) -> Parts {
        let mut id = Vec::new();
        if let Some(subscription) = &self.subscription {
            id.push(literal("/subscriptions/"));
            id.extend(subscription.iter().cloned());
        }
        if let Some(group) = &self.group {
            id.push(literal("/resourceGroups/"));
            id.extend(group.iter().cloned());
        }
        id
    }

    /// The same without the resource group.
    fn above_group(&self) -> Self {
        Self { group: None, ..self.clone() }
    }
}

/// A text, cut at its slashes. Empty segments at the start are dropped.
pub(super) fn segments(parts: &[TermPart]) -> Vec<Parts> {
    let mut segments: Vec<Parts> = vec![Vec::new()];
    for part in parts {
        let TermPart::Text(text) = part else {
            segments.last_mut().into_iter().for_each(|last| last.push(part.clone()));
            continue;
        };
        for (i, piece) in text.split('/').enumerate() {
            if i > 0 {
                segments.push(Vec::new());
            }
            if !piece.is_empty() {
                segments.last_mut().into_iter().for_each(|last| last.push(literal(piece)));
            }
        }
    }
    segments.retain(|s| !s.is_empty());
    segments
}

/// `/providers/Microsoft.Network/virtualNetworks/vnet/subnets/aks`
pub(super) fn provider_path(kind: &str, names: &[Parts]) -> Parts {
    let mut types = kind.split('/');
    let mut path = vec![literal(format!("/providers/{}", types.next().unwrap_or("")))];
    for (of, name) in types.zip(names) {
        path.push(literal(format!("/{of}/")));
        path.extend(name.iter().cloned());
    }
    path
}

/// An id in a form in which equal ids are equal: Azure does not tell letter cases apart.
pub(super) fn comparable(id: &[TermPart]) -> String {
    match naming::text(id.iter().cloned(), || Unknown::new("", None)) {
        Value::String(text) => text.to_ascii_lowercase(),
        Value::Unknown(unknown) => unknown.term.as_ref().map(|t| t.to_string().to_ascii_lowercase()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// An id as a value. What is not known of it is so for the reason of the first unknown one of the values that it is made of, if there is
/// one.
pub(super) fn id_value<'v>(id: Parts, site: Span, made_of: impl IntoIterator<Item = &'v Val>) -> Val {
    let why = || match made_of.into_iter().find_map(|val| val.value.as_unknown()) {
        Some(unknown) => unknown.nameless(),
        None => Unknown::new("this id is known only at deployment", Some(site)),
    };
    Val::new(naming::text(id, why), site)
}

/// The id of what a template is deployed to, as a value.
pub(super) fn place_value(place: &Place, site: Span) -> Val {
    let what = if place.group.is_some() { "resource group" } else { "subscription" };
    let why = || Unknown::new(format!("the {what} is known only at deployment"), Some(site));
    Val::new(naming::text(place.id(), why), site)
}

impl<'t> Evaluator<'t> {
    /// `resourceId([subscription], [group], type, names..)` and its kin, by their names in lower case.
    pub(super) fn resource_id(&self, function: &str, args: &[Val], site: Span, place: &Place) -> Val {
        let unknown = |val: &Val| Val::new(names::opaque_unknown(val, function, args, site), site);
        let mut before: Vec<Parts> = Vec::new();
        let mut args = args.iter();
        let mut base = None;
        if function == "extensionresourceid" {
            let Some(first) = args.next() else { return Val::unknown("extensionResourceId needs arguments", site) };
            match naming::parts(first) {
                Some(parts) => base = Some(parts),
                None => return unknown(first),
            }
        }
        let all = args.as_slice();
        let kind = loop {
            let Some(arg) = args.next() else { return Val::unknown(format!("{function} needs a resource type"), site) };
            match text_arg(arg) {
                Some(text) if text.contains('/') => break text,
                _ => match naming::parts(arg) {
                    Some(parts) => before.push(parts),
                    None => return unknown(arg),
                },
            }
        };
        let mut names: Vec<Parts> = Vec::new();
        for arg in args {
            match naming::parts(arg) {
                Some(parts) => names.push(parts),
                None => return unknown(arg),
            }
        }
        // A name with slashes stands for several.
        if names.len() + 1 != kind.split('/').count() {
            names = names.iter().flat_map(|name| segments(name)).collect();
        }
        let place = match (function, before.as_slice()) {
            ("resourceid", [subscription, group]) => {
                Place { subscription: Some(subscription.clone()), group: Some(group.clone()) }
            }
            ("resourceid", [group]) => Place { group: Some(group.clone()), ..place.clone() },
            ("subscriptionresourceid", [subscription]) => Place { subscription: Some(subscription.clone()), group: None },
            ("subscriptionresourceid", _) => place.above_group(),
            ("tenantresourceid", _) => Place { subscription: None, group: None },
            _ => place.clone(),
        };
        let mut id = match (function, before.first()) {
            ("managementgroupresourceid", group) => {
                let group = group.cloned().unwrap_or_else(|| symbol("managementGroup().name"));
                [vec![literal("/providers/Microsoft.Management/managementGroups/")], group].concat()
            }
            _ => base.unwrap_or_else(|| place.id()),
        };
        id.extend(provider_path(&kind, &names));
        id_value(id, site, all)
    }

    /// `resourceGroup()`, `resourceGroup('name')`, `resourceGroup(subscription, 'name')`
    pub(super) fn resource_group(&self, args: &[Val], site: Span, place: &Place) -> Val {
        let given: Option<Vec<Parts>> = args.iter().map(naming::parts).collect();
        let place = match given.as_deref() {
            Some([]) => place.clone(),
            Some([name]) => Place { group: Some(name.clone()), ..place.clone() },
            Some([subscription, name]) => Place { subscription: Some(subscription.clone()), group: Some(name.clone()) },
            _ => return Val::unknown("the resource group is not known", site),
        };
        let name = place.group.clone().unwrap_or_else(|| symbol("resourceGroup().name"));
        let what = if args.is_empty() { "resourceGroup()".to_owned() } else { comparable(&place.id()) };
        let text = |parts: Parts, what: &str| {
            let why = || Unknown::new(format!("the {what} of the resource group is known only at deployment"), Some(site));
            Val::new(naming::text(parts, why), site)
        };
        let given_name = args.last().cloned();
        let entries = [
            ("id", place_value(&place, site)),
            ("name", given_name.unwrap_or_else(|| text(name, "name"))),
            ("location", text(symbol(&format!("{what}.location")), "location")),
            ("type", Val::new(Value::string("Microsoft.Resources/resourceGroups"), site)),
        ];
        open(entries, "this is known of the resource group only at deployment", &what, site)
    }

    /// `subscription()`, `subscription('id')`
    pub(super) fn subscription(&self, args: &[Val], site: Span, place: &Place) -> Val {
        let place = match args.first().map(naming::parts) {
            None => place.above_group(),
            Some(Some(id)) => Place { subscription: Some(id), group: None },
            Some(None) => return Val::unknown("the subscription is not known", site),
        };
        let name = place.subscription.clone().unwrap_or_else(|| symbol("subscription().subscriptionId"));
        let why = || Unknown::new("the subscription is known only at deployment", Some(site));
        let entries = [("id", place_value(&place, site)), ("subscriptionId", Val::new(naming::text(name, why), site))];
        let what = if args.is_empty() { "subscription()".to_owned() } else { comparable(&place.id()) };
        open(entries, "this is known of the subscription only at deployment", &what, site)
    }
}

/// An object that has more than these entries.
fn open<const N: usize>(entries: [(&str, Val); N], why: &str, name: &str, site: Span) -> Val {
    let unknown = Unknown::new(why, Some(site)).called(Some(Term::symbol(name)));
    let entries = entries.into_iter().map(|(key, val)| (key.into(), val)).collect();
    Val::new(Value::Map(Arc::new(Map { entries, open: Some(Arc::new(unknown)), typed: false })), site)
}
