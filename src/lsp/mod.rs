//! `overlint lsp`: a language server on standard input and output.
//!
//! One thread reads messages, one answers them, one checks. The one that answers knows what the editor has open, and the last answer of
//! the one that checks; it never reads a file. Nothing here knows what a rule means.

mod actions;
mod board;
mod checker;
mod clock;
mod diagnostics;
mod documents;
mod hover;
mod places;
mod rule_text;
mod server;
mod settings;
mod transport;
mod uri;
mod workspace;

use std::io;

/// Serves one client until it goes, and tells whether it asked for the end in the right order.
///
/// # Errors
/// When no thread can be started.
pub fn run() -> io::Result<bool> {
    server::serve(io::stdin(), io::stdout())
}
