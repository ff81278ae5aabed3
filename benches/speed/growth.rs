//! How the time of a run grows.

mod plot;

use crate::trees::{self, Tree};
use crate::{check, on_threads, read, time};
use std::io::{self, Write};
use std::path::Path;

/// The sizes of one thing, and how long a run takes for each, in milliseconds.
type Growth = (&'static str, Vec<(usize, f64)>);

/// From the folder to the report, on one thread.
pub fn run(out: &mut impl Write) -> io::Result<()> {
    let sizes: [(&'static str, [usize; 4], Tree); 6] = [
        ("files", [10_000, 20_000, 40_000, 80_000], |folder, n| trees::tree(folder, n, 0.1, 3)),
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
            points.push((size, on_threads(1, || time(|| check(&read(folder.path()))))?));
        }
        let line: Vec<String> = points.iter().map(|(size, ms)| format!("{size}: {ms:.1}")).collect();
        writeln!(out, "{what:>10}  {}", line.join("  "))?;
        all.push((what, points));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/growth.svg");
    std::fs::write(&path, plot::svg(&all))?;
    writeln!(out, "drawn in {}", path.display())
}
