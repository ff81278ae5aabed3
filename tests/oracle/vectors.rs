//! The files of recorded answers: one expression for each line, in columns separated by tabs.
//!
//! | column | |
//! | --- | --- |
//! | expression | it may name what `context.tf` declares; ⏎ stands for a line break |
//! | Terraform | its answer, written by the test that asks it |
//! | overlint | only where overlint answers otherwise |
//! | why | the reason for that |
//!
//! An answer is a value as JSON, `UNKNOWN`, or `ERROR`. In the JSON `{"$list": [..]}` is a list (brackets alone are a tuple),
//! `{"$map": {..}}` a map (braces alone are an object), `{"$set": [..]}` a set and `{"$unknown": 1}` a part that is not known; the key `$open`
//! says that a map may have further keys. Empty lines and lines that start with # are kept as they are.

use std::path::{Path, PathBuf};

pub const ERROR: &str = "ERROR";
pub const UNKNOWN: &str = "UNKNOWN";

/// An expression and the answers to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector {
    pub expression: String,
    pub terraform: String,
    /// overlint's other answer, and why.
    pub otherwise: Option<(String, String)>,
}

impl Vector {
    /// One without answers.
    pub fn new(expression: impl Into<String>) -> Self {
        Self { expression: expression.into(), terraform: String::new(), otherwise: None }
    }

    /// What overlint has to answer.
    pub fn expected(&self) -> &str {
        self.otherwise.as_ref().map_or(&self.terraform, |(answer, _)| answer)
    }

    fn read(line: &str) -> Self {
        let mut columns = line.split('\t').map(str::to_owned);
        let mut next = || columns.next();
        let expression = next().unwrap_or_default().replace('⏎', "\n");
        let terraform = next().unwrap_or_default();
        Self { expression, terraform, otherwise: next().zip(next()) }
    }

    fn write(&self) -> String {
        assert!(!self.expression.contains(['\t', '⏎']), "{:?}", self.expression);
        let mut line = format!("{}\t{}", self.expression.replace('\n', "⏎"), self.terraform);
        if let Some((answer, why)) = &self.otherwise {
            line.push_str(&format!("\t{answer}\t{why}"));
        }
        line
    }
}

/// A line of a file.
pub enum Line {
    Note(String),
    Vector(Vector),
}

/// A file of vectors.
pub struct File {
    path: PathBuf,
    pub lines: Vec<Line>,
}

impl File {
    /// Reads `testdata/vectors/<name>`.
    pub fn read(name: &str) -> Self {
        let path = folder().join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let line = |line: &str| match line.is_empty() || line.starts_with('#') {
            true => Line::Note(line.to_owned()),
            false => Line::Vector(Vector::read(line)),
        };
        Self { lines: text.lines().map(line).collect(), path }
    }

    /// The vectors in it.
    pub fn vectors(&self) -> impl Iterator<Item = &Vector> {
        self.lines.iter().filter_map(|line| match line {
            Line::Vector(vector) => Some(vector),
            Line::Note(_) => None,
        })
    }

    /// The same, to change them.
    pub fn vectors_mut(&mut self) -> impl Iterator<Item = &mut Vector> {
        self.lines.iter_mut().filter_map(|line| match line {
            Line::Vector(vector) => Some(vector),
            Line::Note(_) => None,
        })
    }

    /// Writes the file back.
    pub fn write(&self) {
        let line = |line: &Line| match line {
            Line::Note(text) => text.clone() + "\n",
            Line::Vector(vector) => vector.write() + "\n",
        };
        std::fs::write(&self.path, self.lines.iter().map(line).collect::<String>()).unwrap();
    }
}

/// Where the vectors are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/vectors")
}

/// What expressions may name.
pub fn context() -> String {
    std::fs::read_to_string(folder().join("context.tf")).unwrap()
}
