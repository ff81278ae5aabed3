//! How long it takes to write many findings, and how much memory.

use crate::{check, on_threads, read, trees};
use overlint::report::{Format, Report, Style, render};
use std::io::{self, Write};
use std::process::Command;
use std::time::Instant;

/// What this program calls itself with, for one format and number: the memory of a process only grows.
pub const ONE: &str = "report";

/// A line for each format: milliseconds, and megabytes beyond those of the findings themselves, for each number of findings.
pub fn run(out: &mut impl Write) -> io::Result<()> {
    let counts = [12_500, 25_000, 50_000, 100_000];
    writeln!(out, "{:>10} {}", "findings", counts.map(|count| format!("{count:>20}")).join(" "))?;
    for format in Format::ALL {
        let mut line = format!("{:>10}", format.name());
        for count in counts {
            let run = Command::new(std::env::current_exe()?).args([ONE, format.name(), &count.to_string()]).output()?;
            line.push_str(&format!(" {:>20}", String::from_utf8_lossy(&run.stdout).trim()));
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Writes so many findings in a format, and tells what it took.
pub fn one(out: &mut impl Write, format: &str, count: usize) -> io::Result<()> {
    let format: Format = format.parse().map_err(io::Error::other)?;
    let folder = tempfile::tempdir()?;
    trees::clusters(folder.path(), 100)?;
    let sources = read(folder.path());
    let report = on_threads(1, || check(&sources))?;
    let findings = report.findings.iter().cycle().take(count).cloned().collect();
    let many = Report { findings, ..report };
    let before = peak_memory();
    let start = Instant::now();
    render(format, &many, &sources, &Style::default(), &mut io::sink())?;
    let took = start.elapsed().as_secs_f64() * 1e3;
    let memory = before.zip(peak_memory()).map_or(String::from("?"), |(before, after)| format!("{:.1}", after - before));
    writeln!(out, "{took:.0} ms, {memory} MB")
}

/// The most memory that this process ever had, in megabytes, where Linux tells.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes / 1024.0)
}
