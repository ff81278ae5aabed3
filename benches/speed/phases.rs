//! What of a run takes how long.

use crate::trees::{self, Tree};
use crate::{check, on_threads, read, time};
use ignore::{WalkBuilder, WalkState};
use overlint::config::Config;
use overlint::eval::template::Templates;
use overlint::eval::terraform::Modules;
use overlint::report::{Format, Style, render};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Finding and reading files uses all processors; what follows, one.
pub fn run(out: &mut impl Write) -> io::Result<()> {
    let head = ["list", "find, read", "parse", "evaluate", "rules", "report"];
    writeln!(out, "{:>13} {}", "", head.map(|name| format!("{name:>11}")).join(" "))?;
    let kinds: [(&str, Tree); 6] = [
        ("1 file", |folder, _| trees::one_file(folder)),
        ("1,000 files", |folder, _| trees::tree(folder, 1_000, 0.05, 3)),
        ("100,000 files", |folder, _| trees::tree(folder, 100_000, 0.05, 30)),
        ("400 clusters", |folder, _| trees::clusters(folder, 400)),
        ("80 scenarios", |folder, _| trees::scenarios(folder, 80)),
        ("30 deep", |folder, _| trees::deep(folder, 30)),
    ];
    for (name, write) in kinds {
        let folder = tempfile::tempdir()?;
        write(folder.path(), 0)?;
        let times = of(folder.path())?;
        writeln!(out, "{name:>13} {}", times.map(|ms| format!("{:>11.2}", ms.max(0.0))).join(" "))?;
    }
    writeln!(out, "list: naming all files as ripgrep's walker does, for comparison; it is not part of a run")
}

fn of(folder: &Path) -> io::Result<[f64; 6]> {
    let listed = time(|| list(folder));
    let found = time(|| read(folder));
    let sources = read(folder);
    on_threads(1, || {
        let parsed = time(|| (Modules::read(&sources, &[]), Templates::read(&sources)));
        // Each of these two does again what the one before it does.
        let evaluated = time(|| overlint::deployments(&sources, &Config::default()));
        let checked = time(|| check(&sources));
        let report = check(&sources);
        let written = time(|| render(Format::Text, &report, &sources, &Style::default(), &mut io::sink()));
        [listed, found, parsed, evaluated - parsed, checked - evaluated, written]
    })
}

/// How many files there are: what nobody who looks for code can do without.
fn list(folder: &Path) -> usize {
    let files = AtomicUsize::new(0);
    WalkBuilder::new(folder).build_parallel().run(|| {
        Box::new(|_| {
            files.fetch_add(1, Ordering::Relaxed);
            WalkState::Continue
        })
    });
    files.into_inner()
}
