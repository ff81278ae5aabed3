//! `--var` and `--var-file`, in the order in which they were typed: the last one that sets a variable wins.

use crate::config::Given;
use crate::discover;
use clap::builder::NonEmptyStringValueParser;
use clap::{ArgMatches, Args, Error, FromArgMatches};

#[derive(Args)]
struct Options {
    /// Set a Terraform input variable
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    var: Vec<Given>,
    /// Read Terraform input variables from a file; other sets of variables are then not checked
    #[arg(long, value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    var_file: Vec<String>,
}

/// What the command line says about variables.
pub(super) struct GivenArgs {
    /// In order; paths of files as the sources name them.
    pub given: Vec<Given>,
    /// The paths of the files as typed.
    pub files: Vec<String>,
}

impl FromArgMatches for GivenArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let options = Options::from_arg_matches(matches)?;
        let places = |name| matches.indices_of(name).into_iter().flatten();
        let files = options.var_file.iter().map(|path| Given::File(discover::normal(path)));
        let mut given: Vec<(usize, Given)> = places("var").zip(options.var).chain(places("var_file").zip(files)).collect();
        given.sort_by_key(|(place, _)| *place);
        Ok(Self { given: given.into_iter().map(|(_, given)| given).collect(), files: options.var_file })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for GivenArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        Options::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Options::augment_args_for_update(command)
    }
}

fn variable(text: &str) -> Result<Given, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok(Given::Value(name.trim().to_owned(), value.to_owned())),
        _ => Err("write a name, '=' and a value, as in region=westeurope".to_owned()),
    }
}
