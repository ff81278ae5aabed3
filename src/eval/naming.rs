//! What unknown values are called, so that equal ones are known to be equal, and texts of which some parts are unknown.

use crate::source::Span;
use crate::value::{At, Hops, Term, TermPart, Unknown, Val, Value};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Of longer names a beginning is kept, and what tells them apart.
const LONGEST_NAME: usize = 200;
/// How much is kept of a longer name.
const BEGINNING: usize = 60;

/// What a value is called: a simple one by itself, an unknown one by its term.
pub fn name_of(val: &Val) -> Option<String> {
    match &val.value {
        Value::Null => Some("null".to_owned()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(n) => Some(n.to_string()),
        Value::String(s) => Some(format!("{s:?}")),
        Value::Unknown(unknown) => Some(unknown.term.as_ref()?.to_string()),
        _ => None,
    }
    .map(shortened)
}

/// A name of bounded length. Equal ones stay equal, and others differ but for one case in 2^64.
fn shortened(name: String) -> String {
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    let beginning: String = name.chars().take(BEGINNING).collect();
    format!("{beginning}..{:016x}", hasher.finish())
}

/// What the result of an operator or a function is called.
pub fn called(name: &str, args: &[&Val]) -> Option<String> {
    let args: Vec<String> = args.iter().map(|a| name_of(a)).collect::<Option<_>>()?;
    Some(shortened(format!("{name}({})", args.join(", "))))
}

/// What the opposite of a truth value is called.
pub fn opposite(name: &str) -> String {
    name.strip_prefix('!').map_or_else(|| format!("!{name}"), str::to_owned)
}

/// An unknown value with a name.
pub fn named(val: Val, name: Option<String>) -> Val {
    match (&val.value, name) {
        (Value::Unknown(unknown), Some(name)) => {
            let unknown = unknown.nameless().called(Some(Term::symbol(name)));
            Val { value: Value::Unknown(Arc::new(unknown)), at: val.at }
        }
        _ => val,
    }
}

/// The known and unknown parts of a text; `None` where nothing is known of it.
pub fn parts(val: &Val) -> Option<Vec<TermPart>> {
    match &val.value {
        Value::String(text) => Some(vec![TermPart::Text(Arc::clone(text))]),
        Value::Unknown(unknown) => unknown.term.as_ref().map(|term| term.0.to_vec()),
        _ => None,
    }
}

/// The text that parts make one after the other. Where some of it is not known it is unknown, for this reason.
pub fn text(parts: impl IntoIterator<Item = TermPart>, why: impl FnOnce() -> Unknown) -> Value {
    let mut joined: Vec<TermPart> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (_, TermPart::Text(text)) if text.is_empty() => {}
            (Some(TermPart::Text(before)), TermPart::Text(text)) => *before = format!("{before}{text}").into(),
            (_, part) => joined.push(part),
        }
    }
    match joined.as_slice() {
        [] => Value::string(""),
        [TermPart::Text(text)] => Value::String(Arc::clone(text)),
        _ => Value::Unknown(Arc::new(why().called(Some(Term(joined.into()))))),
    }
}

/// The unknown that one more step leads to: with a name when the old one has a single one.
pub fn further(unknown: &Arc<Unknown>, step: &str, span: Span) -> Arc<Unknown> {
    let joined = |path: &str| match step.strip_prefix('[') {
        _ if path.is_empty() => step.to_owned(),
        Some(_) => format!("{path}{step}"),
        None => format!("{path}.{step}"),
    };
    match unknown.term.as_ref().map(|t| &*t.0) {
        Some([TermPart::Attribute(resource, path)]) => {
            let whole = if path.is_empty() { resource.to_string() } else { format!("{resource}.{path}") };
            let path = joined(path);
            // A resource's own reason is a sentence about it, or about an attribute of it; here it becomes one about this attribute.
            let about = |what: &str| unknown.reason.strip_prefix(what).filter(|rest| rest.starts_with(' '));
            let reason = match about(&whole).or_else(|| about(resource)) {
                Some(rest) => format!("{resource}.{path}{rest}").into(),
                None => Arc::clone(&unknown.reason),
            };
            let term = Some(Term::attribute(resource, path));
            Arc::new(Unknown { reason, span: unknown.span.or(Some(span)), term, choice: unknown.choice.clone() })
        }
        Some([TermPart::Symbol(name)]) => Arc::new((**unknown).clone().called(Some(Term::symbol(joined(name))))),
        _ => Arc::new(unknown.nameless()),
    }
}

/// A value made at `site` from others: it came from where they came.
pub fn made(value: Value, site: Span, from: &[&Val]) -> Val {
    let hops = from.iter().fold(Hops::default(), |hops, v| hops.then(&v.at.hops));
    Val { value, at: At { site, hops } }
}

/// Whether a value is the id of a resource: unknown, but certainly not null.
pub fn is_id(val: &Val) -> bool {
    let term = val.value.as_unknown().and_then(|u| u.term.as_ref());
    match term.map(|t| &*t.0) {
        Some([TermPart::Attribute(_, attribute)]) => &**attribute == "id" || attribute.ends_with(".id"),
        Some(parts) => parts.iter().any(|p| matches!(p, TermPart::Text(t) if !t.is_empty())),
        None => false,
    }
}
