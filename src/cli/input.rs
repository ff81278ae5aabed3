//! What is read: the same for checks and for maps.

use super::given::GivenArgs;
use super::output;
use super::progress::shown;
use crate::config::Config;
use crate::date::Date;
use crate::discover::{self, Buffers, Options};
use crate::progress::Progress;
use crate::source::Sources;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use std::sync::Arc;

#[derive(Args)]
pub(super) struct InputArgs {
    /// Files and folders; for a file of Terraform its whole folder is read
    #[arg(value_name = "PATH", default_value = ".", value_parser = NonEmptyStringValueParser::new())]
    pub(super) paths: Vec<String>,
    #[command(flatten)]
    pub(super) variables: GivenArgs,
    /// Use this parameter file for the ARM templates and Bicep files that it fits; other parameter files are then not used
    #[arg(long, value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    parameters: Vec<String>,
    /// Use this configuration file instead of the overlint.toml nearest above each folder
    #[arg(long, value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    config: Option<String>,
    /// Check against what Azure accepted on this day
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// Use this many threads [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Read also what .gitignore files exclude
    #[arg(long)]
    no_ignore: bool,
    /// Of the files below the paths, read only those in git's index, so that new files that are not added yet do not count
    #[arg(long)]
    pub(super) tracked_only: bool,
    /// Texts that are read in the place of files
    #[arg(skip)]
    pub(super) buffers: Buffers,
}

impl InputArgs {
    /// Finds and reads what there is.
    pub(super) fn discover(&self, progress: &Arc<Progress>) -> Sources {
        discover::discover(&self.paths, &self.options(progress))
    }

    pub(super) fn options(&self, progress: &Arc<Progress>) -> Options {
        Options {
            no_ignore: self.no_ignore,
            tracked_only: self.tracked_only,
            var_files: self.variables.files.clone(),
            parameters: self.parameters.clone(),
            config: self.config.clone(),
            buffers: self.buffers.clone(),
            progress: Arc::clone(progress),
        }
    }

    /// The settings of a run on it.
    pub(super) fn config(&self, progress: &Arc<Progress>) -> Config {
        Config {
            as_of: self.as_of,
            variables: self.variables.given.clone(),
            parameters: self.parameters.iter().map(|path| discover::normal(path)).collect(),
            progress: Arc::clone(progress),
            ..Config::default()
        }
    }

    /// Works on it, with the threads that are wanted. If that takes long, a line on the terminal shows how far it is, unless the user wants
    /// it quiet; meanwhile nothing may be written. Complains and gives nothing where no thread can be started.
    pub(super) fn work<T: Send>(&self, is_quiet: bool, work: impl FnOnce(&Arc<Progress>) -> T + Send) -> Option<T> {
        let threads = self.jobs.map_or(0, usize::from);
        let done = shown(is_quiet, |progress| crate::with_threads(threads, || work(progress)));
        done.inspect_err(output::no_threads).ok()
    }
}
