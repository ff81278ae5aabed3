//! From located values to fields.

use super::fields::Vocabulary;
use super::{Field, State, Undecided};
use crate::cidr::Cidr;
use crate::tree::Resource;
use crate::value::{At, Map, Val, Value};
use std::net::IpAddr;
use std::sync::Arc;

/// A nested block or object that may be absent or unknown: what its attributes are follows from that.
///
/// Attributes are asked for by their azurerm names, whatever the vocabulary of the code.
#[derive(Clone)]
pub struct Part<'r> {
    map: Option<&'r Map>,
    unknown: Option<Undecided>,
    vocabulary: Vocabulary,
    /// What another resource sets here instead.
    update: Option<Box<Part<'r>>>,
    /// Why it is not known whether this holds, if it is an update.
    doubt: Option<Undecided>,
    /// The block's header; of an absent block, that of the block around it.
    pub at: At,
}

/// What a name stands for: a value, nothing, or something that is not known.
type Found<'r> = Result<Option<&'r Val>, Undecided>;

impl<'r> Part<'r> {
    /// The whole body of a resource.
    pub fn resource(resource: &'r Resource) -> Self {
        let vocabulary = Vocabulary::of(&resource.kind);
        Self { vocabulary, map: Some(&resource.body), ..Self::absent(At::new(resource.header)) }
    }

    fn absent(at: At) -> Self {
        Self { map: None, unknown: None, vocabulary: Vocabulary::Azurerm, update: None, doubt: None, at }
    }

    /// The same, with what another resource sets in it. With a doubt it is not known whether it does.
    pub fn updated(mut self, update: Part<'r>, doubt: Option<Undecided>) -> Self {
        let before = self.update.take();
        self.update = Some(Box::new(Self { doubt: doubt.or(update.doubt.clone()), update: before, ..update }));
        self
    }

    /// Whether another resource sets something in it.
    pub fn is_updated(&self) -> bool {
        self.update.is_some()
    }

    /// In which names it is written.
    pub fn vocabulary(&self) -> Vocabulary {
        self.vocabulary
    }

    /// How an attribute is spelled in the code, without what it stands in.
    pub fn spelled(&self, name: &'static str) -> &'static str {
        let path = self.vocabulary.spell(name).unwrap_or(name);
        path.rsplit('.').next().unwrap_or(path)
    }

    /// The entry of this name, unless it is absent or null.
    ///
    /// # Errors
    /// The reason, when it is not known whether there is one.
    pub fn find(&self, name: &str) -> Found<'r> {
        if let Some(update) = &self.update {
            match update.find(name) {
                Ok(None) => {}
                found => return found,
            }
        }
        let found = self.own(name)?;
        found.map_or(Ok(None), |val| self.doubt.clone().map_or(Ok(Some(val)), Err))
    }

