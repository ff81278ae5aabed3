//! `overlint check`.

use super::fix::{self, Which};
use super::input::InputArgs;
use super::output::{self, Color};
use super::{Exit, known_rule, limit};
use crate::baseline::Baseline;
use crate::config::Config;
use crate::discover::{self, Buffers, Changes};
use crate::progress::Progress;
use crate::repairs::Repaired;
use crate::report::{self, Format, Report, Severity, Style, sarif};
use crate::source::{self, Sources};
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    input: InputArgs,
    /// How to print what was found
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|s| s.parse::<Format>()))]
    format: Format,
    /// Also write what was found to a file, in this format; can be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output_file)]
    output: Vec<(Format, PathBuf)>,
    /// Check only these rules
    #[arg(long, value_name = "RULE,..", value_delimiter = ',', value_parser = known_rule)]
    select: Vec<String>,
    /// Do not check these rules
    #[arg(long, value_name = "RULE,..", value_delimiter = ',', value_parser = known_rule)]
    ignore: Vec<String>,
    /// Exit with 1 when something this bad or worse was found
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Warning)]
    fail_on: FailOn,
    /// Repair what is certain, in the files; with =all also what you should look at afterwards
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "safe")]
    fix: Option<Which>,
    /// Print what --fix (or --fix=all) would change, as a diff, and change nothing
    #[arg(long)]
    diff: bool,
    /// Do not tell what this file knows already, and do not count it for the exit code
    #[arg(long, value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    baseline: Option<String>,
    /// Write what was found to this file, as a baseline for later runs; it is then not told
    #[arg(long, value_name = "FILE", value_parser = NonEmptyStringValueParser::new(), conflicts_with = "baseline")]
    write_baseline: Option<String>,
    /// List what could not be decided, and why
    #[arg(long)]
    undecided: bool,
    /// Count what was found by rule
    #[arg(long)]
    statistics: bool,
    /// Check everything, but tell only what has to do with these files: whose place or a related place is in one of them
    #[arg(long, value_name = "FILE", num_args = 0.., value_parser = NonEmptyStringValueParser::new(), conflicts_with = "write_baseline")]
    report_only: Option<Vec<String>>,
    /// For hooks before a commit: the PATHs are the files of the commit. Checks all that git tracks in the current folder, and tells only
    /// what has to do with those files
    #[arg(long, conflicts_with_all = ["report_only", "write_baseline"])]
    hook: bool,
    /// With the PATH `-`: check the text on the standard input in the place of this file, and tell only what has to do with it
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new(), conflicts_with_all = ["fix", "write_baseline", "hook"])]
    stdin_filename: Option<String>,
    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    color: Color,
    /// Print nothing but failures; the exit code tells the rest
    #[arg(short, long)]
    quiet: bool,
}

impl CheckArgs {
    /// Whether repairs are made or told.
    fn wants_repairs(&self) -> bool {
        self.fix.is_some() || self.diff || self.formats().any(Format::has_repairs)
    }

    fn formats(&self) -> impl Iterator<Item = Format> {
        std::iter::once(self.format).chain(self.output.iter().map(|(format, _)| *format))
    }

    /// What `--hook` and `--stdin-filename` stand for, put into the other options.
    pub(super) fn settled(mut self) -> Result<Self, String> {
        if self.hook {
            let all = vec![".".to_owned()];
            let files = std::mem::replace(&mut self.input.paths, all);
            self.input.tracked_only = true;
            self.report_only = (files != self.input.paths).then_some(files);
        }
        match (self.input.paths == ["-"], self.stdin_filename.take()) {
            (true, Some(name)) => {
                let bytes = discover::read_stdin().map_err(|why| format!("{name} on the standard input: {why}"))?;
                self.input.buffers = Buffers::new([(discover::normal(&name), source::text(&bytes).into())].into());
                self.report_only.get_or_insert_with(Vec::new).push(name.clone());
                self.input.paths = vec![name];
            }
            (true, None) => return Err("PATH - reads the standard input; --stdin-filename says which file that is".to_owned()),
            (false, Some(_)) => return Err("--stdin-filename goes with the PATH - alone".to_owned()),
            (false, None) => {}
        }
        Ok(self)
    }
}

/// From which severity on the exit code is 1.
#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

impl FailOn {
    fn threshold(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Note => Some(Severity::Note),
            Self::Never => None,
        }
    }
}

fn output_file(text: &str) -> Result<(Format, PathBuf), String> {
    match text.split_once('=') {
        Some((format, file)) if !file.is_empty() => {
            Ok((format.parse().map_err(|e: report::UnknownFormat| e.to_string())?, PathBuf::from(file)))
        }
        _ => Err("write a format, '=' and a file, as in sarif=overlint.sarif".to_owned()),
    }
}

