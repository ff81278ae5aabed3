//! Which files are looked at: neither those that git ignores, nor those that the configuration file excludes.

use super::ignores::Ignores;
use super::walk::absolute;
use super::{Options, folder, normal};
use crate::settings;
use crate::source::{parent, text};
use std::path::Path;
use std::sync::Arc;

/// What a walk passes over.
pub(super) struct Filter {
    /// Whether what git ignores is.
    pub respect_ignores: bool,
    /// What the configuration file excludes that applies everywhere; `None` when the nearest one applies.
    everywhere: Option<Option<Arc<Ignores>>>,
}

impl Filter {
    /// The filter of a run.
    pub fn new(options: &Options, current: &Path) -> Self {
        let everywhere = options.config.as_deref().map(|typed| excluded(Path::new(&normal(typed)), current));
        Self { respect_ignores: !options.no_ignore, everywhere }
    }

    /// What is excluded where this configuration file is the nearest (a path from the current folder).
    pub fn excluded(&self, config: Option<&Path>, current: &Path) -> Option<Arc<Ignores>> {
        match &self.everywhere {
            Some(everywhere) => everywhere.clone(),
            None => excluded(config?, current),
        }
    }
}

/// What a configuration file excludes. What is wrong in it is told when it is read for all that it says.
fn excluded(config: &Path, current: &Path) -> Option<Arc<Ignores>> {
    let bytes = folder::read_file(config, &mut Vec::new()).ok()?;
    let patterns = settings::parse(&text(&bytes)).0.exclude;
    let base = absolute(current, Path::new(parent(&folder::name(config))));
    Ignores::of(&base, &patterns)
}
