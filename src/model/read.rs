//! From located values to fields.

use super::{Field, State, Undecided};
use crate::cidr::Cidr;
use crate::value::{At, Map, Val, Value};
use std::net::IpAddr;
use std::sync::Arc;

/// A nested block or object that may be absent or unknown: what its attributes are follows from that.
pub struct Part<'r> {
    map: Option<&'r Map>,
    unknown: Option<Undecided>,
    /// The block's header; of an absent block, that of the block around it.
    pub at: At,
}

impl<'r> Part<'r> {
    /// The whole body of a resource.
    pub fn body(map: &'r Map, at: At) -> Self {
        Self { map: Some(map), unknown: None, at }
    }

    /// The entry of this name, unless it is absent or null.
    pub fn get(&self, name: &str) -> Option<&'r Val> {
        self.map?.get(name)
    }

    /// The first of these entries that is there: newer and older spellings of one thing.
    pub fn either(&self, names: &[&'static str]) -> (&'static str, Option<&'r Val>) {
        let first = names.first().copied().unwrap_or("");
        names.iter().find_map(|n| Some((*n, Some(self.get(n)?)))).unwrap_or((first, None))
    }

    /// The block of this name, of which there is at most one.
    pub fn part(&self, name: &str) -> Part<'r> {
        match self.parts(name) {
            Ok(parts) => parts.into_iter().next().unwrap_or(Part { map: None, unknown: None, at: self.at.clone() }),
            Err((unknown, at)) => Part { map: None, unknown: Some(unknown), at },
        }
    }

    /// All blocks of this name, or why they are not known.
    pub fn parts(&self, name: &str) -> Result<Vec<Part<'r>>, (Undecided, At)> {
        if let Some(unknown) = &self.unknown {
            return Err((unknown.clone(), self.at.clone()));
        }
        let Some(val) = self.get(name) else { return Ok(Vec::new()) };
        let one = |val: &'r Val| match &val.value {
            Value::Map(map) => Ok(Part { map: Some(map), unknown: None, at: val.at.clone() }),
            _ => Err((undecided(val), val.at.clone())),
        };
        match &val.value {
            Value::List(items) | Value::Set(items) => items.iter().map(one).collect(),
            _ => one(val).map(|part| vec![part]),
        }
    }

    /// Whether the block is there at all.
    pub fn exists(&self) -> Result<bool, Undecided> {
        self.unknown.clone().map_or(Ok(self.map.is_some()), Err)
    }

    /// An attribute, converted.
    pub fn field<T>(&self, names: &[&'static str], convert: impl Fn(&Value) -> Result<T, String>) -> Field<T> {
        let (name, val) = self.either(names);
        match (&self.unknown, val) {
            (Some(unknown), _) => Field::new(name, State::Unknown(unknown.clone()), self.at.clone()),
            (None, Some(val)) => from_val(name, val, convert),
            (None, None) => Field::new(name, State::Absent, self.at.clone()),
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
        let (name, val) = self.either(names);
        let Some(val) = val else {
            return self.unknown.iter().map(|u| Field::new(name, State::Unknown(u.clone()), self.at.clone())).collect();
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

fn text(value: &Value) -> Result<String, String> {
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
