//! Bicep: templates (`.bicep`) and parameter files (`.bicepparam`).
//!
//! [`lex`] makes tokens, [`parse`](mod@parse) makes statements of them, [`template`] and [`parameters`] make of these what can be
//! evaluated. A mistake costs the statement that it is in, not the file.

pub mod ast;
pub mod config;
pub mod lex;
mod lower;
pub mod outline;
mod parse;
pub mod reference;

pub use lower::{parameters, template};

use crate::source::{FileId, Span};
use ast::{Directive, Statement};

/// The two kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `.bicep`
    Template,
    /// `.bicepparam`
    Parameters,
}

impl Dialect {
    /// The kind of the file at a path; none if it is no Bicep.
    pub fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "bicep" => Some(Self::Template),
            "bicepparam" => Some(Self::Parameters),
            _ => None,
        }
    }
}

/// What a file says, and what could not be read of it.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// The comments, in order.
    pub comments: Vec<Span>,
    /// The directives that switch diagnostics off and on, in order.
    pub directives: Vec<Directive>,
    /// What is wrong: the place, and a message for the user.
    pub errors: Vec<(Span, String)>,
}

/// Parses a file. Never fails: what could be read is returned beside the errors.
pub fn parse(file: FileId, text: &str, dialect: Dialect) -> Parsed {
    parse::file(file, text, dialect)
}
