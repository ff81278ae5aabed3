//! URIs, as far as .NET leaves them as they are written.

use super::Answer;
use super::args::{Args, text, text_of, wrong};
use super::object::find;
use crate::eval::outcome::{Outcome, Stop, check_bytes};
use crate::value::{Map, Value};
use std::collections::BTreeMap;

/// The parts of an address such as `https://host:80/path?query`.
struct Parts<'t> {
    scheme: &'t str,
    host: &'t str,
    port: Option<u16>,
    /// With its slash; empty if there is none.
    path: &'t str,
    /// With its question mark.
    query: &'t str,
}

/// Fails for what .NET would rewrite or refuse: other schemes, capitals in the host, default ports, dots as steps, escapes.
fn parts(whole: &str) -> Outcome<Parts<'_>> {
    read(whole).ok_or_else(|| Stop::undecided(format!("{whole:?} as a URI is not worked out")))
}

fn read(whole: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = whole.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
    let (rest, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok().filter(|p| !port.starts_with('0') && !matches!(p, 80 | 443))?)),
        None => (authority, None),
    };
    let plain = |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    let lower = host.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-'));
    let steps = path.split('/').all(|step| step != "." && step != "..");
    let valid = lower && !host.is_empty() && steps && plain(path, "/-_.~") && plain(query, "?&=-_.~/:");
    valid.then_some(Parts { scheme, host, port, path, query })
}

/// A relative address behind a base, by RFC 3986.
pub(super) fn uri(args: &Args) -> Outcome<Answer> {
    let (base, relative) = (args.text(0)?, args.text(1)?);
    if relative.contains("://") {
        parts(relative)?;
        return text(relative);
    }
    let base_parts = parts(base)?;
    if relative.is_empty() || relative.starts_with("//") || relative.starts_with('?') || base_parts.path.is_empty() {
        return Err(Stop::undecided(format!("{relative:?} behind {base:?} is not worked out")));
    }
    let before_path = base.len() - base_parts.path.len() - base_parts.query.len();
    let folder = match relative.strip_prefix('/') {
        Some(_) => 0,
        None => base_parts.path.rfind('/').map_or(0, |slash| slash + 1),
    };
    let made = format!("{}{relative}", base.get(..before_path + folder).unwrap_or_default());
    parts(&made)?;
    text(made)
}

pub(super) fn uri_component(args: &Args) -> Outcome<Answer> {
    let mut out = String::new();
    for byte in args.text(0)?.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    check_bytes(out.len())?;
    text(out)
}

pub(super) fn uri_component_to_string(args: &Args) -> Outcome<Answer> {
    text(unescaped(args.text(0)?)?)
}

/// Without `%` escapes. What is none stays as it is.
pub(super) fn unescaped(text: &str) -> Outcome<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|two| std::str::from_utf8(two).ok()).filter(|_| byte == b'%');
        let escaped = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit())).and_then(|d| u8::from_str_radix(d, 16).ok());
        bytes.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8(bytes).map_err(|_| Stop::undecided("the escaped bytes are not UTF-8"))
}

pub(super) fn parse_uri(args: &Args) -> Outcome<Answer> {
    let uri = parts(args.text(0)?)?;
    let some = |text: &str| if text.is_empty() { None } else { Some(Value::string(text)) };
    let entries = [
        ("scheme", some(uri.scheme)),
        ("host", some(uri.host)),
        ("port", Some(uri.port.map_or(Value::Null, |port| Value::Number(port.into())))),
        ("path", some(uri.path).filter(|_| uri.path != "/")),
        ("query", some(uri.query)),
    ];
    let entries = entries.into_iter().filter_map(|(key, value)| Some((key.into(), args.made(value?))));
    Ok(Answer::Made(Value::map(entries.collect::<BTreeMap<_, _>>())))
}

pub(super) fn build_uri(args: &Args) -> Outcome<Answer> {
    let map = args.map(0)?;
    if let Some(open) = &map.open {
        return Err(Stop::Unknown(open.clone()));
    }
    let port = match find(map, "port").map(|port| &port.value) {
        None | Some(Value::Null) => String::new(),
        Some(Value::Number(port)) => format!(":{port}"),
        Some(value) => return Err(wrong(value, "a port")),
    };
    let path = component(map, "path")?;
    let path = if path.is_empty() { "/" } else { path };
    let made = format!("{}://{}{port}{path}{}", component(map, "scheme")?, component(map, "host")?, component(map, "query")?);
    parts(&made)?;
    text(made)
}

fn component<'m>(map: &'m Map, key: &str) -> Outcome<&'m str> {
    find(map, key).filter(|part| !part.value.is_null()).map_or(Ok(""), text_of)
}
