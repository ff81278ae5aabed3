//! `--fix` and `--diff`: repairs are made in the files, or shown.

use super::{Exit, diff, output};
use crate::config::Config;
use crate::discover::{self, Changes};
use crate::repairs::{self, Repaired};
use crate::report::{Finding, Repair, Report, Safety, plural};
use crate::source::{FileId, NotRewritten, Sources, rewrite};
use clap::ValueEnum;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Which repairs to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Which {
    /// Those that are certain.
    Safe,
    /// All; look at what they change.
    All,
}

/// Repairs what may be repaired of a report, in memory, if it is told. Also which files must not be changed, and why.
pub(super) fn repair(
    which: Which,
    changes: &Changes,
    sources: &Sources,
    config: &Config,
    (report, told): (Report, &Report),
) -> (Repaired, Vec<String>) {
    let most = if which == Which::All { Safety::Unsafe } else { Safety::Safe };
    let unread: BTreeSet<String> = report.unreadable.iter().map(|unreadable| unreadable.path.clone()).collect();
    let refused: RefCell<Vec<String>> = RefCell::default();
    let known: RefCell<BTreeMap<FileId, bool>> = RefCell::default();
    let may_change = |file: FileId| {
        let mut known = known.borrow_mut();
        *known.entry(file).or_insert_with(|| {
            let path = sources.file(file).path();
            let in_full = if unread.contains(path) { Err("it could not be read in full".to_owned()) } else { Ok(()) };
            let allowed = in_full.and_then(|()| changes.file(path));
            if let Err(why) = &allowed {
                refused.borrow_mut().push(format!("{path} is not changed: {why}"));
            }
            allowed.is_ok()
        })
    };
    let all = told.findings.len() == report.findings.len();
    let is_told = |finding: &Finding| {
        let key = |f: &Finding| (f.rule, f.message.clone(), f.cluster.clone(), f.place.file);
        all || told.findings.iter().any(|one| key(one) == key(finding))
    };
    let wanted = |finding: &Finding, repair: &Repair| {
        repair.safety <= most && is_told(finding) && repair.edits.iter().all(|edit| may_change(edit.span.file))
    };
    (repairs::repair(sources, config, report, &wanted), refused.take())
}

/// Writes the changed files, each as a whole or not at all.
pub(super) fn write(repaired: &Repaired, before: &Sources, changes: &Changes) -> Exit {
    let mut written = 0;
    let mut exit = Exit::Clean;
    for &file in &repaired.changed {
        match write_file(file, repaired, before, changes) {
            Ok(()) => written += 1,
            Err(why) => {
                output::complain(&format!("cannot change {}: {why}", before.file(file).path()));
                exit = Exit::Failed;
            }
        }
    }
    if written > 0 {
        output::note(&format!("changed {}", plural(written, "file")));
    }
    exit
}

fn write_file(file: FileId, repaired: &Repaired, before: &Sources, changes: &Changes) -> Result<(), String> {
    let (path, bytes) = rewritten(file, repaired, before, changes)?;
    output::file(&path, |out| out.write_all(&bytes)).map_err(|e| e.to_string())
}

/// The file itself, and its new bytes.
fn rewritten(file: FileId, repaired: &Repaired, before: &Sources, changes: &Changes) -> Result<(PathBuf, Vec<u8>), String> {
    let (old, new) = (before.file(file), repaired.sources.file(file));
    let path = changes.file(old.path())?;
    let bytes = discover::read_again(&path)?;
    let bytes = rewrite(&bytes, old.text(), new.text()).map_err(|why| match why {
        NotRewritten::Changed => "it has changed meanwhile",
        NotRewritten::Inexact => "its bytes are no valid text",
    })?;
    Ok((path, bytes))
}

/// What repairs change, as one difference of all files.
pub(super) fn difference(repaired: &Repaired, before: &Sources) -> String {
    let one = |file: &FileId| {
        let (old, new) = (before.file(*file), repaired.sources.file(*file));
        // `patch` compares the mark, too, which a text does not have.
        let mark = discover::read_again(Path::new(old.path())).is_ok_and(|bytes| bytes.starts_with(b"\xef\xbb\xbf"));
        let marked = |text: &str| if mark { format!("\u{feff}{text}") } else { text.to_owned() };
        diff::unified(old.path(), &marked(old.text()), &marked(new.text()))
    };
    repaired.changed.iter().map(one).collect()
}
