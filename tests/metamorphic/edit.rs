//! Changes of a text, and what a check says of the files that come out.

use overlint::config::Config;
use overlint::report::{Report, Severity};
use overlint::source::{Asked, FileId, Sources, Span, parent};
use std::collections::BTreeSet;
use std::ops::Range;

/// The file whose text is parsed here; it is among no sources.
pub fn file() -> FileId {
    FileId::outside(0)
}

/// The bytes of a span.
pub fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// A text with some places replaced; none overlap.
pub fn replaced(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(at, _)| std::cmp::Reverse(at.start));
    let mut text = text.to_owned();
    for (at, new) in edits {
        text.replace_range(at, &new);
    }
    text
}

/// A value that is written in the code, and can be moved elsewhere.
pub struct Literal {
    /// Where it is written.
    pub at: Range<usize>,
    /// Its type, as all three languages call it but for numbers.
    pub kind: Kind,
}

/// The types of literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    String,
    Number,
    Bool,
}

/// The second half of a text that is written without escapes, with its quote.
pub fn half(quoted: &str) -> Option<&str> {
    let plain = quoted.is_ascii() && !quoted.contains(['\\', '$', '%']) && quoted.len() > 3;
    plain.then(|| &quoted[quoted.len() / 2..])
}

/// What must hold between what is told of a program and of its mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The same is found, and the same is undecided.
    Same,
    /// The mutant says less of the values: what was found is still found or undecided, and nothing new is found.
    Unknown,
    /// The same, where something of a value is still known.
    UnknownInPart,
}

/// A program that was made of another.
pub struct Mutant {
    /// What was done, in words.
    pub what: String,
    pub relation: Relation,
    /// Paths and texts.
    pub files: Vec<(String, String)>,
    /// What texts call otherwise now, with what they called it.
    pub names: Vec<(String, String)>,
}

impl Mutant {
    /// A mutant of which the same is told.
    pub fn same(what: &str, files: Vec<(&str, String)>) -> Self {
        Self::new(what, Relation::Same, files)
    }

    /// A mutant that knows less.
    pub fn unknown(what: &str, files: Vec<(&str, String)>) -> Self {
        Self::new(what, Relation::Unknown, files)
    }

    /// A mutant that knows a part less.
    pub fn unknown_in_part(what: &str, files: Vec<(&str, String)>) -> Self {
        Self::new(what, Relation::UnknownInPart, files)
    }

    fn new(what: &str, relation: Relation, files: Vec<(&str, String)>) -> Self {
        let files = files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
        Self { what: what.to_owned(), relation, files, names: Vec::new() }
    }

    /// The same, with something before each address.
    pub fn within(self, prefix: &str) -> Self {
        self.calls(prefix.to_owned(), String::new())
    }

    /// The same, with another name for something.
    pub fn calls(mut self, now: String, before: String) -> Self {
        self.names.push((now, before));
        self
    }

    /// A text with the names that the original has.
    fn renamed(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (now, before)| text.replace(now, before))
    }
}

/// A rule and a cluster.
pub type Question = (&'static str, String);

/// What is told of one program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Each finding with its message, sorted; once for each cluster.
    pub found: Vec<(Question, Severity, String)>,
    pub undecided: BTreeSet<Question>,
    pub unreadable: Vec<String>,
}

/// What is told of each program. One check looks at all of them, each in a folder of its own, since reading the facts takes longer than
/// most checks; where something undecided has no place, so that nobody knows which program it is about, each is checked alone.
pub fn check(programs: &[&Mutant], config: &Config) -> Vec<Told> {
    let (sources, report) = report(programs, config);
    if programs.len() > 1 && report.undecided.iter().any(|u| u.why.span.is_none()) {
        return programs.iter().flat_map(|program| check(&[program], config)).collect();
    }
    let number = |path: &str| path.split('/').next().and_then(|folder| folder.parse::<usize>().ok()).unwrap_or(0);
    let mut all = vec![Told::default(); programs.len()];
    for finding in report.findings {
        let number = number(sources.file(finding.place.file).path());
        let program = programs[number];
        for cluster in std::iter::once(&finding.cluster).chain(&finding.also) {
            let question = (finding.rule, program.renamed(cluster));
            all[number].found.push((question, finding.severity, program.renamed(&finding.message)));
        }
    }
    for undecided in report.undecided {
        let number = undecided.why.span.map_or(0, |span| number(sources.file(span.file).path()));
        all[number].undecided.insert((undecided.rule, programs[number].renamed(&undecided.cluster)));
    }
    for unreadable in report.unreadable {
        all[number(&unreadable.path)].unreadable.push(unreadable.message);
    }
    all.iter_mut().for_each(|told| told.found.sort());
    all
}

fn report(programs: &[&Mutant], config: &Config) -> (Sources, Report) {
    let mut sources = Sources::new();
    for (number, program) in programs.iter().enumerate() {
        for (path, text) in &program.files {
            let path = format!("{number}/{path}");
            sources.add(&path, text.as_bytes());
            sources.add_folder(parent(&path));
            sources.ask(&path, Asked::Found);
        }
    }
    let report = overlint::check(&sources, config);
    (sources, report)
}
