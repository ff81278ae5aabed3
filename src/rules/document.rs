//! Rule documents: TOML front matter between `+++` lines, then Markdown.
//!
//! A fenced block of a language overlint reads, under a `## Bad`, `## Good` or `## Undecided` heading, is an example; all examples run
//! as tests. Words after the language are settings: `as-of=2023-11-28` picks the day, `also=rule-a,rule-b` names other rules that the
//! example cannot avoid (kubenet itself draws a warning, say).

use crate::date::{Date, Dated};
use crate::report::Severity;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The front matter of a rule's document, and its text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The rule's name.
    pub id: String,
    /// One line: what must hold.
    pub title: String,
    /// How bad a violation is, by case and date. Simple rules have the one case `default`.
    #[serde(default)]
    severity: BTreeMap<String, Dated<Level>>,
    /// The facts behind the rule that changed over time, as in [`History::of`](crate::facts::History::of).
    #[serde(default)]
    pub facts: Vec<String>,
    /// The page of Microsoft's documentation to read on.
    pub url: String,
    /// Where the facts were read, page and date.
    pub sources: Vec<String>,
    /// The Markdown after the front matter.
    #[serde(skip)]
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    Off,
    Note,
    Warning,
    Error,
}

impl Level {
    fn severity(self) -> Option<Severity> {
        match self {
            Level::Off => None,
            Level::Note => Some(Severity::Note),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        }
    }
}

/// What an example shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExampleKind {
    /// Exactly this rule finds something.
    Bad,
    /// No rule finds anything.
    Good,
    /// This rule says that it cannot decide.
    Undecided,
}

/// One example of a document.
#[derive(Clone, Debug)]
pub struct Example<'a> {
    /// What it shows.
    pub kind: ExampleKind,
    /// The word after the fence: `terraform`, `json`, `bicep`.
    pub language: &'a str,
    /// The day whose rules apply.
    pub as_of: Option<Date>,
    /// Other rules that find something too.
    pub also: Vec<&'a str>,
    /// The code.
    pub code: String,
    /// The line of the document that the code starts at, from 1.
    pub line: usize,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// What is wrong with its front matter.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (front, text) = text
            .strip_prefix("+++\n")
            .and_then(|rest| rest.split_once("\n+++\n"))
            .ok_or("a rule's document starts with TOML between lines of +++")?;
        let mut document: Document = toml::from_str(front).map_err(|e| e.to_string())?;
        document.text = text.trim_start().to_owned();
        Ok(document)
    }

    /// How bad a case is on a day; `None` when it is off.
    pub fn severity(&self, case: &str, day: Date) -> Option<Severity> {
        self.severity.get(case)?.on(day)?.severity()
    }

    /// How bad a case is on a day where the user says how bad the rule is. What is off on that day stays so, since Azure did not mind it
    /// then; a case that is off on all days is there to be switched on.
    pub fn severity_as(&self, case: &str, day: Date, said: Option<Severity>) -> Option<Severity> {
        let optional =
            || self.severity.get(case).is_some_and(|dated| dated.history().all(|(_, level)| level.severity().is_none()));
        match said {
            Some(_) if self.severity(case, day).is_some() || optional() => said,
            Some(_) => None,
            None => self.severity(case, day),
        }
    }

    /// Whether any case can be found on a day where the user says how bad the rule is.
    pub fn is_on(&self, day: Date, said: Option<Severity>) -> bool {
        self.severity.keys().any(|case| self.severity_as(case, day, said).is_some())
    }

    /// The worst severity of any case on a day; `None` when all are off.
    pub fn worst(&self, day: Date) -> Option<Severity> {
        self.severity.keys().filter_map(|case| self.severity(case, day)).max()
    }

    /// The history of every case: case, then from which day how bad (`None`: off).
    pub fn history(&self) -> impl Iterator<Item = (&str, Vec<(Date, Option<Severity>)>)> {
        self.severity
            .iter()
            .map(|(case, dated)| (case.as_str(), dated.history().map(|(from, level)| (from, level.severity())).collect()))
    }

    /// The examples in a document's text (front matter included, so that lines are right).
    pub fn examples(text: &str) -> Vec<Example<'_>> {
        let mut examples: Vec<Example<'_>> = Vec::new();
        let mut kind = None;
        let mut open = false;
        for (number, line) in text.lines().enumerate() {
            if open {
                if line == "```" {
                    open = false;
                } else if let Some(example) = examples.last_mut().filter(|e| e.line > 0) {
                    example.code.push_str(line);
                    example.code.push('\n');
                }
            } else if let Some(info) = line.strip_prefix("```") {
                open = true;
                let language = info.split_whitespace().next().unwrap_or("");
                let setting = |name: &str| info.split_whitespace().find_map(|w| w.strip_prefix(name)?.strip_prefix('='));
                let as_of = setting("as-of").and_then(|d| d.parse().ok());
                let also = setting("also").map(|list| list.split(',').collect()).unwrap_or_default();
                // A fence outside the three sections is only text: its lines go to an example that is dropped below.
                let line = if kind.is_some() { number + 2 } else { 0 };
                let kind = kind.unwrap_or(ExampleKind::Good);
                examples.push(Example { kind, language, as_of, also, code: String::new(), line });
            } else if let Some(heading) = line.strip_prefix("## ") {
                kind = match heading.trim() {
                    "Bad" => Some(ExampleKind::Bad),
                    "Good" => Some(ExampleKind::Good),
                    "Undecided" => Some(ExampleKind::Undecided),
                    _ => None,
                };
            }
        }
        examples.retain(|e| e.line > 0);
        examples
    }
}
