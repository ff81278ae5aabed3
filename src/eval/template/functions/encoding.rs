//! Base64, data URIs and hashes.

use super::Answer;
use super::args::{Args, text};
use super::json::{read_json, write_json};
use super::string::shown;
use super::uri::unescaped;
use crate::eval::outcome::{Outcome, Stop, check_bytes};
use crate::eval::terraform::functions::uuid_v5;
use crate::value::Value;
use base64::prelude::{BASE64_STANDARD, Engine};

fn encoded(text: &str) -> Outcome<String> {
    check_bytes(text.len())?;
    Ok(BASE64_STANDARD.encode(text))
}

/// .NET skips white space.
fn decoded(encoded: &str) -> Outcome<String> {
    let bare: String = encoded.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).collect();
    let bytes = BASE64_STANDARD.decode(bare).map_err(|_| Stop::refused("the text is not Base64"))?;
    String::from_utf8(bytes).map_err(|_| Stop::undecided("the decoded bytes are not UTF-8"))
}

pub(super) fn base64(args: &Args) -> Outcome<Answer> {
    text(encoded(args.text(0)?)?)
}

pub(super) fn base64_to_string(args: &Args) -> Outcome<Answer> {
    text(decoded(args.text(0)?)?)
}

pub(super) fn base64_to_json(args: &Args) -> Outcome<Answer> {
    read_json(&decoded(args.text(0)?)?, args)
}

pub(super) fn data_uri(args: &Args) -> Outcome<Answer> {
    let shown = match args.value(0)? {
        Value::List(_) | Value::Map(_) => write_json(args.val(0)?, '"')?,
        value => shown(value)?.to_string(),
    };
    text(format!("data:text/plain;charset=utf-8;base64,{}", encoded(&shown)?))
}

pub(super) fn data_uri_to_string(args: &Args) -> Outcome<Answer> {
    let whole = args.text(0)?;
    let parts = whole.strip_prefix("data:").and_then(|rest| rest.split_once(','));
    let (head, data) = parts.ok_or_else(|| Stop::refused(format!("{whole:?} is not a data URI")))?;
    let mut words = head.split(';').skip(1);
    if words
        .clone()
        .any(|word| word.to_ascii_lowercase().strip_prefix("charset=").is_some_and(|c| !matches!(c, "utf8" | "utf-8")))
    {
        return Err(Stop::undecided("data in another character set than UTF-8 is not worked out"));
    }
    text(if words.any(|word| word.eq_ignore_ascii_case("base64")) { decoded(data)? } else { unescaped(data)? })
}

/// The namespace in which Azure makes a UUID of version 5. Source: the namespace is known from many projects that compute the same; a test
/// of `Azure/bicep` confirms it.
const GUID_NAMESPACE: u128 = 0x11fb_06fb_712d_4ddd_98c7_e71b_bd58_8830;

pub(super) fn guid(args: &Args) -> Outcome<Answer> {
    let words = args.from(0).iter().enumerate().map(|(i, _)| args.text(i)).collect::<Outcome<Vec<_>>>()?;
    text(uuid_v5(GUID_NAMESPACE, &words.join("-")))
}

/// A hash of 13 letters and digits; how it is made is not documented. The same arguments give the same one.
pub(super) fn unique_string(_: &Args) -> Outcome<Answer> {
    Err(Stop::undecided("what uniqueString() gives is known only at deployment"))
}
