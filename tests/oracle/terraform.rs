//! Terraform's answers: `terraform console` prints many expressions at once.
//!
//! The console prints nothing if one expression is refused. So it is asked twice: first whether each expression `can` be evaluated, then
//! for the values of those that can. (`try` would do with one question, but hides what is known of partly unknown values.) What is refused
//! even inside `can`, such as a mistake in the syntax, is found by halving.

use crate::answer::{number, text, unknown};
use crate::vectors::ERROR;
use serde_json::{Value as Json, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// So many expressions are asked for at once.
const BATCH: usize = 3_000;

/// Whether there is a `terraform` to ask.
pub fn is_there() -> bool {
    Command::new("terraform").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// A terraform command that depends on nobody's settings, in a folder with one file.
pub fn command(folder: &tempfile::TempDir, main: &str, args: &[&str]) -> Command {
    std::fs::write(folder.path().join("main.tf"), main).unwrap();
    let settings = folder.path().join("settings");
    std::fs::write(&settings, "").unwrap();
    let mut command = Command::new("terraform");
    command.args(args).current_dir(folder.path()).env("TF_CLI_CONFIG_FILE", settings).env("CHECKPOINT_DISABLE", "1");
    command
}

/// What the console prints for `local.all`, which is a list of these expressions; `None` if it refuses.
fn print(context: &str, expressions: &[String]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let list: String = expressions.iter().map(|e| format!("(\n{e}\n),\n")).collect();
    let main = format!("{context}\nlocals {{\n  all = [\n{list}]\n}}\n");
    let mut console = command(&folder, &main, &["console", "-no-color"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    console.stdin.take().unwrap().write_all(b"local.all\n").unwrap();
    let output = console.wait_with_output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    printed.starts_with('[').then_some(printed)
}

/// What the console makes of each expression; `None` for those that it refuses.
fn ask(context: &str, expressions: &[String]) -> Vec<Option<Json>> {
    if expressions.is_empty() {
        return Vec::new();
    }
    if let Some(printed) = print(context, expressions) {
        let Json::Array(answers) = Printed::new(&printed).value(0) else { panic!("{printed}") };
        assert_eq!(answers.len(), expressions.len());
        return answers.into_iter().map(Some).collect();
    }
    if expressions.len() == 1 {
        return vec![None];
    }
    let (some, others) = expressions.split_at(expressions.len() / 2);
    [ask(context, some), ask(context, others)].concat()
}

/// Terraform's answers to expressions.
pub fn answers(context: &str, expressions: &[&str]) -> Vec<String> {
    let batches = expressions.chunks(BATCH).flat_map(|batch| {
        let asked = ask(context, &batch.iter().map(|e| format!("can(\n{e}\n)")).collect::<Vec<_>>());
        let possible: Vec<bool> = asked.iter().map(|can| !matches!(can, None | Some(Json::Bool(false)))).collect();
        let values: Vec<String> = batch.iter().zip(&possible).filter(|(_, can)| **can).map(|(e, _)| (*e).to_owned()).collect();
        let mut values = ask(context, &values).into_iter();
        let answer = |can| if can { values.next().flatten() } else { None };
        possible.into_iter().map(answer).map(|a| a.map_or_else(|| ERROR.to_owned(), |a| text(&a))).collect::<Vec<_>>()
    });
    batches.collect()
}

/// A value as the console prints it.
pub struct Printed<'a> {
    rest: &'a str,
}

impl<'a> Printed<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    fn skip(&mut self, text: &str) -> bool {
        let found = self.rest.strip_prefix(text);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// A value of which the lines behind the first one are indented so far.
    pub fn value(&mut self, indent: usize) -> Json {
        for function in ["tolist(", "tomap(", "toset(", "tostring(", "tonumber(", "tobool("] {
            if self.skip(function) {
                let value = self.value(indent);
                assert!(self.skip(")"), "{:?}", self.rest);
                self.comment();
                return match function {
                    _ if value.is_null() => value,
                    "tolist(" => json!({"$list": value}),
                    "toset(" => json!({"$set": value}),
                    "tomap(" => json!({"$map": value}),
                    _ => value,
                };
            }
        }
        for (word, value) in [
            ("(known after apply)", unknown()),
            ("(sensitive value)", json!({"$sensitive": 1})),
            ("+Inf", json!({"$infinite": 1})),
            ("-Inf", json!({"$infinite": -1})),
            ("null", Json::Null),
            ("true", json!(true)),
            ("false", json!(false)),
        ] {
            if self.skip(word) {
                self.comment();
                return value;
            }
        }
        match self.rest.chars().next() {
            Some('[') => self.sequence(indent),
            Some('{') => self.entries(indent),
            Some('"' | '<') => json!(self.string(indent)),
            _ => {
                let end = self.rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '.')).unwrap_or(self.rest.len());
                let text = self.take(end);
                number(text.parse().unwrap_or_else(|_| panic!("{text:?}{:?}", self.rest)))
            }
        }
    }

    /// What the type of a null is.
    fn comment(&mut self) {
        if self.skip(" /*") {
            self.rest = self.rest.split_once("*/").unwrap().1;
        }
    }

    fn sequence(&mut self, indent: usize) -> Json {
        let mut items = Vec::new();
        self.skip("[");
        loop {
            self.spaces();
            if self.skip("]") {
                return items.into();
            }
            items.push(self.value(indent + 2));
            assert!(self.skip(","), "{:?}", self.rest);
        }
    }

    fn entries(&mut self, indent: usize) -> Json {
        let mut entries = serde_json::Map::new();
        self.skip("{");
        loop {
            self.spaces();
            if self.skip("}") {
                return entries.into();
            }
            let key = self.string(indent + 2);
            assert!(self.skip(" = "), "{:?}", self.rest);
            entries.insert(key, self.value(indent + 2));
        }
    }

    fn string(&mut self, indent: usize) -> String {
        if self.skip("<<-") || self.skip("<<") {
            return self.heredoc(indent);
        }
        self.skip("\"");
        let mut text = String::new();
        loop {
            let c = self.take(self.rest.chars().next().unwrap().len_utf8());
            match c {
                "\"" => return text,
                "\\" => text.push(self.escape()),
                _ => text.push_str(c),
            }
        }
    }

    /// An escape of Go's.
    fn escape(&mut self) -> char {
        let code = |digits: &str| char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap();
        match self.take(1) {
            "a" => '\u{7}',
            "b" => '\u{8}',
            "f" => '\u{c}',
            "n" => '\n',
            "r" => '\r',
            "t" => '\t',
            "v" => '\u{b}',
            "x" => code(self.take(2)),
            "u" => code(self.take(4)),
            "U" => code(self.take(8)),
            c => c.chars().next().unwrap(),
        }
    }

    fn heredoc(&mut self, indent: usize) -> String {
        let (marker, rest) = self.rest.split_once('\n').unwrap();
        let end = format!("\n{}{marker}", " ".repeat(indent));
        let ends = |(i, _): &(usize, &str)| !rest[i + end.len()..].starts_with(char::is_alphanumeric);
        let (text, rest) = rest.split_at(rest.match_indices(&end).find(ends).unwrap().0);
        self.rest = &rest[end.len()..];
        let lines = text.split('\n').map(|line| line.get(indent..).unwrap());
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The names of all functions of this Terraform.
pub fn functions() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let output = command(&folder, "", &["metadata", "functions", "-json"]).output().unwrap();
    let json: Json = serde_json::from_slice(&output.stdout).unwrap();
    json["function_signatures"].as_object().unwrap().keys().filter(|name| !name.contains("::")).cloned().collect()
}
