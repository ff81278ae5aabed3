//! The pages of the book, as Markdown.

mod history;
pub mod markdown;
mod rules;
mod sources;

use markdown::{Page, resolve};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

/// The table of contents, written by hand. The generated pages are added below its link to the rules.
const CONTENTS: &str = "docs/SUMMARY.md";

/// The pages by their paths, which are those of the repository's files where there are such files, but that a `README.md` is an `index.md`.
pub struct Site {
    pub pages: BTreeMap<String, String>,
}

/// Makes all pages.
///
/// # Errors
/// A file of the repository that cannot be read.
pub fn build(root: &Path) -> io::Result<Site> {
    let rules = rules::read(root)?;
    let contents = fs::read_to_string(root.join(CONTENTS))?;
    let mut pages = rules::pages(&rules, &statements(root)?);
    let chapters = Page::read(&contents).links.into_iter().map(|link| resolve(CONTENTS, &link.path));
    for path in chapters.filter(|path| !pages.contains_key(path)).collect::<BTreeSet<_>>() {
        let text = fs::read_to_string(root.join(&path)).map_err(|e| io::Error::new(e.kind(), format!("{path}: {e}")))?;
        pages.insert(path, text);
    }
    let topics: BTreeMap<&str, &str> = rules.iter().map(|rule| (rule.rule.name, rule.topic.as_str())).collect();
    pages.insert("SUMMARY.md".to_owned(), summary(&contents, &rules));
    let finished = |(path, text): (String, String)| {
        let text = markdown::with_links_to_rules(&path, &markdown::with_plain_fences(&text), &topics);
        (markdown::index(&path), markdown::with_links_to_indexes(&text))
    };
    Ok(Site { pages: pages.into_iter().map(finished).collect() })
}

/// What the article said, as a test writes it below the index of rules.
fn statements(root: &Path) -> io::Result<String> {
    let index = fs::read_to_string(root.join("rules/README.md"))?;
    Ok(index.split_once("\n# Statements of the article\n").map(|(_, text)| text.to_owned()).unwrap_or_default())
}

/// The table of contents with all pages.
fn summary(contents: &str, rules: &[rules::Topical]) -> String {
    let mut summary = String::new();
    for line in contents.lines() {
        let Some((before, after)) = line.split_once("](") else {
            summary += &format!("{line}\n");
            continue;
        };
        let path = resolve(CONTENTS, after.trim_end_matches(')'));
        summary += &format!("{before}]({path})\n");
        if path == "rules/README.md" {
            summary += &rules::summary(rules);
        }
    }
    summary
}

impl Site {
    /// The other files of the repository that pages link to.
    pub fn files(&self) -> BTreeSet<String> {
        self.links().map(|(_, path, _)| path).filter(|path| !self.pages.contains_key(path)).collect()
    }

    /// The addresses on the web that pages link to.
    pub fn addresses(&self) -> BTreeSet<String> {
        let links = self.pages.values().flat_map(|text| Page::read(text).links);
        links.filter(markdown::Link::is_external).map(|link| link.path).collect()
    }

    /// The links that lead nowhere: `page: target`.
    pub fn broken(&self, root: &Path) -> Vec<String> {
        let anchors: BTreeMap<&str, BTreeSet<String>> =
            self.pages.iter().map(|(page, text)| (page.as_str(), Page::read(text).anchors)).collect();
        let leads = |path: &str, anchor: &str| match anchors.get(path) {
            Some(anchors) => anchor.is_empty() || anchors.contains(anchor),
            None => anchor.is_empty() && root.join(path).is_file(),
        };
        let broken = self.links().filter(|(_, path, anchor)| !leads(path, anchor));
        broken.map(|(page, path, anchor)| format!("{page}: {path}#{anchor}").trim_end_matches('#').to_owned()).collect()
    }

    /// The links within the repository: page, path from the top, anchor.
    fn links(&self) -> impl Iterator<Item = (&str, String, String)> {
        self.pages.iter().flat_map(|(page, text)| {
            let links = Page::read(text).links.into_iter().filter(|link| !link.is_external());
            links.map(move |link| (page.as_str(), resolve(page, &link.path), link.anchor))
        })
    }
}
