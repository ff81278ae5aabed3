//! Modules of registries and template specs that Bicep has downloaded: where its cache has them.

use super::buffers::Buffers;
use super::folder::{name, read_file};
use super::variables::levels_inside;
use crate::source::{FileId, join, parent, text};
use crate::syntax::bicep::config::Config;
use crate::syntax::bicep::reference::Reference;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The name of Bicep's configuration file; the nearest one above a file counts.
const CONFIG: &str = "bicepconfig.json";

/// Configuration files build on others at most so often.
const MOST_BASES: usize = 8;

/// Finds restored modules.
pub(super) struct Restored {
    /// The folder that the run started in.
    current: PathBuf,
    /// The user's home folder.
    home: Option<PathBuf>,
    configs: Mutex<HashMap<String, Arc<Config>>>,
}

impl Restored {
    /// Looks below the user's home folder, where no configuration file says otherwise.
    pub fn new(current: &Path) -> Self {
        Self { current: current.to_owned(), home: std::env::home_dir(), configs: Mutex::default() }
    }

    /// The path of the compiled module that a file names by `br:..` or `ts:..`, if it is there.
    pub fn find(&self, from: &str, written: &str) -> Option<String> {
        let config = self.config(parent(from));
        let file = match config.resolve(written).ok()? {
            Reference::Local(_) => return None,
            Reference::Registry(artifact) => artifact.cache_file(),
            Reference::TemplateSpec(spec) => spec.cache_file(),
        };
        let path = self.root(&config)?.join(file);
        path.is_file().then(|| name(&path))
    }

    fn root(&self, config: &Config) -> Option<PathBuf> {
        match config.cache_root.as_deref() {
            None => Some(self.home.as_ref()?.join(".bicep")),
            Some(written) => match written.strip_prefix('~') {
                Some(below) => Some(self.home.as_ref()?.join(below.trim_start_matches(['/', '\\']))),
                None => Some(PathBuf::from(written)).filter(|root| root.is_absolute()),
            },
        }
    }

    /// The configuration of a folder.
    fn config(&self, folder: &str) -> Arc<Config> {
        let kept = || self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = kept().get(folder) {
            return Arc::clone(config);
        }
        let above = (0..=levels_inside(folder, &self.current)).map(|up| join(folder, &"../".repeat(up)));
        let nearest = above.map(|above| join(&above, CONFIG)).find(|path| Path::new(path).is_file());
        let config = nearest.map(|path| with_bases(&path, 0)).unwrap_or_default();
        let config = Arc::new(config.over(Config::built_in()));
        kept().insert(folder.to_owned(), Arc::clone(&config));
        config
    }
}

/// What a configuration file says, with those that it builds on. One that cannot be read says nothing.
fn with_bases(path: &str, depth: usize) -> Config {
    if depth > MOST_BASES || !path.ends_with(".json") || !Path::new(path).is_file() {
        return Config::default();
    }
    let bytes = read_file(Path::new(path), &Buffers::default(), &mut Vec::new()).unwrap_or_default();
    let config = Config::read(FileId::outside(0), &text(&bytes));
    match &config.extends {
        Some(base) => {
            let base = with_bases(&join(parent(path), base), depth + 1);
            config.over(base)
        }
        None => config,
    }
}
