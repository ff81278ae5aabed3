//! The book: what its chapters show is what comes out, every link leads somewhere, every rule has its page.
//!
//! A chapter is followed from top to bottom in a folder of its own. Behind the language of a block may stand
//!
//! - `fresh`: from here on in a new folder;
//! - `file=PATH`: the block is this file, where no comment in its first line can say so (`# main.tf`, `// main.bicep`);
//! - `finds=RULE,..` or `finds=nothing`: what is found in the block alone;
//! - `wrong`: a configuration with a mistake; `other`: one for another program;
//! - `by=docs.py`: left to `tests/integrations/docs.py`, which may build and install;
//! - `not-run: WHY`.
//!
//! Commands are run one by one, those that name `testdata/` in the repository; `# exits with N` tells the exit code. The lines of a block of `text` stand in what the last one printed, as
//! they are and without a gap; `...` is where some are left out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panics")]

mod common;
#[path = "../examples/book/site/mod.rs"]
mod site;

use overlint::config::Config;
use overlint::rules::RULES;
use overlint::settings::{self, KEYS};
use site::Site;
use site::markdown::{Page, resolve};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// Commands of pages that are not run here, and what does run them.
const ELSEWHERE: [(&str, &str); 3] = [
    ("cargo test --locked", "this is it"),
    ("cargo install --locked --path .", "tests/integrations/packages.sh installs the package"),
    ("cargo run --locked -- ", "run as overlint, in the repository"),
];

/// The pages of the book.
fn book() -> &'static Site {
    static BOOK: LazyLock<Site> = LazyLock::new(|| site::build(root()).unwrap());
    &BOOK
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The chapters: what is written by hand and has something to run.
fn chapters() -> Vec<String> {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let docs = docs.filter(|name| name.ends_with(".md") && name != "SUMMARY.md").map(|name| format!("docs/{name}"));
    let mut chapters: Vec<String> = docs.chain(["README.md".to_owned()]).collect();
    chapters.sort();
    chapters
}

/// A fenced block.
struct Block {
    language: String,
    words: Vec<String>,
    not_run: Option<String>,
    text: String,
    /// `page:line`, for messages.
    place: String,
}

impl Block {
    fn has(&self, word: &str) -> bool {
        self.words.iter().any(|w| w == word)
    }

    fn setting(&self, name: &str) -> Option<&str> {
        self.words.iter().find_map(|w| w.strip_prefix(name)?.strip_prefix('='))
    }

    /// The file that it is.
    fn path(&self) -> Option<&str> {
        let first = self.text.lines().next().unwrap_or_default();
        let comment = first.strip_prefix("# ").or(first.strip_prefix("// "));
        let is_path = |text: &&str| text.contains('.') && text.chars().all(|c| c.is_alphanumeric() || "._-/".contains(c));
        self.setting("file").or(comment.filter(is_path))
    }
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (number, line) in (1..).zip(read(page).lines()) {
        match (line.strip_prefix("```"), open) {
            (Some(info), false) => {
                let (words, not_run) = info.split_once("not-run:").map_or((info, None), |(words, why)| (words, Some(why)));
                let mut words = words.split_whitespace().map(str::to_owned);
                blocks.push(Block {
                    language: words.next().unwrap_or_default(),
                    words: words.collect(),
                    not_run: not_run.map(|why| why.trim().to_owned()),
                    text: String::new(),
                    place: format!("{page}:{number}"),
                });
                open = true;
            }
            (Some(_), true) => open = false,
            (None, true) => blocks.last_mut().unwrap().text += &format!("{line}\n"),
            (None, false) => {}
        }
    }
    assert!(!open, "{page}: a block has no end");
    blocks
}

/// Where a chapter has come to.
struct Reader {
    project: common::program::Project,
    printed: String,
}

impl Reader {
    fn new() -> Self {
        Self { project: common::program::Project::new(&[]), printed: String::new() }
    }

    fn follow(&mut self, block: &Block) {
        if block.has("fresh") {
            *self = Self::new();
        }
        match block.language.as_str() {
            "sh" => block.text.lines().for_each(|line| self.run(line, &block.place)),
            "text" | "diff" => assert_shown(&block.text, &self.printed, &block.place),
            _ => {
                check_alone(block);
                if let Some(path) = block.path() {
                    self.project.write(path, &block.text);
                }
            }
        }
    }

