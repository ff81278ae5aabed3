//! A first configuration file, of what is there. Everything in it is commented out: as long as nobody changes it, it changes nothing.

use crate::source::relative;
use std::fmt::Write as _;

/// What is checked by itself, and with which files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// The folder of a root module, or the path of a template.
    pub root: String,
    /// Whether it is a template.
    pub is_template: bool,
    /// The files of each of its sets; without any, it is checked without further files.
    pub sets: Vec<Vec<String>>,
}

/// A rule that finds something today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Its name.
    pub rule: &'static str,
    /// How bad its findings are, as one says in the file.
    pub severity: String,
    /// How many there are.
    pub findings: usize,
}

/// Folders of these names hold code that is not deployed.
const NOT_DEPLOYED: [&str; 7] = ["example", "examples", "fixtures", "sample", "samples", "test", "tests"];

/// Writes a configuration file for a folder. All paths are absolute.
pub fn draft(folder: &str, sets: &[Set], rules: &[Wish]) -> String {
    let mut text = String::from(HEAD);
    let exclude = exclude(folder, sets);
    let _ = write!(text, "\n# Files and folders that are not checked by themselves, as in .gitignore.\n{exclude}\n");
    text.push_str(RULES_HEAD);
    for wish in rules {
        let findings = crate::report::plural(wish.findings, "finding");
        let _ = writeln!(text, "#{} = \"{}\" # {findings} today", wish.rule, wish.severity);
    }
    if rules.is_empty() {
        text.push_str("#implicit-cidr-default = \"off\"\n");
    }
    text.push_str("#suppression-without-reason = \"warning\"\n");
    text.push_str(NETWORK);
    for set in sets.iter().filter(|set| set.sets.iter().any(|files| !files.is_empty())) {
        one(folder, set, &mut text);
    }
    text
}

const HEAD: &str = "\
#:schema ./overlint.schema.json
# Editors use the line above if this file is there: overlint schema > overlint.schema.json

# What overlint is to know of this project. What stands behind a # without a space is a setting: take the # away.
# Paths start from this folder.

# Check against what Azure accepted on this day, not today.
#as-of = 2023-11-28
";

const RULES_HEAD: &str = "
# How bad the findings of rules are: \"off\", \"note\", \"warning\" or \"error\". `overlint rules` lists all.
[rules]
";

const NETWORK: &str = "
# Networks that the clusters reach and that are not in the code. A list that is there is taken to be complete.
[network]
# Behind VPN gateways and ExpressRoute:
#on-premises = [\"10.8.0.0/14\", \"192.168.0.0/16\"]
# VNets that are connected:
#peered = []
";

/// Folders that look like examples and tests.
fn exclude(folder: &str, sets: &[Set]) -> String {
    let mut found: Vec<String> = Vec::new();
    for set in sets {
        let path = relative(folder, &set.root);
        let folders = if set.is_template { crate::source::parent(&path) } else { &path };
        let mut patterns = folders.split('/').filter(|part| NOT_DEPLOYED.contains(part)).map(|part| format!("{part}/"));
        found.extend(patterns.next());
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        found.push("examples/".to_owned());
    }
    format!("#exclude = [{}]", found.iter().map(|pattern| quoted(pattern)).collect::<Vec<_>>().join(", "))
}

/// The table of one root module or template.
fn one(folder: &str, set: &Set, text: &mut String) {
    let path = relative(folder, &set.root);
    let (table, key, files) =
        if set.is_template { ("arm", "template", "parameters") } else { ("terraform", "root", "var-files") };
    let _ = writeln!(text, "\n# {path} is checked with these; with this table, with those only that stand in it.");
    let _ = writeln!(text, "#[[{table}]]\n#{key} = {}\n#{files} = [", quoted(&path));
    for files in &set.sets {
        let files: Vec<String> = files.iter().map(|file| quoted(&relative(folder, file))).collect();
        match files.as_slice() {
            [one] => _ = writeln!(text, "#{one},"),
            several => _ = writeln!(text, "#[{}],", several.join(", ")),
        }
    }
    text.push_str("#]\n");
}

/// A text of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => _ = write!(quoted, "\\u{:04X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
