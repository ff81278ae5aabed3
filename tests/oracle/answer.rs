//! overlint's answer to an expression.

use crate::vectors::{ERROR, UNKNOWN};
use overlint::config::Config;
use overlint::eval::terraform::{Modules, outputs};
use overlint::source::Sources;
use overlint::value::{Val, Value};
use rayon::prelude::*;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// A number of an answer, however it was written.
pub fn number(number: f64) -> Json {
    let whole = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
    match number.is_finite() {
        true if whole => json!(number as i64),
        true => json!(number),
        false => json!({"$too_large": 1}),
    }
}

/// A part that is not known.
pub fn unknown() -> Json {
    json!({"$unknown": 1})
}

/// An answer as text.
pub fn text(answer: &Json) -> String {
    if *answer == unknown() { UNKNOWN.to_owned() } else { answer.to_string() }
}

fn plain(value: &Value) -> Json {
    let all = |items: &[Val]| items.iter().map(|item| plain(&item.value)).collect::<Json>();
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => json!(truth),
        Value::Number(n) => number(*n),
        Value::String(text) => json!(text.as_ref()),
        Value::List(items) if items.typed => json!({"$list": all(items)}),
        Value::List(items) => all(items),
        Value::Set(items) => json!({"$set": all(items)}),
        Value::Map(map) => {
            let entries = map.entries.iter().map(|(key, item)| (key.to_string(), plain(&item.value)));
            let open = map.open.iter().map(|_| ("$open".to_owned(), json!(1)));
            let entries: Json = entries.chain(open).collect::<serde_json::Map<_, _>>().into();
            if map.typed { json!({"$map": entries}) } else { entries }
        }
        Value::Unknown(_) => unknown(),
    }
}

/// So many expressions are put into one module.
const BATCH: usize = 100;

/// The outputs of a configuration in one file; `None` if the file has mistakes.
fn evaluate(main: &str) -> Option<BTreeMap<String, Value>> {
    let mut sources = Sources::new();
    sources.add("main.tf", main.as_bytes());
    let (modules, errors) = Modules::read(&sources, &[]);
    let outputs = outputs("", &modules, &sources, &Config::default(), &BTreeMap::new());
    errors.is_empty().then(|| outputs.into_iter().map(|(name, val)| (name.to_string(), val.value)).collect())
}

/// The answers to some expressions. Whether overlint takes one for an error is what its own `can` says, as with Terraform.
fn batch(context: &str, expressions: &[&str]) -> Vec<String> {
    let output = |(i, e): (usize, &&str)| {
        format!("output \"v{i}\" {{\n  value = (\n{e}\n)\n}}\noutput \"c{i}\" {{\n  value = can(\n{e}\n)\n}}\n")
    };
    let main = format!("{context}\n{}", expressions.iter().enumerate().map(output).collect::<String>());
    match (evaluate(&main), expressions) {
        (Some(outputs), _) => {
            let can = |i| !matches!(outputs.get(&format!("c{i}")), Some(Value::Bool(false)));
            let value = |i| outputs.get(&format!("v{i}")).filter(|_| can(i)).map(|value| text(&plain(value)));
            (0..expressions.len()).map(|i| value(i).unwrap_or_else(|| ERROR.to_owned())).collect()
        }
        (None, [_]) => vec![ERROR.to_owned()],
        (None, _) => expressions.iter().flat_map(|e| batch(context, &[e])).collect(),
    }
}

/// overlint's answers to expressions, in order.
pub fn answers(context: &str, expressions: &[&str]) -> Vec<String> {
    let all = || expressions.par_chunks(BATCH).flat_map_iter(|some| batch(context, some)).collect();
    overlint::with_threads(0, all).unwrap()
}