    fn run(&mut self, line: &str, place: &str) {
        let line = line.trim();
        let code = |(_, rest): (&str, &str)| rest.get(..1).and_then(|code| code.parse().ok());
        let wanted = line.split_once("# exits with ").or(line.split_once("; exits with ")).and_then(code).unwrap_or(0);
        let elsewhere = ELSEWHERE.iter().find(|(command, _)| line.starts_with(command));
        let folder = if line.contains("testdata/") { root().to_owned() } else { self.project.path("") };
        let run = match elsewhere {
            Some((command @ "cargo run --locked -- ", _)) => shell(root(), &line.replace(command, "overlint ")),
            Some(_) => return,
            None => shell(&folder, line),
        };
        assert_eq!(run.code, wanted, "{place}: {line}\n{}{}", run.out, run.err);
        self.printed = run.out;
    }
}

/// Runs a line as a shell does in which overlint is installed.
fn shell(folder: &Path, line: &str) -> common::program::Run {
    let program = Path::new(env!("CARGO_BIN_EXE_overlint")).parent().unwrap();
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", program.display());
    let mut command = std::process::Command::new("sh");
    let output = command.env_clear().env("PATH", path).current_dir(folder).args(["-c", line]).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    common::program::Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// The parts between lines of `...` stand in the output, whole and one after the other.
fn assert_shown(shown: &str, printed: &str, place: &str) {
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    let shown: Vec<&str> = shown.lines().collect();
    let mut from = 0;
    for part in shown.split(|line| line.trim() == "...").filter(|part| !part.is_empty()) {
        let found = printed.get(from..).and_then(|rest| rest.windows(part.len()).position(|lines| lines == part));
        let found = found
            .unwrap_or_else(|| panic!("{place}: not printed, or not here:\n{}\nin\n{}", part.join("\n"), printed.join("\n")));
        from += found + part.len();
    }
}

/// What can be said of a block without the others of its page.
fn check_alone(block: &Block) {
    let (text, place) = (block.text.as_str(), &block.place);
    match block.language.as_str() {
        "terraform" | "bicep" => {
            let file = if block.language == "bicep" { "main.bicep" } else { "main.tf" };
            let file = block.path().and_then(|path| path.rsplit('/').next()).unwrap_or(file);
            let (_, report) = common::check_with(&[(file, text)], &Config::default());
            assert!(report.unreadable.is_empty(), "{place}: {:?}", report.unreadable);
            let found: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule).collect();
            if let Some(wanted) = block.setting("finds") {
                assert!(!report.clusters.is_empty(), "{place}: there is no cluster");
                assert_eq!(found, wanted.split(',').filter(|w| *w != "nothing").collect(), "{place}");
            }
        }
        // Members of an object may stand for themselves, each in a line.
        "json" => {
            let members = |line: &str| serde_json::from_str::<serde_json::Value>(&format!("{{{line}}}")).map(drop);
            let whole = serde_json::from_str::<serde_json::Value>(text).map(drop);
            whole.or_else(|_| text.lines().try_for_each(members)).unwrap_or_else(|e| panic!("{place}: {e}"));
        }
        "toml" if block.has("other") => drop(toml::from_str::<toml::Table>(text).unwrap_or_else(|e| panic!("{place}: {e}"))),
        "toml" => assert_eq!(settings::parse(text).1.is_empty(), !block.has("wrong"), "{place}: {:?}", settings::parse(text).1),
        "yaml" => {
            let mistakes = granit_parser::Parser::new_from_str(text).filter_map(Result::err).next();
            assert!(mistakes.is_none(), "{place}: {mistakes:?}");
        }
        other => panic!("{place}: nothing checks {other:?}; say `not-run: WHY`, or check it here"),
    }
}

#[test]
#[cfg(unix)]
fn what_the_chapters_show_is_what_comes_out() {
    let docs_py = read("tests/integrations/docs.py");
    for page in chapters() {
        let mut reader = Reader::new();
        for block in blocks(&page) {
            match (&block.not_run, block.setting("by")) {
                (Some(why), _) => assert!(why.len() > 10, "{}: say why it is not run", block.place),
                (None, Some("docs.py")) => {
                    let name = page.trim_start_matches("docs/").trim_end_matches(".md");
                    assert!(docs_py.contains(&format!("\"{name}\": ")), "{}: docs.py does not do this page", block.place);
                }
                (None, Some(other)) => panic!("{}: what is {other}?", block.place),
                (None, None) => reader.follow(&block),
            }
        }
    }
}

