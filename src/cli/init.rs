//! `overlint init` and `overlint schema`.

use super::{Exit, output};
use crate::config::Config;
use crate::discover::{self, Options};
use crate::report::{Report, Severity, printable};
use crate::settings::{self, NAMES, Set, Wish};
use crate::source::join;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// Writes a configuration file into a folder, of what is found there. One that is there already is left alone.
pub(super) fn init(folder: &str) -> Exit {
    let name = discover::normal(folder);
    let inside = |file: &str| join(&name, file);
    if !Path::new(folder).is_dir() {
        output::complain(&format!("{folder} is no folder"));
        return Exit::Failed;
    }
    if let Some(there) = NAMES.iter().map(|file| inside(file)).find(|path| Path::new(path).symlink_metadata().is_ok()) {
        output::complain(&format!("{there} is there already; it was left as it is"));
        return Exit::Failed;
    }
    let drafted = crate::with_threads(0, || draft(folder, &name));
    let path = inside(NAMES.first().copied().unwrap_or_default());
    match drafted
        .map_err(|e| e.to_string())
        .and_then(|text| output::new_file(Path::new(&path), text.as_bytes()).map_err(|e| e.to_string()))
    {
        Ok(()) => output::stdout(|out| writeln!(out, "wrote {}", printable(&path))),
        Err(why) => {
            output::complain(&format!("cannot write {path}: {why}"));
            Exit::Failed
        }
    }
}

fn draft(folder: &str, name: &str) -> String {
    let sources = discover::discover(&[folder.to_owned()], &Options::default());
    let config = Config::default();
    let absolute = |path: &String| sources.absolute(path);
    let sets = crate::sets(&sources, &config).into_iter().map(|set| Set {
        root: absolute(&set.root),
        sets: set.sets.iter().map(|files| files.iter().map(absolute).collect()).collect(),
        ..set
    });
    let sets: Vec<Set> = sets.collect();
    let rules = wishes(&crate::check(&sources, &config));
    settings::draft(&sources.absolute(name), &sets, &rules)
}

/// The rules that find something today, each with the worst of its findings.
fn wishes(report: &Report) -> Vec<Wish> {
    let mut found = BTreeMap::new();
    for finding in &report.findings {
        let (worst, count) = found.entry(finding.rule).or_insert((finding.severity, 0));
        *worst = finding.severity.max(*worst);
        *count += 1;
    }
    let wish = |(rule, (severity, findings)): (_, (Severity, usize))| Wish { rule, severity: severity.to_string(), findings };
    found.into_iter().map(wish).collect()
}

/// Prints the JSON schema of configuration files.
pub(super) fn schema(out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &settings::schema())?;
    writeln!(out)
}
