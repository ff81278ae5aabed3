//! All formats, of reports with any texts, paths and places.
#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use overlint::model::Undecided;
use overlint::report::{Edit, Finding, Format, Related, Repair, Report, Safety, Severity, Style, UndecidedRule, render};
use overlint::source::{Sources, Span};
use overlint_fuzz::run;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    files: Vec<(&'a str, &'a str)>,
    findings: Vec<Found<'a>>,
    unreadable: Vec<(&'a str, &'a str)>,
    base: &'a str,
    repositories: Vec<&'a str>,
    width: u8,
    flags: u8,
    time: u64,
}

#[derive(Arbitrary, Debug)]
struct Found<'a> {
    rule: u16,
    severity: u8,
    message: &'a str,
    cluster: &'a str,
    also: Vec<&'a str>,
    place: Place,
    related: Vec<(&'a str, Place, bool)>,
    texts: [&'a str; 3],
    scenarios: Vec<&'a str>,
    repair: Option<(&'a str, bool, Vec<(Place, &'a str)>)>,
    undecided: Option<(&'a str, Option<Place>)>,
}

#[derive(Arbitrary, Debug, Clone, Copy)]
struct Place {
    file: u8,
    start: u16,
    length: u16,
}

impl Place {
    /// The place, brought within a file and onto its characters.
    fn span(self, sources: &Sources) -> Span {
        let (id, file) = sources.iter().nth(usize::from(self.file) % sources.len()).expect("there is a file");
        let text = file.text();
        let within = |offset: usize| (0..=offset.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        let start = within(usize::from(self.start));
        Span::new(id, start, within(start + usize::from(self.length)))
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn finding(found: &Found, sources: &Sources) -> Finding {
    let related = |(message, place, origin): &(&str, Place, bool)| Related {
        message: (*message).to_owned(),
        span: place.span(sources),
        origin: *origin,
    };
    let repair = found.repair.as_ref().map(|(title, safe, edits)| {
        let mut all: Vec<Edit> = Vec::new();
        for (place, text) in edits {
            let edit = Edit { span: place.span(sources), text: (*text).to_owned() };
            if !all.iter().any(|known| known.clashes(&edit)) {
                all.push(edit);
            }
        }
        all.sort();
        Repair { title: (*title).to_owned(), safety: if *safe { Safety::Safe } else { Safety::Unsafe }, edits: all }
    });
    let rules = overlint::rules::RULES;
    Finding {
        rule: rules[usize::from(found.rule) % rules.len()].name,
        severity: [Severity::Note, Severity::Warning, Severity::Error][usize::from(found.severity % 3)],
        message: found.message.to_owned(),
        cluster: found.cluster.to_owned(),
        also: owned(&found.also),
        owners: found.also.iter().map(|c| ((*c).to_owned(), found.cluster.to_owned())).collect(),
        place: found.place.span(sources),
        related: found.related.iter().map(related).collect(),
        azure: found.texts[0].to_owned(),
        fix: found.texts[1].to_owned(),
        url: found.texts[2].to_owned(),
        scenarios: owned(&found.scenarios),
        repair,
    }
}

fn report(input: &Input, sources: &Sources) -> Report {
    let mut report = Report { files: sources.len(), unreadable: sources.unreadable().to_vec(), ..Report::default() };
    for found in &input.findings {
        let finding = finding(found, sources);
        if let Some((reason, place)) = found.undecided {
            let why = Undecided::new(reason, place.map(|place| place.span(sources)));
            report.undecided.push(UndecidedRule { rule: finding.rule, cluster: finding.cluster.clone(), why });
        }
        report.clusters.insert(finding.cluster.clone());
        report.findings.push(finding);
    }
    report.sort(sources);
    report
}

fuzz_target!(|input: Input| {
    let mut sources = Sources::new();
    sources.set_base(input.base);
    input.repositories.iter().for_each(|top| sources.add_repository(top));
    sources.add("main.tf", b"x = 1\r\n");
    for (path, text) in &input.files {
        sources.add(path, text.as_bytes());
    }
    input.unreadable.iter().for_each(|(path, message)| sources.add_unreadable(path, *message));
    run(|| {
        let report = report(&input, &sources);
        let style = Style {
            width: usize::from(input.width),
            color: input.flags & 1 != 0,
            links: input.flags & 2 != 0,
            undecided: input.flags & 4 != 0,
            time: input.time,
        };
        for format in Format::ALL {
            let mut out = Vec::new();
            render(format, &report, &sources, &style, &mut out).expect("a Vec takes everything");
            let text = std::str::from_utf8(&out).expect("reports are UTF-8");
            match format {
                Format::Json | Format::Sarif | Format::Gitlab => {
                    serde_json::from_str::<serde_json::Value>(text).expect("it is JSON");
                }
                // Nothing that a file says may steer the terminal.
                Format::Text if !style.color && !style.links => assert!(!text.contains('\u{1b}')),
                Format::Compact => assert!(!text.contains('\u{1b}')),
                // What XML 1.0 does not have, no escape can bring in.
                Format::Junit => assert!(!text.chars().any(|c| c < ' ' && !"\n\r\t".contains(c))),
                _ => {}
            }
        }
    });
});