#[test]
fn lines_that_are_not_printed_are_found_out() {
    assert_shown("a\n...\nc\n", "x\na\nb\nc\n", "here");
    for (shown, printed) in [("a\nc\n", "a\nb\nc\n"), ("b\n...\na\n", "a\nb\n"), ("a\n", "ab\n")] {
        assert!(std::panic::catch_unwind(|| assert_shown(shown, printed, "here")).is_err(), "{shown:?} in {printed:?}");
    }
}

/// The Markdown of the repository, as one reads it without the book.
fn on_disk() -> Site {
    let walk = walkdir::WalkDir::new(root()).into_iter().filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name.starts_with('.') || ["target", "node_modules", "testdata", "tests"].contains(&&*name))
    });
    let files = walk.map(Result::unwrap).filter(|entry| entry.path().extension().is_some_and(|e| e == "md"));
    let page = |path: &Path| path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
    Site { pages: files.map(|entry| (page(entry.path()), fs::read_to_string(entry.path()).unwrap())).collect() }
}

#[test]
fn links_lead_somewhere() {
    let on_disk = on_disk();
    assert!(on_disk.pages.len() > RULES.len(), "{:?}", on_disk.pages.keys());
    assert_eq!(on_disk.broken(root()), [""; 0], "in the repository");
    let book = book();
    assert_eq!(book.broken(root()), [""; 0], "in the book");
    let files = book.files();
    assert!(
        files.contains("LICENSE-MIT") && files.contains("docs/overlint.schema.json"),
        "the site has what is linked: {files:?}"
    );
}

#[test]
fn broken_links_are_found_out() {
    let page = "[a](b.md) [b](b.md#two-words) [c](#here) [d](b.md#none) [e](no.md) [f](LICENSE-MIT) [g](../b.md) `[h](no.md)`\n# Here\n# Here\n";
    let pages = [("a.md", page), ("b.md", "## Two *words*\n\n[up](a.md#here-1)\n```\n[x](no.md)\n# None\n```\n")];
    let site = Site { pages: pages.map(|(path, text)| (path.to_owned(), text.to_owned())).into() };
    assert_eq!(site.broken(root()), ["a.md: b.md#none", "a.md: no.md", "a.md: ../b.md"]);
}

/// Addresses on the web are only looked at here: `docs/links.sh` asks for them.
#[test]
fn addresses_on_the_web_are_well_formed() {
    let site = book();
    let addresses = site.addresses();
    assert!(addresses.len() > 100);
    for address in addresses {
        let rest = address.strip_prefix("https://").unwrap_or_else(|| panic!("{address} is not https"));
        let host = rest.split(['/', '#', '?']).next().unwrap();
        let is_host = host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
        assert!(is_host && !rest.contains(char::is_whitespace) && !rest.ends_with(['.', ',', ')']), "{address}");
    }
}

#[test]
fn every_rule_has_a_page_that_links_lead_to() {
    let site = book();
    let mut reached = BTreeSet::new();
    let mut next = vec!["index.md".to_owned()];
    while let Some(page) = next.pop() {
        let Some(text) = site.pages.get(&page) else { continue };
        if reached.insert(page.clone()) {
            next.extend(Page::read(text).links.iter().filter(|l| !l.is_external()).map(|l| resolve(&page, &l.path)));
        }
    }
    for rule in RULES {
        let page = site.pages.keys().find(|page| page.ends_with(&format!("/{}.md", rule.name))).expect(rule.name);
        assert!(reached.contains(page), "no links lead to {page}");
    }
    let listed: BTreeSet<String> = Page::read(&site.pages["SUMMARY.md"]).links.into_iter().map(|link| link.path).collect();
    let pages: BTreeSet<String> = site.pages.keys().filter(|page| *page != "SUMMARY.md").cloned().collect();
    assert_eq!(listed, pages, "the table of contents has each page");
    assert!(
        chapters().iter().all(|chapter| pages.contains(&site::markdown::index(chapter))),
        "docs/SUMMARY.md names each chapter"
    );
}

