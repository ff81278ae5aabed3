//! The command `overlint`.

use std::process::ExitCode;

fn main() -> ExitCode {
    overlint::cli::main()
}
