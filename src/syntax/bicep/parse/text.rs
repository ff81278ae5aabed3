//! The text of string tokens.

use std::borrow::Cow;
use std::sync::Arc;

/// How a string is written.
#[derive(Clone, Copy)]
pub struct Quotes {
    /// `'''`: escapes mean nothing, and a newline after the opening is left out.
    triple: bool,
    /// How many `$` stand before the `{` of an interpolation.
    dollars: usize,
}

impl Quotes {
    /// From the first token of a string.
    pub fn of(token: &str) -> Self {
        let dollars = token.len() - token.trim_start_matches('$').len();
        let triple = dollars > 0 || token.starts_with("'''");
        Self { triple, dollars: dollars.max(1) }
    }

    fn width(self) -> usize {
        if self.triple { 3 } else { 1 }
    }

    /// The text of a token. `first` and `last` tell whether it opens and closes the string, or continues after and up to an interpolation.
    pub fn text(self, token: &str, first: bool, last: bool) -> Arc<str> {
        let token = if first { token.trim_start_matches('$') } else { token };
        let opening = if first { self.width() } else { 1 };
        let closing = if last { self.width() } else { self.dollars + 1 };
        let inner = token.get(opening..token.len().saturating_sub(closing)).unwrap_or("");
        match self.triple {
            true if first => without_newline(inner).into(),
            true => inner.into(),
            false => unescape(inner).as_ref().into(),
        }
    }
}

fn without_newline(text: &str) -> &str {
    let text = text.strip_prefix('\r').unwrap_or(text);
    text.strip_prefix('\n').unwrap_or(text)
}

/// Resolves escapes. The lexer has seen to it that there are only valid ones.
fn unescape(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(escaped(&mut chars)),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn escaped(chars: &mut std::str::Chars<'_>) -> Option<char> {
    match chars.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'u' => {
            let digits: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
            let code = u32::from_str_radix(&digits, 16).ok();
            // Half of a surrogate pair has no place in a Rust string.
            Some(code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER))
        }
        other => Some(other),
    }
}
