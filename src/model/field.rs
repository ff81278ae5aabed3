//! One attribute of the model: what it is, whether the code or Azure says so, and where it is written.

use crate::cidr::Cidr;
use crate::source::Span;
use crate::value::{At, Choice, Unknown};
use std::sync::Arc;

/// Why something could not be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// In words for the user: "var.pod_cidr has no value".
    pub reason: Arc<str>,
    /// The place that makes it so.
    pub span: Option<Span>,
    /// The condition that would decide it, if there is one.
    pub choice: Option<Arc<Choice>>,
}

impl Undecided {
    /// A reason with its place.
    pub fn new(reason: impl Into<Arc<str>>, span: Option<Span>) -> Self {
        Self { reason: reason.into(), span, choice: None }
    }

    /// The reason of something unknown, which is used at `site`.
    pub fn from_unknown(unknown: &Unknown, site: Span) -> Self {
        Self { reason: Arc::clone(&unknown.reason), span: unknown.span.or(Some(site)), choice: unknown.choice.clone() }
    }
}

/// The four states of an attribute, kept apart by the type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State<T> {
    /// The code sets it.
    Set(T),
    /// The code does not set it; Azure takes this value.
    Default(T),
    /// The code does not set it, and Azure has no value for it.
    Absent,
    /// It cannot be known, for this reason.
    Unknown(Undecided),
}

/// One attribute of the model.
#[derive(Clone, Debug)]
pub struct Field<T> {
    /// Its name as the user's language spells it: `pod_cidr`, `podCidr`.
    pub name: &'static str,
    /// Its state.
    pub state: State<T>,
    /// Where it is written and from where it came. For a default or an absent one, where it would be written.
    pub at: At,
    /// The text as written, when it was a text: also there when the text is no valid value.
    pub raw: Option<Arc<str>>,
}

impl<T> Field<T> {
    /// A field without a text.
    pub fn new(name: &'static str, state: State<T>, at: At) -> Self {
        Self { name, state, at, raw: None }
    }

    /// The value that holds, whether set or Azure's default; `None` when there is none.
    ///
    /// # Errors
    /// The reason, when the value cannot be known.
    pub fn known(&self) -> Result<Option<&T>, Undecided> {
        match &self.state {
            State::Set(v) | State::Default(v) => Ok(Some(v)),
            State::Absent => Ok(None),
            State::Unknown(u) => Err(u.clone()),
        }
    }

    /// The value the code sets; `None` when the code does not set it.
    ///
    /// # Errors
    /// The reason, when the value cannot be known.
    pub fn set(&self) -> Result<Option<&T>, Undecided> {
        match &self.state {
            State::Set(v) => Ok(Some(v)),
            State::Default(_) | State::Absent => Ok(None),
            State::Unknown(u) => Err(u.clone()),
        }
    }

    /// Whether the code writes the attribute, be it with a valid value or not.
    ///
    /// # Errors
    /// The reason, when that cannot be known.
    pub fn is_written(&self) -> Result<bool, Undecided> {
        match &self.state {
            State::Unknown(why) if self.raw.is_none() => Err(why.clone()),
            State::Set(_) | State::Unknown(_) => Ok(true),
            State::Default(_) | State::Absent => Ok(false),
        }
    }

    /// Whether the value is Azure's default.
    pub fn is_default(&self) -> bool {
        matches!(self.state, State::Default(_))
    }

    /// The same attribute with the value changed.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Field<U> {
        let state = match self.state {
            State::Set(v) => State::Set(f(v)),
            State::Default(v) => State::Default(f(v)),
            State::Absent => State::Absent,
            State::Unknown(u) => State::Unknown(u),
        };
        Field { name: self.name, state, at: self.at, raw: self.raw }
    }
}

impl Field<Cidr> {
    /// Whether it is one of a list of ranges, not the attribute with a single one.
    pub fn is_of_list(&self) -> bool {
        self.name.ends_with('s')
    }
}

impl Field<String> {
    /// Whether the value is this one, compared without regard to case.
    ///
    /// # Errors
    /// The reason, when the value cannot be known.
    pub fn is(&self, value: &str) -> Result<bool, Undecided> {
        Ok(self.known()?.is_some_and(|v| v.eq_ignore_ascii_case(value)))
    }
}
