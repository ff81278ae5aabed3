//! How long overlint takes, and how that grows. See also `benches/compare.sh`, which compares whole runs with other programs.
//!
//! ```text
//! cargo bench --bench speed                      # all of it
//! cargo bench --bench speed -- phases            # one thing: phases, growth or reports
//! cargo bench --bench speed -- tree DIR FILES SHARE AKS   # writes a tree: so many files, this share of them code, so many folders with AKS
//! ```
//!
//! `phases` takes trees of 1, 1,000 and 100,000 files apart: finding and reading, parsing, evaluating, all. `growth` draws how the time grows
//! with files, clusters, scenarios, subnets, security rules and node pools, four sizes each, into `target/growth.svg`. `reports` writes up to 100,000 findings in every
//! format. Times are the least of some runs, in milliseconds, on one thread but for finding files.

mod plot;
mod trees;

use overlint::config::Config;
use overlint::discover::{Options, discover};
use overlint::eval::template::Templates;
use overlint::eval::terraform::Modules;
use overlint::report::{Format, Report, Style, render};
use overlint::source::Sources;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

/// Writes a tree of a size.
type Tree = fn(&Path, usize) -> io::Result<()>;

/// The sizes of one thing, and how long a check takes for each, in milliseconds.
pub type Growth = (&'static str, Vec<(usize, f64)>);

fn main() -> io::Result<()> {
    // cargo adds `--bench`.
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut out = io::stdout().lock();
    match args.as_slice() {
        [] => {
            phases(&mut out)?;
            growth(&mut out)?;
            reports(&mut out)
        }
        ["phases"] => phases(&mut out),
        ["growth"] => growth(&mut out),
        ["reports"] => reports(&mut out),
        ["tree", folder, files, share, aks] => {
            let number = |text: &str| text.parse().map_err(io::Error::other);
            let share = share.parse().map_err(io::Error::other)?;
            trees::tree(Path::new(folder), number(files)?, share, number(aks)?)
        }
        _ => Err(io::Error::other("phases, growth, reports, or tree DIR FILES SHARE AKS")),
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

fn on_one_thread<T: Send>(run: impl FnOnce() -> T + Send) -> io::Result<T> {
    overlint::with_threads(1, run).map_err(io::Error::other)
}

fn check(sources: &Sources) -> Report {
    overlint::check(sources, &Config::default())
}

fn phases(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{:>9} {:>12} {:>10} {:>10} {:>10}", "files", "find, read", "parse", "evaluate", "check")?;
    for (files, aks) in [(1, 0), (1_000, 3), (100_000, 30)] {
        let folder = tempfile::tempdir()?;
        if files == 1 {
            trees::one_file(folder.path())?;
        } else {
            trees::tree(folder.path(), files, 0.05, aks)?;
        }
        let found = time(|| read(folder.path()));
        let sources = read(folder.path());
        // Each of these does again what the one before it does.
        let [parse, evaluate, check] = on_one_thread(|| {
            let parse = time(|| (Modules::read(&sources, &[]), Templates::read(&sources)));
            let evaluate = time(|| overlint::deployments(&sources, &Config::default()));
            [parse, evaluate, time(|| check(&sources))]
        })?;
        writeln!(out, "{files:>9} {found:>12.2} {parse:>10.2} {evaluate:>10.2} {check:>10.2}")?;
    }
    writeln!(out, "evaluate includes parse; check includes both, with rules and the report")
}

fn growth(out: &mut impl Write) -> io::Result<()> {
    let sizes: [(&'static str, [usize; 4], Tree); 6] = [
        ("files", [1_000, 2_000, 4_000, 8_000], |folder, n| trees::tree(folder, n, 1.0, 3)),
        ("clusters", [100, 200, 400, 800], trees::clusters),
        ("scenarios", [10, 20, 40, 80], trees::scenarios),
        ("subnets", [200, 400, 800, 1_600], trees::subnets),
        ("security rules", [100, 200, 400, 800], trees::rules),
        ("node pools", [100, 200, 400, 800], trees::pools),
    ];
    let mut all: Vec<Growth> = Vec::new();
    for (what, sizes, write) in sizes {
        let mut points = Vec::new();
        for size in sizes {
            let folder = tempfile::tempdir()?;
            write(folder.path(), size)?;
            let sources = read(folder.path());
            points.push((size, on_one_thread(|| time(|| check(&sources)))?));
        }
        let line: Vec<String> = points.iter().map(|(size, ms)| format!("{size}: {ms:.1}")).collect();
        writeln!(out, "{what:>10}  {}", line.join("  "))?;
        all.push((what, points));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/growth.svg");
    std::fs::write(&path, plot::svg(&all))?;
    writeln!(out, "drawn in {}", path.display())
}

fn reports(out: &mut impl Write) -> io::Result<()> {
    let counts = [1_000, 10_000, 100_000];
    writeln!(out, "  findings {}", counts.map(|count| format!("{count:>10}")).join(" "))?;
    let folder = tempfile::tempdir()?;
    trees::clusters(folder.path(), 100)?;
    let sources = read(folder.path());
    let report = on_one_thread(|| check(&sources))?;
    let style = Style::default();
    for format in Format::ALL {
        let mut line = format!("{:>10}", format.name());
        for count in counts {
            let findings = report.findings.iter().cycle().take(count).cloned().collect();
            let many = Report { findings, ..report.clone() };
            let start = Instant::now();
            render(format, &many, &sources, &style, &mut io::sink())?;
            line.push_str(&format!(" {:>10.1}", start.elapsed().as_secs_f64() * 1e3));
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}