/// Checks, and writes what was found wherever it was asked for.
pub(super) fn run(args: &CheckArgs) -> Exit {
    let baseline = match args.baseline.as_deref().map(read_baseline).transpose() {
        Ok(baseline) => baseline,
        Err(message) => {
            output::complain(&message);
            return Exit::Failed;
        }
    };
    let checked = args.input.work(args.quiet, |progress| check_and_repair(args, baseline.as_ref(), progress));
    let checked = checked.and_then(|checked| write_repairs(checked, args));
    let Some(Checked { sources, config, mut report, diff, fixed }) = checked else { return Exit::Failed };
    let written = write_baseline(args, &mut report, &sources);
    if let Some(left) = narrow(args, baseline, &mut report, &sources) {
        tell_gone(args, &config, &left, &report, &sources);
    }
    let files = write_files(args, &report, &sources);
    let printed = match diff {
        Some(diff) => output::difference(&diff).max(tell_failures(&report)),
        None if args.quiet => tell_failures(&report),
        None => print(args, &report, &sources),
    };
    tell_left_out(args, &report);
    verdict(args.fail_on, &report).max(files).max(printed).max(written).max(fixed)
}

/// What was found, and what became of the repairs.
struct Checked {
    sources: Sources,
    config: Config,
    report: Report,
    /// What they would change, if that was asked for.
    diff: Option<String>,
    /// Whether they could be made.
    fixed: Exit,
}

/// Repairs that are to be written or told.
struct Repairs {
    changes: Changes,
    repaired: Repaired,
    /// Which files must not be changed, and why.
    refused: Vec<String>,
}

/// Checks, and makes repairs in memory if they are asked for.
fn check_and_repair(args: &CheckArgs, baseline: Option<&Baseline>, progress: &Arc<Progress>) -> (Checked, Option<Repairs>) {
    let (sources, config, report) = check(args, progress);
    let checked = Checked { sources, config, report, diff: None, fixed: Exit::Clean };
    let Some(which) = args.fix.or(args.diff.then_some(Which::Safe)) else { return (checked, None) };
    let (sources, report) = (&checked.sources, &checked.report);
    let changes = Changes::within(&args.input.paths, &args.input.options(progress));
    // What is not told is not changed.
    let mut told = report.clone();
    narrow(args, baseline.cloned(), &mut told, sources);
    let (repaired, refused) = fix::repair(which, &changes, sources, &checked.config, (report.clone(), &told));
    (checked, Some(Repairs { changes, repaired, refused }))
}

/// Writes or tells repairs, if there are any. What is left once they are written is reported. Not for the threads that check: signals would
/// not wait for those.
fn write_repairs((checked, repairs): (Checked, Option<Repairs>), args: &CheckArgs) -> Option<Checked> {
    let Some(Repairs { changes, repaired, refused }) = repairs else { return Some(checked) };
    refused.iter().for_each(|message| output::complain(message));
    if args.diff {
        return Some(Checked { diff: Some(fix::difference(&repaired, &checked.sources)), ..checked });
    }
    let fixed = fix::write(&repaired, &checked.sources, &changes);
    if fixed == Exit::Failed {
        // What is on the disk now is told, not what should be.
        let (sources, config, report) = args.input.work(args.quiet, |progress| check(args, progress))?;
        return Some(Checked { sources, config, report, fixed, ..checked });
    }
    Some(Checked { sources: repaired.sources, report: repaired.report, fixed, ..checked })
}

fn check(args: &CheckArgs, progress: &Arc<Progress>) -> (Sources, Config, Report) {
    let sources = args.input.discover(progress);
    let config = Config {
        select: args.select.clone(),
        ignore: args.ignore.clone(),
        no_repairs: !args.wants_repairs(),
        insights: args.formats().any(Format::has_addresses),
        ..args.input.config(progress)
    };
    let report = crate::check(&sources, &config);
    (sources, config, report)
}

/// The absolute path of the folder that a file of the command line is in.
fn folder_of(path: &str, sources: &Sources) -> String {
    sources.absolute(source::parent(&discover::normal(path)))
}

/// Larger baselines are not read, in bytes: this one has hundreds of thousands of findings.
const LARGEST_BASELINE: usize = 64 << 20;

fn read_baseline(path: &str) -> Result<Baseline, String> {
    let bytes = discover::read_named(path, LARGEST_BASELINE);
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|_| "this file is not valid UTF-8".to_owned()));
    text.and_then(|text| Baseline::parse(&text)).map_err(|why| format!("cannot use the baseline {path}: {why}"))
}

/// Writes a baseline, if one was asked for. What it has is then known.
fn write_baseline(args: &CheckArgs, report: &mut Report, sources: &Sources) -> Exit {
    let Some(path) = args.write_baseline.as_deref() else { return Exit::Clean };
    let folder = folder_of(path, sources);
    let baseline = Baseline::of(report, sources, &folder);
    match output::file(Path::new(path), |out| baseline.write(out)) {
        Ok(()) => {
            baseline.apply(report, sources, &folder);
            Exit::Clean
        }
        Err(e) => {
            output::complain(&format!("cannot write {path}: {e}"));
            Exit::Failed
        }
    }
}

