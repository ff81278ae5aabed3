//! The command line.

mod check;
mod diff;
mod explain;
mod fix;
mod given;
mod init;
mod input;
mod limit;
mod map;
mod output;
mod progress;
mod suggest;

use crate::lsp;
use crate::rules::{self, RULES};
use crate::spelling::nearest;
use crate::system;
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::io;
use std::process::ExitCode;

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing found at or above --fail-on
  1  something found at or above it
  2  something could not be done: wrong usage, a path that does not exist,
     a file that could not be read or written. 2 wins over 1.";

const EXIT_CODES_OF_MAP: &str = "\
Exit codes:
  0  drawn
  2  something could not be done: wrong usage, a path that does not exist,
     a file that could not be read";

/// Finds the network mistakes in AKS clusters that Azure refuses or that cannot be repaired later, before you deploy.
#[derive(Parser)]
#[command(name = "overlint", version, after_long_help = EXIT_CODES, arg_required_else_help = true, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check files and folders
    #[command(after_long_help = EXIT_CODES)]
    Check(Box<check::CheckArgs>),
    /// Draw the address plan and the capacity of every cluster
    #[command(after_long_help = EXIT_CODES_OF_MAP)]
    Map(Box<map::MapArgs>),
    /// Print what a rule means, why, and how to comply
    Explain {
        /// The name of the rule
        #[arg(value_parser = known_rule)]
        rule: String,
    },
    /// List all rules
    Rules(RulesArgs),
    /// Plan the network of a new cluster: ranges of the right sizes at free places, and code that passes the check
    Suggest(suggest::SuggestArgs),
    /// Write a commented overlint.toml into a folder, of what is found there
    Init {
        /// The folder
        #[arg(value_name = "PATH", default_value = ".", value_parser = NonEmptyStringValueParser::new())]
        folder: String,
    },
    /// Print the JSON schema of overlint.toml, for editors
    Schema,
    /// Serve an editor: a language server on standard input and output
    Lsp {
        /// The only way to talk to it; accepted because many editors ask for it
        #[arg(long, hide = true)]
        stdio: bool,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Args)]
struct RulesArgs {
    /// How to list them
    #[arg(long, value_enum, default_value_t = ListFormat::Text)]
    format: ListFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum ListFormat {
    Text,
    Json,
}

/// How a run ended; the greater wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    /// Nothing to complain about.
    Clean = 0,
    /// Findings at or above the threshold.
    Found = 1,
    /// Something could not be done.
    Failed = 2,
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    system::survive_size_limits();
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command,
        Err(told) => return usage(&told),
    };
    let exit = match command {
        Command::Check(args) => match args.settled() {
            Ok(args) => check::run(&args),
            Err(message) => {
                output::complain(&message);
                Exit::Failed
            }
        },
        Command::Map(args) => map::run(&args),
        Command::Explain { rule } => output::stdout(|out| explain::explain(&rule, out)),
        Command::Rules(RulesArgs { format: ListFormat::Text }) => output::stdout(explain::list),
        Command::Rules(RulesArgs { format: ListFormat::Json }) => output::stdout(explain::list_json),
        Command::Suggest(args) => suggest::run(&args),
        Command::Init { folder } => init::init(&folder),
        Command::Schema => output::stdout(init::schema),
        Command::Lsp { .. } => return serve(),
        Command::Completions { shell } => completions(shell),
    };
    ExitCode::from(exit as u8)
}

/// Serves an editor. Ends with 0 when the client asked for the end in the right order, else with 1.
fn serve() -> ExitCode {
    match lsp::run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            output::no_threads(&e);
            ExitCode::FAILURE
        }
    }
}

/// Prints what is said in the place of running a command: help, the version, or what is wrong with the arguments.
fn usage(told: &clap::Error) -> ExitCode {
    match told.print() {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe && !told.use_stderr() => {
            output::complain(&format!("cannot write to the standard output: {e}"));
            ExitCode::from(Exit::Failed as u8)
        }
        _ => ExitCode::from(if told.use_stderr() { Exit::Failed } else { Exit::Clean } as u8),
    }
}

fn completions(shell: Shell) -> Exit {
    // Straight to a closed pipe this would panic.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "overlint", &mut script);
    output::stdout(|out| out.write_all(&script))
}

/// Accepts the name of a rule.
fn known_rule(name: &str) -> Result<String, String> {
    if rules::find(name).is_some() {
        return Ok(name.to_owned());
    }
    let hint = match nearest(name, RULES.iter().map(|rule| rule.name)) {
        Some(near) => format!("did you mean '{near}'?"),
        None => "'overlint rules' lists them".to_owned(),
    };
    Err(format!("no rule has this name; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
