//! A copy of a repository, in which files are changed and changed back.

use crate::spot::Edit;
use overlint::Deployment;
use overlint::config::Config;
use overlint::date::Date;
use overlint::discover::{Options, discover};
use overlint::report::Report;
use overlint::source::Sources;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

/// Larger files are not copied: no code is.
const MOST_BYTES: u64 = 4 << 20;

pub struct Sandbox {
    folder: tempfile::TempDir,
}

/// What overlint sees of a root module or template.
pub struct Run {
    pub sources: Sources,
    pub report: Report,
    pub deployments: Vec<Deployment>,
}

impl Sandbox {
    pub fn copy(from: &str) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        for entry in walkdir::WalkDir::new(from).into_iter().filter_map(Result::ok) {
            let Ok(inside) = entry.path().strip_prefix(from) else { continue };
            let to = folder.path().join(inside);
            if entry.file_type().is_dir() {
                fs::create_dir_all(to)?;
            } else if entry.file_type().is_file() && entry.metadata()?.len() <= MOST_BYTES {
                fs::copy(entry.path(), to)?;
            }
        }
        Ok(Self { folder })
    }

    /// The root modules and templates that have a cluster.
    pub fn roots(&self) -> BTreeSet<String> {
        let sources = discover(&[self.folder.path().to_string_lossy().into_owned()], &options());
        let all = overlint::deployments(&sources, &Config::default());
        all.into_iter().filter(|d| !d.world.clusters.is_empty()).map(|d| d.root).collect()
    }

    /// Checks a root as of a day, with other texts in some files.
    pub fn run(&self, root: &str, files: Option<&BTreeMap<String, String>>, day: Option<&str>) -> Run {
        let before: Vec<(&String, String)> =
            files.into_iter().flatten().filter_map(|(path, _)| Some((path, fs::read_to_string(path).ok()?))).collect();
        // A failure to write shows as a mutant that is not made.
        files.into_iter().flatten().for_each(|(path, text)| _ = fs::write(path, text));
        let sources = discover(&[root.to_owned()], &options());
        let day = day.and_then(|day| day.parse().ok()).unwrap_or(Date::LATEST);
        let config = Config { as_of: Some(day), ..Config::default() };
        let (report, deployments) = (overlint::check(&sources, &config), overlint::deployments(&sources, &config));
        before.into_iter().for_each(|(path, text)| _ = fs::write(path, text));
        Run { sources, report, deployments }
    }
}

impl Run {
    /// Makes changes in the texts of files, or says that they cannot be made.
    pub fn edit(&self, edits: &[Edit], files: &mut BTreeMap<String, String>) -> Option<()> {
        let mut edits: Vec<&Edit> = edits.iter().collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.start));
        for edit in edits {
            let source = self.sources.file(edit.place.file);
            if !Path::new(source.path()).is_file() {
                return None;
            }
            let text = files.entry(source.path().to_owned()).or_insert_with(|| source.text().to_owned());
            let (start, end) = (edit.place.start as usize, edit.place.end as usize);
            if !text.is_char_boundary(start) || !text.is_char_boundary(end) || start > end {
                return None;
            }
            text.replace_range(start..end, &edit.text);
        }
        Some(())
    }
}

fn options() -> Options {
    Options { no_ignore: true, ..Options::default() }
}