/// Takes out of a report what is not to be told: what the baseline knows, and what has nothing to do with the files that were asked about.
/// Gives what is left of the baseline.
fn narrow(args: &CheckArgs, baseline: Option<Baseline>, report: &mut Report, sources: &Sources) -> Option<Baseline> {
    let known = baseline.zip(args.baseline.as_deref());
    let left = known.map(|(baseline, path)| baseline.apply(report, sources, &folder_of(path, sources)));
    if let Some(files) = &args.report_only {
        limit::to_files(report, sources, files);
    }
    left
}

/// Says how much of a baseline is no longer there.
fn tell_gone(args: &CheckArgs, config: &Config, left: &Baseline, report: &Report, sources: &Sources) {
    let Some(path) = args.baseline.as_deref() else { return };
    let folder = folder_of(path, sources);
    if !report.unreadable.is_empty() || !config.is_plain() || args.report_only.is_some() {
        return;
    }
    let checked: Vec<String> = args.input.paths.iter().map(|path| sources.absolute(&discover::normal(path))).collect();
    let open = |rule: &str| report.undecided.iter().any(|undecided| undecided.rule == "*" || undecided.rule == rule);
    let gone = left.count(|rule, root| {
        let root = source::join(&folder, root);
        let is_below = |path: &String| Path::new(&root).starts_with(path);
        checked.iter().any(is_below) && config.wants(rule) && !open(rule)
    });
    if gone > 0 {
        let (verb, them) = if gone == 1 { ("is", "it") } else { ("are", "them") };
        let what = report::plural(gone, "finding");
        output::note(&format!("{what} of the baseline {verb} no longer there; --write-baseline {path} leaves {them} out"));
    }
}

fn verdict(fail_on: FailOn, report: &Report) -> Exit {
    let counts = |f: &report::Finding| fail_on.threshold().is_some_and(|threshold| f.severity >= threshold);
    if !report.unreadable.is_empty() {
        Exit::Failed
    } else if report.findings.iter().any(counts) {
        Exit::Found
    } else {
        Exit::Clean
    }
}

fn write_files(args: &CheckArgs, report: &Report, sources: &Sources) -> Exit {
    let style = Style { width: output::WIDTH, color: false, links: false, undecided: args.undecided, time: output::time() };
    let write = |(format, path): &(Format, PathBuf)| {
        let written = output::file(Path::new(path), |out| report::render(*format, report, sources, &style, out));
        written.map_or_else(
            |e| {
                output::complain(&format!("cannot write {}: {e}", path.display()));
                Exit::Failed
            },
            |()| Exit::Clean,
        )
    };
    args.output.iter().map(write).max().unwrap_or(Exit::Clean)
}

fn print(args: &CheckArgs, report: &Report, sources: &Sources) -> Exit {
    let style = Style {
        width: output::width(),
        color: args.color.on(),
        links: output::links(),
        undecided: args.undecided,
        time: output::time(),
    };
    // Counts would spoil what programs read.
    let for_people = matches!(args.format, Format::Text | Format::Compact);
    let printed = output::stdout(|out| {
        report::render(args.format, report, sources, &style, out)?;
        if args.statistics && for_people { statistics(report, out) } else { Ok(()) }
    });
    if args.statistics && !for_people {
        // Nobody reads along: no failure.
        let _ = statistics(report, &mut io::stderr().lock());
    }
    printed
}

/// A report in SARIF is no longer than GitHub takes: that must be known also to those who do not look into the file.
fn tell_left_out(args: &CheckArgs, report: &Report) {
    let most = sarif::MOST_RESULTS;
    let is_written =
        (args.format == Format::Sarif && !args.quiet) || args.output.iter().any(|(format, _)| *format == Format::Sarif);
    if is_written && report.findings.len() > most {
        output::complain(&format!(
            "the report in SARIF has the worst {most} of {} findings, for GitHub takes no more",
            report.findings.len()
        ));
    }
}

/// How often each rule found something, the most frequent first.
fn statistics(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut counts = BTreeMap::new();
    for finding in &report.findings {
        *counts.entry((finding.rule, finding.severity)).or_insert(0_usize) += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for ((rule, severity), count) in counts {
        writeln!(out, "{count:>6}  {severity:<7}  {rule}", severity = severity.to_string())?;
    }
    Ok(())
}

fn tell_failures(report: &Report) -> Exit {
    for unreadable in &report.unreadable {
        output::complain(&format!("{}: {}", unreadable.path, unreadable.message));
    }
    Exit::Clean
}