#[test]
fn generated_pages_say_what_the_documents_say() {
    let pages = &book().pages;
    let shows = |page: &str, lines: &[&str]| {
        for line in lines {
            assert!(pages[page].lines().any(|shown| shown == *line), "{page}: {line} is not in\n{}", pages[page]);
        }
    };
    shows(
        "rules/nodes/cluster-node-limit.md",
        &[
            "# cluster-node-limit",
            "**A cluster stays below the largest number of nodes**",
            "| Most nodes of an overlay cluster | before 2024-03-19: 1,000<br>from 2024-03-19: 5,000 |",
            "## Bad",
            "```hcl",
        ],
    );
    shows(
        "rules/history.md",
        &[
            "| <span class=\"day\">2024-03-19</span> | [cluster-node-limit](nodes/cluster-node-limit.md) | Most nodes of an overlay cluster | 1,000 | 5,000 |",
            "| <span class=\"day\">2026-03-01</span> | [windows-server-2019](nodes/windows-server-2019.md) | severity | \
             <span class=\"severity severity-off\">off</span> | <span class=\"severity severity-warning\">warning</span> |",
            "| <span class=\"day\">2027-04-01</span> | [windows-server-2019](nodes/windows-server-2019.md) | images of Windows Server 2019 | yes | ended |",
        ],
    );
    let dates: Vec<&str> = pages["rules/history.md"]
        .lines()
        .filter_map(|line| line.strip_prefix("| <span class=\"day\">"))
        .filter_map(|l| l.get(..10))
        .collect();
    assert!(dates.len() > 30 && dates.is_sorted(), "{dates:?}");
    for (page, text) in pages.iter().filter(|(page, _)| page.starts_with("rules/")) {
        let title = text.lines().next().unwrap_or_default();
        assert!(title.len() > 3 && text.len() > 100, "{page}");
        // A topic without a name of its own is called as its folder is.
        let named = title.trim_start_matches("# ").starts_with(char::is_uppercase);
        assert!(!page.ends_with("/index.md") || named, "{page}: {title}");
    }
}

#[test]
fn the_configuration_chapter_has_every_key() {
    let chapter = read("docs/configuration.md");
    let schema = settings::schema();
    let sections: BTreeMap<&str, &str> = chapter.split("\n## ").filter_map(|section| section.split_once('\n')).collect();
    for (head, keys) in KEYS {
        let heading = if head.is_empty() { "Top of the file".to_owned() } else { format!("`{head}`") };
        let rows = sections
            .get(&*heading)
            .unwrap_or_else(|| panic!("no section {heading}"))
            .lines()
            .filter_map(|line| line.strip_prefix("| `"));
        let rows: BTreeMap<&str, &str> = rows.filter_map(|row| row.split_once("` | ")).collect();
        assert_eq!(rows.keys().copied().collect::<BTreeSet<_>>(), keys.iter().copied().collect(), "{heading}");
        let table = match head {
            "" => &schema,
            "[network]" => &schema["properties"]["network"],
            other => &schema["properties"][other.trim_matches(['[', ']'])]["items"],
        };
        for (key, row) in rows {
            let property = &table["properties"][key];
            let about = property["description"].as_str().or(property["items"]["description"].as_str()).unwrap();
            assert!(row.contains(about), "{heading}, {key}: the schema says {about:?}");
        }
    }
}

/// What the comparison says that overlint finds in the six copies of its right file.
#[test]
fn the_mistakes_of_the_comparison_are_found() {
    let right = blocks("docs/comparison.md").into_iter().find(|block| block.language == "terraform").unwrap().text;
    let virtual_nodes = "  aci_connector_linux {\n    subnet_name = \"aci\"\n  }\n\n  identity {";
    for (written, mistake, rule) in [
        ("10.244.0.0/16", "10.96.0.0/16", "pod-cidr-overlaps-service-cidr"),
        ("10.96.0.10", "192.168.0.10", "dns-service-ip-outside-service-cidr"),
        ("  identity {", virtual_nodes, "virtual-nodes-overlay"),
        ("Standard_D4s_v5", "Standard_DC4s_v2", "dcsv2-not-supported"),
        ("10.96.0.0/16", "10.96.0.0/11", "service-cidr-too-large"),
        ("10.244.0.0/16", "10.244.0.0/24", "pod-cidr-capacity"),
    ] {
        let wrong = right.replace(written, mistake);
        let (_, report) = common::check_with(&[("main.tf", &wrong)], &Config::default());
        assert!(wrong != right && report.findings.iter().any(|finding| finding.rule == rule), "{rule}: {:?}", report.findings);
    }
}
