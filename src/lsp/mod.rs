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

use std::io::{self, Write as _};
use std::process::ExitCode;

/// Serves one client until it goes. Ends with 0 when the client asked for the end in the right order, else with 1.
pub fn run() -> ExitCode {
    match server::serve(io::stdin(), io::stdout()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            // When not even this can be written, there is nobody to tell.
            let _ = writeln!(io::stderr().lock(), "overlint: cannot start the threads: {e}");
            ExitCode::FAILURE
        }
    }
}
