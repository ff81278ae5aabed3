//! `yamlencode`: YAML, to the character as Terraform writes it.
//!
//! Source: Terraform 1.11.4 and the module that it uses, `zclconf/go-cty-yaml` 1.1.0 (`encode.go`, `emitterc.go`).

use super::super::convert::{self, Outcome, Stop};
use super::args::{Args, check_bytes};
use super::{Answer, Value};
use std::sync::Arc;

/// Texts in quotes go on in the next line after this column.
const WIDTH: usize = 80;
/// Longer keys get a line of their own, in bytes.
const LONGEST_KEY: usize = 128;

pub(super) fn yamlencode(args: &Args) -> Outcome<Answer> {
    let val = args.val(0)?;
    convert::wholly_known(val)?;
    let mut writer = Writer { out: String::new(), column: 0, after_space: true, in_indent: true };
    writer.node(&val.value, None, Context::Other)?;
    writer.indent(0);
    if matches!(val.value, Value::Null | Value::Bool(_) | Value::Number(_)) {
        writer.put("...\n");
    }
    Ok(Answer::Made(Value::string(writer.out)))
}

/// What a value is part of.
#[derive(Clone, Copy, PartialEq)]
enum Context {
    Key,
    MapValue,
    Other,
}

struct Writer {
    out: String,
    column: usize,
    /// Whether the last character was white space, or an indicator that needs none after it.
    after_space: bool,
    /// Whether there was nothing but indentation in this line.
    in_indent: bool,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }

    /// Begins a line with so many spaces, unless this is one.
    fn indent(&mut self, indent: usize) {
        if !self.in_indent || self.column > indent || (self.column == indent && !self.after_space) {
            self.line_break();
        }
        while self.column < indent {
            self.put(" ");
        }
        self.after_space = true;
        self.in_indent = true;
    }

    fn indicator(&mut self, text: &str, spaced: bool, opens: bool, keeps_indent: bool) {
        if spaced && !self.after_space {
            self.put(" ");
        }
        self.put(text);
        self.after_space = opens;
        self.in_indent = self.in_indent && keeps_indent;
    }

    fn node(&mut self, value: &Value, outer: Option<usize>, context: Context) -> Outcome<()> {
        check_bytes(self.out.len())?;
        let deeper = outer.map_or(0, |outer| outer + 2);
        match value {
            Value::Unknown(unknown) => return Err(Stop::Unknown(Arc::clone(unknown))),
            Value::Null => self.plain("null"),
            Value::Bool(_) | Value::Number(_) => self.plain(&convert::to_string(value)?),
            Value::String(text) => self.text(text, outer.map_or(2, |outer| outer + 2), context),
            Value::List(items) | Value::Set(items) if items.is_empty() => self.empty("[", "]"),
            Value::Map(map) if map.entries.is_empty() => self.empty("{", "}"),
            Value::List(items) | Value::Set(items) => {
                let indent = match outer {
                    Some(outer) if context == Context::MapValue && !self.in_indent => outer,
                    _ => deeper,
                };
                for item in items.iter() {
                    self.indent(indent);
                    self.indicator("-", true, false, true);
                    self.node(&item.value, Some(indent), Context::Other)?;
                }
            }
            Value::Map(map) => {
                for (key, val) in &map.entries {
                    self.indent(deeper);
                    self.key(key, deeper)?;
                    self.node(&val.value, Some(deeper), Context::MapValue)?;
                }
            }
        }
        Ok(())
    }

    fn key(&mut self, key: &Arc<str>, indent: usize) -> Outcome<()> {
        let value = Value::String(Arc::clone(key));
        if key.len() <= LONGEST_KEY && !key.contains(is_break) {
            self.node(&value, Some(indent), Context::Key)?;
            self.indicator(":", false, false, false);
        } else {
            self.indicator("?", true, false, true);
            self.node(&value, Some(indent), Context::MapValue)?;
            self.indent(indent);
            self.indicator(":", true, false, true);
        }
        Ok(())
    }

    fn empty(&mut self, open: &str, close: &str) {
        self.indicator(open, true, true, false);
        self.indicator(close, false, false, false);
    }

    fn plain(&mut self, text: &str) {
        self.indicator(text, true, false, false);
    }

    fn text(&mut self, text: &str, indent: usize, context: Context) {
        if text.contains('\n') && context != Context::Key && block_fits(text) {
            self.block(text, indent);
        } else {
            self.quoted(text, indent, context != Context::Key);
        }
    }

    fn block(&mut self, text: &str, indent: usize) {
        self.indicator("|", true, false, false);
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.put("2");
        }
        let mut from_end = text.chars().rev();
        match (from_end.next().is_some_and(is_break), from_end.next().is_none_or(is_break)) {
            (false, _) => self.put("-"),
            (true, true) => self.put("+"),
            (true, false) => {}
        }
        self.line_break();
        self.in_indent = true;
        self.after_space = true;
        let mut at_start = true;
        for c in text.chars() {
            if is_break(c) {
                if c == '\n' {
                    self.line_break()
                } else {
                    self.put_break(c)
                }
                self.in_indent = true;
            } else {
                if at_start {
                    self.indent(indent);
                }
                self.put(c.encode_utf8(&mut [0; 4]));
                self.in_indent = false;
            }
            at_start = is_break(c);
        }
    }

    fn put_break(&mut self, c: char) {
        self.out.push(c);
        self.column = 0;
    }

    fn quoted(&mut self, text: &str, indent: usize, may_fold: bool) {
        self.indicator("\"", true, false, false);
        let escape_all = text.starts_with('\u{feff}');
        let mut after_space = false;
        let mut rest = text.char_indices().peekable();
        while let Some((i, c)) = rest.next() {
            let inner = i > 0 && i + 1 < text.len();
            if escape_all || !is_printable(c) || is_break(c) || matches!(c, '"' | '\\') {
                self.put(&escape(c));
                after_space = false;
            } else if c == ' ' {
                if may_fold && !after_space && self.column > WIDTH && inner {
                    self.indent(indent);
                    if rest.peek().is_some_and(|(_, next)| *next == ' ') {
                        self.put("\\");
                    }
                } else {
                    self.put(" ");
                }
                after_space = true;
            } else {
                self.put(c.encode_utf8(&mut [0; 4]));
                after_space = false;
            }
            // What is in the quotes is no indentation.
            self.in_indent = false;
        }
        self.indicator("\"", false, false, false);
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Whether a text can be written as a block.
fn block_fits(text: &str) -> bool {
    let space_before_break = text.chars().zip(text.chars().skip(1)).any(|(a, b)| a == ' ' && is_break(b));
    !text.ends_with(' ') && !space_before_break && text.chars().all(is_printable)
}

fn escape(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            return match u32::from(c) {
                n @ 0..=0xff => format!("\\x{n:02X}"),
                n @ 0x100..=0xffff => format!("\\u{n:04X}"),
                n => format!("\\U{n:08X}"),
            };
        }
    };
    format!("\\{short}")
}
