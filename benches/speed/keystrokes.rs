//! How long the language server takes for a keystroke: the program itself, messages on its standard input and output.

use crate::trees;
use serde_json::{Value, json};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

/// So long the server waits for the next keystroke before it checks, in milliseconds.
const PAUSE: f64 = 80.0;
/// So many keystrokes are made in each file.
const ROUNDS: i64 = 9;

/// Workspaces of so many files.
pub const SIZES: [usize; 4] = [250, 1_000, 4_000, 16_000];

/// Types in workspaces of some sizes, and writes a table: what the user waits for, and what the server did in that time.
pub fn table(sizes: &[usize], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{:>6}  {:<24} {:>9}  phases", "files", "keystroke in", "answered")?;
    for &files in sizes {
        let folder = tempfile::tempdir()?;
        trees::workspace(folder.path(), files)?;
        let root = fs::canonicalize(folder.path())?;
        let mut client = Client::start(&root)?;
        for (what, path, words) in trees::TYPED_IN {
            let (milliseconds, phases) = client.keystrokes(&root, path, words)?;
            writeln!(out, "{files:>6}  {what:<24} {milliseconds:>6.1} ms  {phases}")?;
        }
        client.end()?;
    }
    writeln!(out, "the least of {ROUNDS} keystrokes each, without the {PAUSE} ms that the server waits for the next one")
}

struct Client {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next: i64,
    /// What the server said last about its phases.
    phases: String,
}

impl Client {
    fn start(root: &Path) -> io::Result<Self> {
        let program = env!("CARGO_BIN_EXE_overlint");
        let mut server = Command::new(program).arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let pipes = server.stdin.take().zip(server.stdout.take());
        let (input, output) = pipes.ok_or_else(|| io::Error::other("the server has no pipes"))?;
        let mut client = Self { server, input, output: BufReader::new(output), next: 0, phases: String::new() };
        client.ask("initialize", json!({"rootUri": uri(root), "capabilities": {}, "trace": "messages"}))?;
        client.tell("initialized", json!({}))?;
        Ok(client)
    }

    /// The least time of some keystrokes behind some words in a file, in milliseconds, and the phases of that one.
    fn keystrokes(&mut self, root: &Path, path: &str, words: &str) -> io::Result<(f64, String)> {
        let uri = uri(&root.join(path));
        let text = fs::read_to_string(root.join(path))?;
        let (line, column) = place(&text, words).ok_or_else(|| io::Error::other(format!("nothing to change in {path}")))?;
        let document = json!({"uri": uri, "languageId": "terraform", "version": 0, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}))?;
        let place = json!({"line": line, "character": column});
        let hover = json!({"textDocument": {"uri": uri}, "position": place});
        self.ask("textDocument/hover", hover.clone())?;
        let mut least = (f64::INFINITY, String::new());
        for round in 1..=ROUNDS {
            let range = json!({"start": place, "end": {"line": line, "character": column + 1}});
            let change = json!({"range": range, "text": (4 - round % 2).to_string()});
            let document = json!({"uri": uri, "version": round});
            let start = Instant::now();
            self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}))?;
            self.ask("textDocument/hover", hover.clone())?;
            let milliseconds = start.elapsed().as_secs_f64() * 1e3 - PAUSE;
            if milliseconds < least.0 {
                least = (milliseconds, self.phases.clone());
            }
        }
        Ok(least)
    }

    fn tell(&mut self, method: &str, params: Value) -> io::Result<()> {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }

    /// Asks, and waits for the answer.
    fn ask(&mut self, method: &str, params: Value) -> io::Result<Value> {
        self.next += 1;
        self.send(json!({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params}))?;
        loop {
            let mut message = self.receive()?;
            if message.get("id").and_then(Value::as_i64) == Some(self.next) {
                return Ok(message.get_mut("result").map(Value::take).unwrap_or_default());
            }
            if let Some(phases) = message.pointer("/params/message").and_then(Value::as_str) {
                phases.clone_into(&mut self.phases);
            }
        }
    }

    fn send(&mut self, message: Value) -> io::Result<()> {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        self.input.flush()
    }

    fn receive(&mut self) -> io::Result<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line)? == 0 {
                return Err(io::Error::other("the server is gone"));
            }
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(number) => length = number.parse().map_err(io::Error::other)?,
                None if line.trim_end().is_empty() => break,
                None => {}
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes)?;
        serde_json::from_slice(&bytes).map_err(io::Error::other)
    }

    fn end(mut self) -> io::Result<()> {
        self.ask("shutdown", Value::Null)?;
        self.tell("exit", Value::Null)?;
        self.server.wait().map(drop)
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// What follows some words, by line and column.
fn place(text: &str, words: &str) -> Option<(usize, usize)> {
    text.lines().enumerate().find_map(|(line, text)| Some((line, text.find(words)? + words.len())))
}