    /// The entry of this name, where that is known to be there.
    pub fn get(&self, name: &str) -> Option<&'r Val> {
        self.find(name).ok().flatten()
    }

    fn own(&self, name: &str) -> Found<'r> {
        if let Some(unknown) = &self.unknown {
            return Err(unknown.clone());
        }
        let (Some(map), Some(path)) = (self.map, self.vocabulary.spell(name)) else { return Ok(None) };
        let mut steps = path.split('.');
        let last = steps.next_back().unwrap_or(path);
        let mut map = map;
        for step in steps {
            let Some(val) = self.entry(map, step)? else { return Ok(None) };
            let first = val.value.as_items().map_or(Some(val), <[Val]>::first);
            match first.map(|v| &v.value) {
                Some(Value::Map(inner)) => map = inner,
                _ => return Err(undecided(val)),
            }
        }
        self.entry(map, last)
    }

    /// An entry of a map by its name in the code.
    fn entry(&self, map: &'r Map, name: &str) -> Found<'r> {
        if self.vocabulary == Vocabulary::Azurerm {
            return Ok(map.get(name));
        }
        if let Some(val) = any_case(map, name)? {
            return Ok(Some(val));
        }
        for envelope in ENVELOPES {
            match any_case(map, envelope)?.map(|val| (val, &val.value)) {
                Some((_, Value::Map(inner))) => {
                    if let Some(val) = any_case(inner, name)? {
                        return Ok(Some(val));
                    }
                }
                Some((val, _)) => return Err(undecided(val)),
                None => {}
            }
        }
        Ok(None)
    }

    /// The first of these entries that is there: newer and older spellings of one thing.
    pub fn either(&self, names: &[&'static str]) -> (&'static str, Option<&'r Val>) {
        let (name, found) = self.first(names);
        (name, found.ok().flatten())
    }

    fn first(&self, names: &[&'static str]) -> (&'static str, Found<'r>) {
        for name in names {
            match self.find(name) {
                Ok(None) => {}
                found => return (self.spelled(name), found),
            }
        }
        (names.first().map_or("", |name| self.spelled(name)), Ok(None))
    }

    /// The block of this name, of which there is at most one.
    pub fn part(&self, name: &str) -> Part<'r> {
        let part = match self.own_parts(name) {
            Ok(parts) => {
                let absent = || Part { vocabulary: self.vocabulary, ..Self::absent(self.at.clone()) };
                parts.into_iter().next().unwrap_or_else(absent)
            }
            Err((unknown, at)) => Part { unknown: Some(unknown), vocabulary: self.vocabulary, ..Self::absent(at) },
        };
        match &self.update {
            Some(update) if !matches!(update.find(name), Ok(None)) => part.updated(update.part(name), update.doubt.clone()),
            _ => part,
        }
    }

    /// All blocks of this name, or why they are not known.
    pub fn parts(&self, name: &str) -> Result<Vec<Part<'r>>, (Undecided, At)> {
        if let Some(update) = &self.update
            && !matches!(update.find(name), Ok(None))
        {
            let why = Undecided::new("another resource changes what is listed here", Some(update.at.site));
            return Err((why, update.at.clone()));
        }
        self.own_parts(name)
    }

    fn own_parts(&self, name: &str) -> Result<Vec<Part<'r>>, (Undecided, At)> {
        let val = match self.own(name) {
            Ok(Some(val)) => val,
            Ok(None) => return Ok(Vec::new()),
            Err(unknown) => return Err((unknown, self.at.clone())),
        };
        let one = |val: &'r Val| match &val.value {
            Value::Map(map) => Ok(Part { map: Some(map), vocabulary: self.vocabulary, ..Self::absent(val.at.clone()) }),
            _ => Err((undecided(val), val.at.clone())),
        };
        match &val.value {
            Value::List(items) | Value::Set(items) => items.iter().map(one).collect(),
            _ => one(val).map(|part| vec![part]),
        }
    }

    /// Whether the block is there at all.
    pub fn exists(&self) -> Result<bool, Undecided> {
        let own = match (&self.unknown, self.map) {
            (Some(unknown), _) => Err(unknown.clone()),
            (None, Some(_)) => self.doubt.clone().map_or(Ok(true), Err),
            (None, None) => Ok(false),
        };
        super::either(own, self.update.as_ref().map_or(Ok(false), |update| update.exists()))
    }

    /// An attribute, converted.
    pub fn field<T>(&self, names: &[&'static str], convert: impl Fn(&Value) -> Result<T, String>) -> Field<T> {
        match self.first(names) {
            (name, Err(unknown)) => Field::new(name, State::Unknown(unknown), self.at.clone()),
            (name, Ok(Some(val))) => from_val(name, val, convert),
            (name, Ok(None)) => Field::new(name, State::Absent, self.at.clone()),
        }
    }

    /// A text; an empty one counts as absent, as azurerm has it.
    pub fn text(&self, names: &[&'static str]) -> Field<String> {
        let mut field = self.field(names, text);
        if matches!(&field.state, State::Set(s) if s.is_empty()) {
            field.state = State::Absent;
        }
        field
    }

    /// A text in lower case.
    pub fn word(&self, names: &[&'static str]) -> Field<String> {
        self.text(names).map(|s| s.to_ascii_lowercase())
    }

    /// A whole number from 0.
    pub fn number(&self, names: &[&'static str]) -> Field<u64> {
        self.field(names, number)
    }

    /// A truth value.
    pub fn truth(&self, names: &[&'static str]) -> Field<bool> {
        self.field(names, truth)
    }

    /// A list of ranges; empty when absent.
    pub fn ranges(&self, names: &[&'static str]) -> Vec<Field<Cidr>> {
        let is_empty = |val: &Val| val.value.as_items().is_some_and(<[Val]>::is_empty);
        // An empty list leaves it to the other names.
        let says_nothing = |name: &&'static str| matches!(self.find(name), Ok(Some(val)) if is_empty(val));
        let names: Vec<&'static str> = names.iter().copied().filter(|name| !says_nothing(name)).collect();
        let (name, found) = self.first(&names);
        let val = match found {
            Ok(Some(val)) => val,
            Ok(None) => return Vec::new(),
            Err(unknown) => return vec![Field::new(name, State::Unknown(unknown), self.at.clone())],
        };
        match &val.value {
            Value::List(items) | Value::Set(items) => {
                items.iter().filter(|v| !v.value.is_null()).map(|item| from_val(name, &val.element(item), cidr)).collect()
            }
            _ => vec![from_val(name, val, cidr)],
        }
    }

    /// A range; an empty text counts as absent.
    pub fn range(&self, names: &[&'static str]) -> Field<Cidr> {
        let mut field = self.field(names, cidr);
        if field.raw.as_deref() == Some("") {
            field.state = State::Absent;
        }
        field
    }

    /// An address.
    pub fn address(&self, names: &[&'static str]) -> Field<IpAddr> {
        let mut field = self.field(names, |value| {
            let written = text(value)?;
            written.parse().map_err(|_| format!("{written:?} is not an IP address"))
        });
        if field.raw.as_deref() == Some("") {
            field.state = State::Absent;
        }
        field
    }
}

impl<T> Field<T> {
    /// The same, with Azure's default where it is absent.
    pub fn or_default(mut self, default: Option<T>) -> Self {
        if let (State::Absent, Some(default)) = (&self.state, default) {
            self.state = State::Default(default);
        }
        self
    }
}

/// What Resource Manager wraps around attributes.
const ENVELOPES: [&str; 2] = ["properties", "config"];

/// An entry by a name in any letter case. In an open map, one that is not listed may be there all the same.
fn any_case<'r>(map: &'r Map, name: &str) -> Found<'r> {
    let listed = map.entries.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, val)| val);
    match (listed, &map.open) {
        (Some(val), _) => Ok(Some(val).filter(|v| !v.value.is_null())),
        (None, Some(open)) => Err(Undecided { reason: Arc::clone(&open.reason), span: open.span, choice: open.choice.clone() }),
        (None, None) => Ok(None),
    }
}

/// A field from a value that is there.
pub fn from_val<T>(name: &'static str, val: &Val, convert: impl Fn(&Value) -> Result<T, String>) -> Field<T> {
    let state = match &val.value {
        Value::Null => State::Absent,
        Value::Unknown(_) => State::Unknown(undecided(val)),
        value => match convert(value) {
            Ok(value) => State::Set(value),
            Err(reason) => State::Unknown(Undecided::new(reason, Some(val.at.site))),
        },
    };
    Field { name, state, at: val.at.clone(), raw: text(&val.value).ok().map(Arc::from) }
}

/// Why a value is unknown, and where that comes from.
pub fn undecided(val: &Val) -> Undecided {
    match &val.value {
        Value::Unknown(unknown) => Undecided::from_unknown(unknown, val.at.site),
        other => Undecided::new(format!("this is {}, which is not what belongs here", other.kind()), Some(val.at.site)),
    }
}

/// A text, or what azurerm makes one of.
pub fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(s) => Ok(s.to_string()),
        Value::Number(n) => Ok(n.to_string()),
        Value::Bool(b) => Ok(b.to_string()),
        other => Err(format!("this is {}, not a text", other.kind())),
    }
}

fn number(value: &Value) -> Result<u64, String> {
    let wrong = || "this is not a whole number".to_owned();
    match value {
        Value::Number(n) if *n >= 0.0 && n.fract() == 0.0 && *n < 1e15 => Ok(*n as u64),
        Value::String(s) => s.trim().parse().map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

fn truth(value: &Value) -> Result<bool, String> {
    match value {
        Value::Bool(b) => Ok(*b),
        Value::String(s) if &**s == "true" => Ok(true),
        Value::String(s) if &**s == "false" => Ok(false),
        other => Err(format!("this is {}, not a bool", other.kind())),
    }
}

fn cidr(value: &Value) -> Result<Cidr, String> {
    let written = text(value)?;
    written.parse().map_err(|e| format!("{written:?} is not a CIDR: {e}"))
}
