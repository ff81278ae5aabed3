//! JSON with places. Reading never fails: what could be read is returned beside the errors.
//!
//! What people write beyond strict JSON is read too and listed apart, since only some languages take it: comments, a comma after the
//! last element, line breaks in strings.

mod read;
mod text;

pub use text::Places;

use crate::source::{FileId, Span};
use std::sync::Arc;

/// What a text says, and what is wrong with it.
#[derive(Debug)]
pub struct Parsed {
    /// The value; [`Value::Invalid`] when there is none.
    pub root: Node,
    /// What is wrong: the place, and a message for the user. In order of place; of many only the first.
    pub errors: Vec<(Span, String)>,
    /// What was read although strict JSON does not have it. In order of place; of many only the first.
    pub extensions: Vec<(Span, String)>,
    /// The comments, in order.
    pub comments: Vec<Span>,
}

/// A value and its place.
#[derive(Debug)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it is written, quotes and brackets included.
    pub span: Span,
}

/// What a value is.
#[derive(Debug)]
pub enum Value {
    /// It is missing or could not be read, and there is an error that says so.
    Invalid,
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// `1.5`
    Number(f64),
    /// `"text"`, escapes replaced. A lone surrogate (`\ud800`) became U+FFFD.
    String(Arc<str>),
    /// `[a, b]`
    Array(Vec<Node>),
    /// `{"a": b}`; all members in order, also those of equal names.
    Object(Vec<Member>),
}

/// `"name": value`
#[derive(Debug)]
pub struct Member {
    /// The name, escapes replaced.
    pub name: Arc<str>,
    /// Where the name is written, quotes included.
    pub name_span: Span,
    /// The value.
    pub value: Node,
}

/// Values nested deeper than this are not read: [`Value::Invalid`] stands for them.
pub const DEEPEST: usize = 500;

/// So many values of one text are read; each takes many times the memory of its two bytes.
const MOST_VALUES: usize = 1_000_000;

/// Reads a text.
pub fn parse(file: FileId, text: &str) -> Parsed {
    read::Reader::new(file, text).read()
}

impl Node {
    /// The member of this name, in an object. Of several the last one, which is what most readers take.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.members().iter().rev().find(|m| &*m.name == name).map(|m| &m.value)
    }

    /// The members of an object; none of anything else.
    pub fn members(&self) -> &[Member] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of an array; none of anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// A number.
    pub fn as_number(&self) -> Option<f64> {
        match self.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }
}
