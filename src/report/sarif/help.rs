//! What an alert shows of a rule's document.

use crate::rules::Document;
use serde::Serialize;

/// The help of a rule, as plain text and as Markdown; GitHub shows the latter.
#[derive(Serialize)]
pub(super) struct Help {
    text: String,
    markdown: String,
}

impl Help {
    /// The document without what is there as a test, and the page to read on; `title` where there is no document.
    pub fn of(document: &Document, title: &str) -> Self {
        let mut help = Self { text: String::new(), markdown: String::new() };
        shown(&document.text).into_iter().for_each(|line| help.add(&line));
        if help.text.is_empty() {
            help.add(&Line::Text(title));
        }
        if !document.url.is_empty() {
            help.paragraph(&format!("Read more: {}\n", document.url), &format!("[Read more]({})\n", document.url));
        }
        help
    }

    fn add(&mut self, line: &Line) {
        let (text, markdown) = match line {
            Line::Heading(heading) => return self.paragraph(&format!("{heading}\n\n"), &format!("## {heading}\n\n")),
            Line::Text(text) => (format!("{text}\n"), format!("{text}\n")),
            Line::Code(code) => (format!("    {code}\n"), format!("{code}\n")),
            Line::Fence(language) => (String::new(), format!("```{language}\n")),
        };
        self.text.push_str(&text);
        self.markdown.push_str(&markdown);
    }

    /// Adds what needs an empty line above.
    fn paragraph(&mut self, text: &str, markdown: &str) {
        for (page, paragraph) in [(&mut self.text, text), (&mut self.markdown, markdown)] {
            if !page.is_empty() && !page.ends_with("\n\n") {
                page.push('\n');
            }
            page.push_str(paragraph);
        }
    }
}

/// A line of a document, as far as an alert is concerned.
enum Line<'a> {
    Heading(&'a str),
    Text(&'a str),
    Code(&'a str),
    /// The start of an example, with its language, or the end of one.
    Fence(&'a str),
}

/// The lines to show: no section on what cannot be decided, and of each section the text up to its first example. Other examples, with
/// the words before them, are the rule's tests.
fn shown(text: &str) -> Vec<Line<'_>> {
    let mut shown = Vec::new();
    let (mut in_example, mut done) = (false, false);
    for line in text.trim_end().lines() {
        if let Some(words) = line.strip_prefix("```") {
            in_example = !in_example;
            if !done {
                shown.push(Line::Fence(language(words)));
            }
            done |= !in_example;
        } else if in_example {
            shown.extend((!done).then_some(Line::Code(line)));
        } else if let Some(heading) = line.strip_prefix("## ") {
            done = heading == "Undecided";
            shown.extend((!done).then_some(Line::Heading(heading)));
        } else if !done {
            let after_heading = matches!(shown.last(), None | Some(Line::Heading(_)));
            shown.extend((!line.is_empty() || !after_heading).then_some(Line::Text(line)));
        }
    }
    shown
}

/// The language of an example as those know it who colour code. The other words are for tests.
fn language(words: &str) -> &str {
    match words.split(' ').next().unwrap_or_default() {
        "arm" | "plan" => "json",
        other => other,
    }
}
