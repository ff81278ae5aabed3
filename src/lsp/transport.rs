//! Messages of JSON-RPC, framed as the protocol wants it. Whatever a client sends, reading goes on after it as long as that makes sense.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{self, BufRead, Read, Write};

/// Larger messages are passed over, in bytes.
const LARGEST: u64 = 64 << 20;
/// Longer headers are no headers.
const LONGEST_HEADER: u64 = 4 << 10;

/// A message from the client: a request if it has an id and a method, a notification if it has only a method, else a response.
#[derive(Debug, Deserialize)]
pub(super) struct Incoming {
    /// What the answer has to repeat.
    #[serde(default)]
    pub id: Option<Id>,
    /// What is asked for or told.
    #[serde(default)]
    pub method: Option<String>,
    /// The details.
    #[serde(default)]
    pub params: Value,
}

/// The name of a request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Id {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

/// A message to the client.
#[derive(Debug, Serialize)]
pub(super) struct Outgoing {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
}

const EMPTY: Outgoing = Outgoing { jsonrpc: "2.0", id: None, method: None, params: None, result: None, error: None };

impl Outgoing {
    /// Tells the client something.
    pub fn notification(method: &'static str, params: impl Serialize) -> Self {
        Self { method: Some(method), params: Some(value(params)), ..EMPTY }
    }

    /// Asks the client for something.
    pub fn request(id: &str, method: &'static str, params: impl Serialize) -> Self {
        Self { id: Some(id.into()), ..Self::notification(method, params) }
    }

    /// Answers a request.
    pub fn result(id: &Id, result: impl Serialize) -> Self {
        Self { id: Some(value(id)), result: Some(value(result)), ..EMPTY }
    }

    /// Refuses a request; without an id, says that something was no request at all.
    pub fn error(id: Option<&Id>, code: impl Serialize, message: &str) -> Self {
        let error = serde_json::json!({"code": code, "message": message});
        Self { id: Some(id.map_or(Value::Null, value)), error: Some(error), ..EMPTY }
    }

    /// Writes the message.
    ///
    /// # Errors
    /// When the client is gone.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let text = serde_json::to_string(self)?;
        write!(out, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        out.flush()
    }
}

/// Serializing our own plain types fails only where there is a bug; `null` is then the answer.
fn value(of: impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

/// What came in.
#[derive(Debug)]
pub(super) enum Received {
    /// A message.
    Message(Incoming),
    /// Something else, and what is wrong with it.
    Garbage(&'static str),
}

/// Reads the next message; `None` at the end.
///
/// # Errors
/// When nothing more can be read.
pub(super) fn read(from: &mut dyn BufRead) -> io::Result<Option<Received>> {
    let Some(length) = read_header(from)? else { return Ok(None) };
    if length > LARGEST {
        io::copy(&mut from.take(length), &mut io::sink())?;
        return Ok(Some(Received::Garbage("the message is too large")));
    }
    let mut bytes = Vec::new();
    if from.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Ok(None);
    }
    Ok(Some(match serde_json::from_slice(&bytes) {
        Ok(message) => Received::Message(message),
        Err(_) => Received::Garbage("the message is no JSON-RPC object"),
    }))
}

/// Reads header fields up to the empty line, and tells how long the message is. Lines that are no header fields are passed over.
fn read_header(from: &mut dyn BufRead) -> io::Result<Option<u64>> {
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if from.take(LONGEST_HEADER).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        match (text.trim(), length) {
            ("", Some(length)) => return Ok(Some(length)),
            (field, _) => {
                if let Some((name, value)) = field.split_once(':')
                    && name.eq_ignore_ascii_case("content-length")
                {
                    length = value.trim().parse().ok();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(mut bytes: &[u8]) -> Vec<String> {
        let mut texts = Vec::new();
        while let Some(received) = read(&mut bytes).unwrap() {
            texts.push(match received {
                Received::Message(message) => message.method.unwrap_or_default(),
                Received::Garbage(why) => why.to_owned(),
            });
        }
        texts
    }

    fn frame(text: &str) -> String {
        format!("Content-Length: {}\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n{text}", text.len())
    }

    #[test]
    fn messages_are_read_after_whatever_else_is_there() {
        let good = frame(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        for bad in [frame("{"), frame("[1]"), frame("\"x\""), "hello\n\n\n".to_owned(), "Content-Length: x\r\n\r\n".to_owned()] {
            assert_eq!(read_all(format!("{bad}{good}").as_bytes()).last().unwrap(), "exit", "{bad}");
        }
        assert!(read_all(b"Content-Length: 99999999999999999\r\n\r\n{}").len() == 1);
        assert!(read_all(b"Content-Length: 10\r\n\r\n{}").is_empty());
        assert!(read_all(&[0xff; 100_000]).is_empty());
    }
}
