//! Markdown as far as the book needs it: links, the anchors of headings, fences.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};

/// What a page links to, and what links can lead to.
#[derive(Default)]
pub struct Page {
    pub links: Vec<Link>,
    pub anchors: BTreeSet<String>,
}

/// A link: the path, and the anchor after `#`, either of which may be empty. An address on the web is a path.
pub struct Link {
    pub path: String,
    pub anchor: String,
}

impl Link {
    fn new(target: &str) -> Self {
        let (path, anchor) = if is_external(target) { (target, "") } else { target.split_once('#').unwrap_or((target, "")) };
        Self { path: path.to_owned(), anchor: anchor.to_owned() }
    }

    /// Whether it leads out of the repository.
    pub fn is_external(&self) -> bool {
        is_external(&self.path)
    }
}

fn is_external(target: &str) -> bool {
    target.contains("://") || target.starts_with("mailto:")
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS | Options::ENABLE_FOOTNOTES
}

impl Page {
    /// Reads a page.
    pub fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut heading: Option<String> = None;
        for event in Parser::new_ext(text, options()) {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => page.links.push(Link::new(&dest_url)),
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => page.add_anchor(&heading.take().unwrap_or_default()),
                Event::Text(part) | Event::Code(part) => heading.iter_mut().for_each(|heading| heading.push_str(&part)),
                _ => {}
            }
        }
        page
    }

    /// The anchor of a heading as mdBook and GitHub make it. One that is there already gets a number.
    fn add_anchor(&mut self, heading: &str) {
        let kept = |c: char| if c.is_whitespace() { Some('-') } else { (c.is_alphanumeric() || "-_".contains(c)).then_some(c) };
        let anchor: String = heading.trim().to_lowercase().chars().filter_map(kept).collect();
        let numbered = (1..).map(|n| format!("{anchor}-{n}"));
        let free = std::iter::once(anchor.clone()).chain(numbered).find(|name| !self.anchors.contains(name));
        self.anchors.extend(free);
    }
}

/// The path of a link from a page, from the top of the repository. An empty one is the page itself.
pub fn resolve(page: &str, path: &str) -> String {
    if path.is_empty() {
        return page.to_owned();
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The way from a page to another.
pub fn relative(page: &str, target: &str) -> String {
    let depth = page.matches('/').count();
    format!("{}{target}", "../".repeat(depth))
}

/// The text with fences that say a language and no more. What else stood there is told below the block where it matters to readers.
pub fn with_plain_fences(text: &str) -> String {
    let mut plain = String::new();
    let mut note: Option<String> = None;
    for line in text.lines() {
        let start = line.trim_start();
        match (start.strip_prefix("```"), &note) {
            (Some(info), None) => {
                let indent = line.strip_suffix(start).unwrap_or_default();
                plain += &format!("{indent}```{}\n", language(info));
                note = Some(told(info));
            }
            (Some(""), Some(told)) => {
                plain += &format!("{line}\n{told}");
                note = None;
            }
            _ => plain += &format!("{line}\n"),
        }
    }
    plain
}

/// The language of a block under the name that the highlighter knows.
fn language(info: &str) -> &str {
    match info.split_whitespace().next().unwrap_or("text") {
        "arm" | "plan" => "json",
        "terraform" => "hcl",
        other => other,
    }
}

/// What the settings of an example mean.
fn told(info: &str) -> String {
    let setting = |name: &str| info.split_whitespace().find_map(|w| w.strip_prefix(name)?.strip_prefix('='));
    let day = setting("as-of").map(|day| format!("As of {day} (`--as-of {day}`)."));
    let also = setting("also").map(|rules| {
        let rules: Vec<String> = rules.split(',').map(|rule| format!("`{rule}`")).collect();
        format!("Also found here: {}.", rules.join(", "))
    });
    let told: Vec<String> = [day, also].into_iter().flatten().collect();
    if told.is_empty() { String::new() } else { format!("\n{}\n", told.join(" ")) }
}

/// The text with a link on each name of a rule in backticks, but for those in headings, in links, and on the rule's own page.
pub fn with_links_to_rules(page: &str, text: &str, topics: &BTreeMap<&str, &str>) -> String {
    let mut linked = String::new();
    let (mut done, mut shielded) = (0, 0);
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. } | Tag::Link { .. }) => shielded += 1,
            Event::End(TagEnd::Heading(_) | TagEnd::Link) => shielded -= 1,
            Event::Code(name) if shielded == 0 => {
                let target = topics.get(&*name).map(|topic| format!("rules/{topic}/{name}.md"));
                let Some(target) = target.filter(|target| target != page) else { continue };
                linked += text.get(done..range.start).unwrap_or_default();
                linked += &format!("[`{name}`]({})", relative(page, &target));
                done = range.end;
            }
            _ => {}
        }
    }
    linked + text.get(done..).unwrap_or_default()
}

/// A page that is shown for its folder goes by this name, or mdBook does not find it.
pub fn index(path: &str) -> String {
    path.strip_suffix("README.md").map_or_else(|| path.to_owned(), |folder| format!("{folder}index.md"))
}

/// The text with links to such pages by that name.
pub fn with_links_to_indexes(text: &str) -> String {
    let mut renamed = String::new();
    let mut done = 0;
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        let Event::Start(Tag::Link { dest_url, .. }) = event else { continue };
        let (path, _) = dest_url.split_once('#').unwrap_or((&dest_url, ""));
        if is_external(&dest_url) || path == index(path) {
            continue;
        }
        let link = text.get(range.clone()).unwrap_or_default();
        renamed += text.get(done..range.start).unwrap_or_default();
        renamed += &link.replace(&*dest_url, &dest_url.replacen(path, &index(path), 1));
        done = range.end;
    }
    renamed + text.get(done..).unwrap_or_default()
}
