//! What the targets share: a thread as overlint needs it, files out of one input, and what must hold of every report.

pub mod expression;
pub mod files;

use overlint::config::Config;
use overlint::report::{Format, Report, Style, render};
use overlint::source::{Asked, FileId, Sources, Span, parent};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Whoever writes the file, one input takes no longer.
const LONGEST: Duration = Duration::from_secs(1);

static ONE: LazyLock<ThreadPool> = LazyLock::new(|| pool(1));
static TWO: LazyLock<ThreadPool> = LazyLock::new(|| pool(2));

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).stack_size(overlint::STACK_BYTES).build().expect("threads can be started")
}

/// Runs something on a thread with a stack as deep as overlint's own, and fails when that takes more than a second of the processor.
pub fn run<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    ONE.install(|| {
        let before = spent();
        let done = work();
        let took = spent().saturating_sub(before);
        assert!(took < LONGEST, "slow: this took {} ms of the processor", took.as_millis());
        done
    })
}

/// The processor's time that this thread has had. Where the system does not tell it, any time that passes counts.
fn spent() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = stat.and_then(|s| s.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// A text as overlint reads it from a file.
pub fn text(data: &[u8]) -> String {
    overlint::source::text(data)
}

/// Some files, all of which are to be linted. Configuration files apply to their folder and those below.
pub fn sources<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Sources {
    let mut sources = Sources::new();
    let mut configs = Vec::new();
    for (path, bytes) in files {
        let id = sources.add(path, bytes);
        sources.add_folder(parent(path));
        sources.ask(path, Asked::Found);
        if overlint::settings::NAMES.contains(&path.rsplit('/').next().unwrap_or_default()) {
            configs.push((parent(path).to_owned(), id));
        }
    }
    configs.sort();
    let folders: Vec<String> = sources.folders().map(str::to_owned).collect();
    for (top, id) in configs {
        let below = |folder: &&String| top.is_empty() || **folder == top || folder.starts_with(&format!("{top}/"));
        folders.iter().filter(below).for_each(|folder| sources.set_config(folder, id));
    }
    sources
}

/// Checks files, and what must hold of the report.
pub fn check(sources: &Sources) -> Report {
    let report = run(|| overlint::check(sources, &config()));
    assert_places(&report, sources);
    report
}

/// Everything that a check can be asked for.
pub fn config() -> Config {
    Config { insights: true, ..Config::default() }
}

/// Fails unless other orders of the files, and more threads, give the same.
pub fn assert_same_in_any_order(files: &[(&str, &[u8])], report: &Report, known: &Sources) {
    let other = sources(files.iter().rev().copied());
    let again = TWO.install(|| overlint::check(&other, &config()));
    for format in [Format::Compact, Format::Json] {
        assert_eq!(written(format, report, known), written(format, &again, &other), "the order of files or threads matters");
    }
}

/// The report in a format, all of it.
pub fn written(format: Format, report: &Report, sources: &Sources) -> String {
    let mut out = Vec::new();
    let style = Style { undecided: true, ..Style::default() };
    render(format, report, sources, &style, &mut out).expect("a Vec takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

/// Fails unless all places are characters of files that are there.
pub fn assert_places(report: &Report, sources: &Sources) {
    for finding in &report.findings {
        assert_span(sources, finding.place);
        finding.related.iter().for_each(|related| assert_span(sources, related.span));
        let edits = finding.repair.iter().flat_map(|repair| &repair.edits);
        edits.for_each(|edit| assert_span(sources, edit.span));
    }
    report.undecided.iter().filter_map(|undecided| undecided.why.span).for_each(|span| assert_span(sources, span));
    report.unreadable.iter().filter_map(|unreadable| unreadable.span).for_each(|span| assert_span(sources, span));
    for insight in &report.insights {
        assert_span(sources, insight.span);
        insight.overlaps.iter().chain(&insight.origin).for_each(|(_, span)| assert_span(sources, *span));
    }
}

/// Fails unless a place is characters of a file that is there.
pub fn assert_span(sources: &Sources, span: Span) {
    let file = sources.file(span.file);
    assert!(!file.path().is_empty(), "{span:?} is in no file");
    assert_range(file.text(), span);
}

/// Fails unless a place is characters of the text.
pub fn assert_range(text: &str, span: Span) {
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} is no range of characters");
}

/// Fails unless the places of messages are characters of the text, and the messages are some.
pub fn assert_errors(text: &str, errors: &[(Span, String)]) {
    for (span, message) in errors {
        assert_range(text, *span);
        assert!(!message.is_empty(), "{span:?} has no message");
    }
}

/// The name of a file for what only needs one.
pub fn some_file() -> FileId {
    FileId::outside(0)
}
