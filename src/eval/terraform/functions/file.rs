//! Functions that read files.

use super::super::convert::{self, Outcome, Stop};
use super::args::Args;
use super::encoding::encode_base64;
use super::{Answer, Value, hash};
use crate::source::{ReadError, Span, join};
use crate::value::{At, Hop, Hops, Term, TermPart, Unknown, Val};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use std::sync::Arc;

/// What the folder is called in which Terraform runs, whose absolute path depends on the machine.
const HERE: &str = "abspath(\".\")";

/// The path that an argument gives. An absolute path that `abspath` made is relative again here.
pub(super) fn path(args: &Args, i: usize) -> Outcome<String> {
    let val = args.val(i)?;
    let path = match &val.value {
        Value::Unknown(unknown) => below_here(unknown).ok_or_else(|| Stop::Unknown(Arc::clone(unknown)))?,
        value => convert::to_string(value)?.to_string(),
    };
    if path.starts_with('~') {
        return Err(Stop::undecided(format!("{path} is not read: the home folder differs between machines")));
    }
    Ok(path)
}

fn below_here(unknown: &Unknown) -> Option<String> {
    let (first, rest) = unknown.term.as_ref()?.0.split_first()?;
    if !matches!(first, TermPart::Symbol(name) if &**name == HERE) {
        return None;
    }
    let texts = rest.iter().map(|part| if let TermPart::Text(text) = part { Some(&**text) } else { None });
    texts.collect::<Option<String>>().map(|rest| format!(".{rest}"))
}

pub(super) fn abspath(args: &Args) -> Outcome<Answer> {
    let relative = path(args, 0)?;
    let clean = join("", &relative);
    let given = |value| Ok(Answer::Given(Val { value, at: At { site: args.site, hops: args.val(0)?.at.hops.clone() } }));
    if clean.starts_with('/') {
        return given(Value::string(clean));
    }
    let mut parts = vec![TermPart::Symbol(HERE.into())];
    if !clean.is_empty() {
        parts.push(TermPart::Text(format!("/{clean}").into()));
    }
    let unknown = Unknown::new("absolute paths differ between machines", Some(args.site)).called(Some(Term(parts.into())));
    given(Value::Unknown(Arc::new(unknown)))
}

/// Why a file has no content for Terraform either, or none that is known here.
fn no_content(path: &str, error: &ReadError) -> Stop {
    match error {
        ReadError::Missing => Stop::refused(format!("there is no file {path}")),
        ReadError::Folder => Stop::refused(format!("{path} is a folder")),
        ReadError::Refused(why) => Stop::undecided(format!("{path} {why}")),
    }
}

fn bytes(args: &Args) -> Outcome<(String, Arc<[u8]>)> {
    let path = path(args, 0)?;
    let bytes = args.files.read(&path)?.map_err(|error| no_content(&path, &error))?;
    Ok((path, bytes))
}

/// The text of a file, and where it came from.
pub(super) fn read_text(args: &Args) -> Outcome<Val> {
    let (path, bytes) = bytes(args)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Stop::refused(format!("{path} is not UTF-8")))?;
    let hops = match args.files.file_id(&path, text) {
        Some(file) => {
            // The first line stands for the file.
            let line = text.find('\n').unwrap_or(text.len());
            let line = text.get(..line).map_or(0, |line| line.trim_end().len());
            Hops::from_vec(vec![Hop { label: format!("the file {path}").into(), span: Span::new(file, 0, line), resource: None }])
        }
        None => Hops::default(),
    };
    Ok(Val { value: Value::string(text), at: At { site: args.site, hops } })
}

pub(super) fn file(args: &Args) -> Outcome<Answer> {
    read_text(args).map(Answer::Given)
}

pub(super) fn fileexists(args: &Args) -> Outcome<Answer> {
    let path = path(args, 0)?;
    match args.files.read(&path)? {
        Ok(_) => Ok(Answer::Made(Value::Bool(true))),
        Err(ReadError::Missing) => Ok(Answer::Made(Value::Bool(false))),
        Err(error) => Err(no_content(&path, &error)),
    }
}

pub(super) fn filebase64(args: &Args) -> Outcome<Answer> {
    encode_base64(&bytes(args)?.1)
}

fn digest(args: &Args, digest: fn(&[u8]) -> String) -> Outcome<Answer> {
    Ok(Answer::Made(Value::string(digest(&bytes(args)?.1))))
}

pub(super) fn filemd5(args: &Args) -> Outcome<Answer> {
    digest(args, hash::hex::<Md5>)
}

pub(super) fn filesha1(args: &Args) -> Outcome<Answer> {
    digest(args, hash::hex::<Sha1>)
}

pub(super) fn filesha256(args: &Args) -> Outcome<Answer> {
    digest(args, hash::hex::<Sha256>)
}

pub(super) fn filesha512(args: &Args) -> Outcome<Answer> {
    digest(args, hash::hex::<Sha512>)
}

pub(super) fn filebase64sha256(args: &Args) -> Outcome<Answer> {
    digest(args, hash::base64::<Sha256>)
}

pub(super) fn filebase64sha512(args: &Args) -> Outcome<Answer> {
    digest(args, hash::base64::<Sha512>)
}
