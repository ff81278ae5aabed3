//! Evaluated values: what they are, where they are written, and where they came from.

use crate::source::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value together with the place that uses it and the places it came through.
#[derive(Clone, Debug)]
pub struct Val {
    /// What it is.
    pub value: Value,
    /// Where it is written and from where it came.
    pub at: At,
}

/// The place of a value: the expression as written nearest to its use, and the hops behind it.
#[derive(Clone, Debug)]
pub struct At {
    /// The expression as written.
    pub site: Span,
    /// Where the expression got its value from, nearest first (a local, a variable's default, a module's argument, ..).
    pub hops: Hops,
}

impl At {
    /// A place with nothing behind it.
    pub fn new(site: Span) -> Self {
        Self { site, hops: Hops::default() }
    }
}

/// One place that a value came through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// In words for the user: "local.pod_cidr", "default of var.pod_cidr".
    pub label: Arc<str>,
    /// The expression there.
    pub span: Span,
    /// The address of the resource, when the hop is a reference to an attribute of one.
    pub resource: Option<Arc<str>>,
}

/// The label of a hop to the line of a downloaded module that uses a value: no place that the value came from.
pub const USED_INSIDE: &str = "where the module uses it";

/// The hops behind a value, nearest first. Bounded: of a longer way only the nearest are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hops(Option<Arc<[Hop]>>);

impl Hops {
    const MOST: usize = 12;

    /// The hops in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Hop> {
        self.0.iter().flat_map(|h| h.iter())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Hops from a list; repeated ones are dropped.
    pub fn from_vec(hops: Vec<Hop>) -> Self {
        let mut kept: Vec<Hop> = Vec::new();
        for hop in hops {
            if kept.len() < Self::MOST && !kept.contains(&hop) {
                kept.push(hop);
            }
        }
        if kept.is_empty() { Self(None) } else { Self(Some(kept.into())) }
    }

    /// These hops, then `after`.
    pub fn then(&self, after: &Hops) -> Self {
        match (&self.0, &after.0) {
            (None, _) => after.clone(),
            (_, None) => self.clone(),
            _ => Self::from_vec(self.iter().chain(after.iter()).cloned().collect()),
        }
    }

