//! How long overlint takes, and how that grows. See also `benches/compare.sh`, which compares whole runs with other programs, and
//! `benches/instructions.sh`, which counts instructions.
//!
//! ```text
//! cargo bench --bench speed                      # all of it
//! cargo bench --bench speed -- phases            # one thing: phases, growth, reports or keystrokes
//! cargo bench --bench speed -- tree DIR FILES SHARE AKS   # writes a tree: so many files, this share of them code, so many folders with AKS
//! cargo bench --bench speed -- folder DIR KIND SIZE       # writes a folder: clusters, scenarios, subnets, deep or templates
//! ```
//!
//! `phases` takes runs apart. `growth` draws how the time of a run grows with files, clusters, scenarios and subnets, four sizes each, into
//! `target/growth.svg`. `reports` writes up to 100,000 findings in every format. `keystrokes` types in workspaces of four sizes,
//! or of those that are named. Times are the least of some runs, in milliseconds.

mod growth;
mod keystrokes;
mod phases;
mod reports;
mod trees;

use overlint::config::Config;
use overlint::discover::{Options, discover};
use overlint::report::Report;
use overlint::source::Sources;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::time::Instant;

fn main() -> io::Result<()> {
    // cargo adds `--bench`.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse().map_err(io::Error::other);
    let mut out = io::stdout().lock();
    match args.as_slice() {
        [] => {
            phases::run(&mut out)?;
            growth::run(&mut out)?;
            reports::run(&mut out)?;
            keystrokes::table(&keystrokes::SIZES, &mut out)
        }
        ["phases"] => phases::run(&mut out),
        ["growth"] => growth::run(&mut out),
        ["reports"] => reports::run(&mut out),
        ["keystrokes"] => keystrokes::table(&keystrokes::SIZES, &mut out),
        ["keystrokes", sizes @ ..] => {
            let sizes: Result<Vec<usize>, _> = sizes.iter().map(|size| size.parse()).collect();
            keystrokes::table(&sizes.map_err(io::Error::other)?, &mut out)
        }
        [reports::ONE, format, count] => reports::one(&mut out, format, number(count)?),
        ["tree", folder, files, share, aks] => {
            let share = share.parse().map_err(io::Error::other)?;
            trees::tree(Path::new(folder), number(files)?, share, number(aks)?)
        }
        ["folder", folder, kind, size] => {
            std::fs::create_dir_all(folder)?;
            let write = trees::of_kind(kind).ok_or_else(|| io::Error::other(format!("there is no kind {kind}")))?;
            write(Path::new(folder), number(size)?)
        }
        _ => Err(io::Error::other(
            "phases, growth, reports, keystrokes [FILES..], tree DIR FILES SHARE AKS, or folder DIR KIND SIZE",
        )),
    }
}

/// The least of some runs, in milliseconds.
fn time<T>(mut run: impl FnMut() -> T) -> f64 {
    let once = |_| {
        let start = Instant::now();
        black_box(run());
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..5).map(once).fold(f64::INFINITY, f64::min)
}

fn read(folder: &Path) -> Sources {
    discover(&[folder.to_string_lossy().into_owned()], &Options::default())
}

fn check(sources: &Sources) -> Report {
    overlint::check(sources, &Config::default())
}

/// Runs something on threads with stacks as deep as a check needs.
fn on_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> io::Result<T> {
    overlint::with_threads(threads, run).map_err(io::Error::other)
}
