//! Hashes and names made from them.

use super::super::convert::{Outcome, Stop};
use super::args::Args;
use super::{Answer, Value};
use base64::prelude::{BASE64_STANDARD, Engine};
use md5::Md5;
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};

/// The digest of some bytes in hexadecimal digits.
pub(super) fn hex<D: Digest>(bytes: &[u8]) -> String {
    D::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The digest of some bytes in Base64.
pub(super) fn base64<D: Digest>(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(D::digest(bytes))
}

fn in_hex<D: Digest>(args: &Args) -> Outcome<Answer> {
    Ok(Answer::Made(Value::string(hex::<D>(args.text(0)?.as_bytes()))))
}

fn in_base64<D: Digest>(args: &Args) -> Outcome<Answer> {
    Ok(Answer::Made(Value::string(base64::<D>(args.text(0)?.as_bytes()))))
}

pub(super) fn md5(args: &Args) -> Outcome<Answer> {
    in_hex::<Md5>(args)
}

pub(super) fn sha1(args: &Args) -> Outcome<Answer> {
    in_hex::<Sha1>(args)
}

pub(super) fn sha256(args: &Args) -> Outcome<Answer> {
    in_hex::<Sha256>(args)
}

pub(super) fn sha512(args: &Args) -> Outcome<Answer> {
    in_hex::<Sha512>(args)
}

pub(super) fn base64sha256(args: &Args) -> Outcome<Answer> {
    in_base64::<Sha256>(args)
}

pub(super) fn base64sha512(args: &Args) -> Outcome<Answer> {
    in_base64::<Sha512>(args)
}

/// The namespaces of RFC 9562, section 6.6; they differ in one byte only.
fn namespace(name: &str) -> Option<u128> {
    let known = |byte: u128| 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8 | byte << 96;
    match name {
        "dns" => Some(known(0)),
        "url" => Some(known(1)),
        "oid" => Some(known(2)),
        "x500" => Some(known(4)),
        _ => parse_uuid(name),
    }
}

/// A UUID as it is usually written, or without hyphens, in braces, or as a URN.
fn parse_uuid(text: &str) -> Option<u128> {
    let braced = text.strip_prefix('{').and_then(|t| t.strip_suffix('}'));
    let bare = braced.or_else(|| text.strip_prefix("urn:uuid:")).unwrap_or(text);
    let groups: Vec<&str> = bare.split('-').collect();
    let hex = groups.iter().all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()));
    let lengths = || groups.iter().map(|group| group.len());
    let valid = lengths().eq([8, 4, 4, 4, 12]) || lengths().eq([32]) && bare == text;
    (hex && valid).then(|| u128::from_str_radix(&groups.concat(), 16).ok())?
}

pub(super) fn uuidv5(args: &Args) -> Outcome<Answer> {
    let name = args.text(0)?;
    let space = namespace(name).ok_or_else(|| Stop::refused(format!("{name:?} is not a namespace")))?;
    Ok(Answer::Made(Value::string(uuid_v5(space, args.text(1)?))))
}

/// A UUID of version 5, made of a namespace and a name.
pub fn uuid_v5(space: u128, name: &str) -> String {
    let hash = Sha1::new().chain_update(space.to_be_bytes()).chain_update(name).finalize();
    let bits = hash.iter().take(16).fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
    let (version, variant) = (0xf << 76, 0x3 << 62);
    let bits = bits & !version & !variant | 0x5 << 76 | 0x2 << 62;
    let groups = [bits >> 96, bits >> 80 & 0xffff, bits >> 64 & 0xffff, bits >> 48 & 0xffff, bits & 0xffff_ffff_ffff];
    let [a, b, c, d, e] = groups;
    format!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}")
}