    /// `hop`, then these.
    pub fn behind(&self, hop: Hop) -> Self {
        Self::from_vec(std::iter::once(hop).chain(self.iter().cloned()).collect())
    }
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`: as if it were not written.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    String(Arc<str>),
    /// A list or tuple.
    List(Arc<Items>),
    /// A set, sorted and without duplicates.
    Set(Arc<Items>),
    /// A map or object.
    Map(Arc<Map>),
    /// Something that cannot be known from the code, and why.
    Unknown(Arc<Unknown>),
}

/// The elements of a list, tuple or set.
#[derive(Clone, Debug, Default)]
pub struct Items {
    items: Vec<Val>,
    /// Whether all elements have one type, as in a list or set; a tuple is written with brackets and has a type for each element. The two
    /// are never equal, and a few functions treat them differently.
    pub typed: bool,
}

impl std::ops::Deref for Items {
    type Target = Vec<Val>;

    fn deref(&self) -> &Vec<Val> {
        &self.items
    }
}

/// A map or object. In an open one, keys that are not listed may exist with unknown values.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// The entries.
    pub entries: BTreeMap<Arc<str>, Val>,
    /// Whether all values have one type, as in a map; an object has a type for each attribute.
    pub typed: bool,
    /// Set when other keys may exist: what their value would be is unknown for this reason.
    pub open: Option<Arc<Unknown>>,
}

/// Why a value is unknown, and what is known of it all the same.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// In words for the user: "var.pod_cidr has no value".
    pub reason: Arc<str>,
    /// The place that makes it unknown.
    pub span: Option<Span>,
    /// What it is called, if it has a name: equal terms are equal values, whatever they turn out to be.
    pub term: Option<Term>,
    /// The condition that would decide it, when it is what a conditional gives whose condition is unknown.
    pub choice: Option<Arc<Choice>>,
}

/// A condition that is unknown, on which a value depends. Conditions with equal keys go together: where one holds, all do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The condition's own name.
    pub key: Arc<str>,
    /// The condition as written.
    pub text: Arc<str>,
    /// Where it is written.
    pub span: Span,
}

impl Unknown {
    /// Something without a name.
    pub fn new(reason: impl Into<Arc<str>>, span: Option<Span>) -> Self {
        Self { reason: reason.into(), span, term: None, choice: None }
    }

    /// The same with a name.
    pub fn called(self, term: Option<Term>) -> Self {
        Self { term, ..self }
    }

    /// The same without its name: what something made from it is.
    pub fn nameless(&self) -> Self {
        Self { term: None, ..self.clone() }
    }
}

/// A name for an unknown text: literal parts and references, in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(pub Arc<[TermPart]>);

/// A part of a [`Term`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TermPart {
    /// Known text.
    Text(Arc<str>),
    /// An attribute of a resource, both by name: (`module.net.azurerm_subnet.aks[0]`, `id`).
    Attribute(Arc<str>, Arc<str>),
    /// Something else that always has the same value, such as an input variable without one.
    Symbol(Arc<str>),
}

/// The name in one text, unambiguous.
impl std::fmt::Display for Term {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            TermPart::Text(text) => write!(f, "{text:?}"),
            TermPart::Attribute(resource, attribute) => write!(f, "{resource}.{attribute}"),
            TermPart::Symbol(name) => f.write_str(name),
        })
    }
}

impl Term {
    /// The term of one attribute of one resource.
    pub fn attribute(resource: &Arc<str>, attribute: impl Into<Arc<str>>) -> Self {
        Self(Arc::new([TermPart::Attribute(Arc::clone(resource), attribute.into())]))
    }

    /// The term of one symbol.
    pub fn symbol(name: impl Into<Arc<str>>) -> Self {
        Self(Arc::new([TermPart::Symbol(name.into())]))
    }
}

impl Value {
    /// A string value.
    pub fn string(s: impl Into<Arc<str>>) -> Self {
        Self::String(s.into())
    }

    /// A tuple value: what brackets make.
    pub fn list(items: Vec<Val>) -> Self {
        Self::List(Arc::new(Items { items, typed: false }))
    }

    /// A list value, the elements of which have one type.
    pub fn typed_list(items: Vec<Val>) -> Self {
        Self::List(Arc::new(Items { items, typed: true }))
    }

    /// A set value. The elements are sorted, without duplicates, and have one type.
    pub fn set(items: Vec<Val>) -> Self {
        Self::Set(Arc::new(Items { items, typed: true }))
    }

    /// An object value without further keys: what braces make.
    pub fn map(entries: BTreeMap<Arc<str>, Val>) -> Self {
        Self::Map(Arc::new(Map { entries, ..Map::default() }))
    }

    /// A map value, the values in which have one type, without further keys.
    pub fn typed_map(entries: BTreeMap<Arc<str>, Val>) -> Self {
        Self::Map(Arc::new(Map { entries, typed: true, open: None }))
    }

    /// An unknown value.
    pub fn unknown(reason: impl Into<Arc<str>>, span: Span) -> Self {
        Self::Unknown(Arc::new(Unknown::new(reason, Some(span))))
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The reason why this is unknown, if it is.
    pub fn as_unknown(&self) -> Option<&Arc<Unknown>> {
        match self {
            Self::Unknown(u) => Some(u),
            _ => None,
        }
    }

    /// The elements of a list or set.
    pub fn as_items(&self) -> Option<&[Val]> {
        match self {
            Self::List(items) | Self::Set(items) => Some(items),
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(s) => Some(s),
            _ => None,
        }
    }

    /// What kind of value this is, in words for the user.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::List(_) => "list",
            Self::Set(_) => "set",
            Self::Map(_) => "object",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl Val {
    /// A value written at `site`.
    pub fn new(value: Value, site: Span) -> Self {
        Self { value, at: At::new(site) }
    }

    /// An unknown value at `site`, which is also the place that makes it unknown.
    pub fn unknown(reason: impl Into<Arc<str>>, site: Span) -> Self {
        Self::new(Value::unknown(reason, site), site)
    }

    /// The same value used at `site` by the name `label`: its old place becomes the first hop.
    pub fn used_at(&self, site: Span, label: &str, resource: Option<Arc<str>>) -> Self {
        let hop = Hop { label: label.into(), span: self.at.site, resource };
        Self { value: self.value.clone(), at: At { site, hops: self.at.hops.behind(hop) } }
    }

    /// An element of this list or map, as it came with the whole: the last hop that holds the element points at the element itself.
    pub fn element(&self, element: &Val) -> Val {
        if self.at.hops.is_empty() {
            return element.clone();
        }
        let place = element.at.site;
        let holds = |h: &Hop| h.span.file == place.file && h.span.start <= place.start && place.end <= h.span.end;
        let mut hops: Vec<Hop> = self.at.hops.iter().cloned().collect();
        if let Some(last) = hops.iter().rposition(holds) {
            hops.truncate(last + 1);
            hops.iter_mut().skip(last).for_each(|h| h.span = place);
        }
        hops.extend(element.at.hops.iter().cloned());
        Val { value: element.value.clone(), at: At { site: self.at.site, hops: Hops::from_vec(hops) } }
    }

    /// The same value and hops, written at `site`.
    pub fn placed(mut self, site: Span) -> Self {
        self.at.site = site;
        self
    }
}
