//! Where overlint knows more than Terraform: whether it holds for what the unknown variables may turn out to be.

use crate::vectors::{ERROR, UNKNOWN};
use serde_json::Value as Json;

/// Some values for the variables without one. For each of these sets of values Terraform is asked what an expression really gives.
const VALUES: &[&[(&str, &str)]] = &[
    &[
        ("u", "\"a\""),
        ("u_string", "\"a\""),
        ("u_number", "1"),
        ("u_bool", "true"),
        ("u_list", "[\"a\"]"),
        ("u_set", "[\"a\"]"),
        ("u_map", "{ a = \"x\" }"),
        ("u_object", "{ name = \"n\" }"),
    ],
    &[
        ("u", "[1, \"b\"]"),
        ("u_string", "\"10\""),
        ("u_number", "0"),
        ("u_bool", "false"),
        ("u_list", "[]"),
        ("u_set", "[\"b\", \"z\"]"),
        ("u_map", "{}"),
        ("u_object", "{ name = \"q\", size = 5 }"),
    ],
    &[
        ("u", "{ a = 1 }"),
        ("u_string", "\"\""),
        ("u_number", "-2.5"),
        ("u_bool", "true"),
        ("u_list", "[\"x\", \"a\", \"y\"]"),
        ("u_set", "[]"),
        ("u_map", "{ one = \"1\", b = \"2\" }"),
        ("u_object", "null"),
    ],
];

/// The contexts in which all variables have values.
pub fn contexts(context: &str) -> Vec<String> {
    let with = |context: String, (name, value): &(&str, &str)| {
        let start = format!("variable \"{name}\" {{");
        let rest = if *name == "u" { "}" } else { "" };
        context.replace(&format!("{start}{rest}"), &format!("{start}\n  default = {value}\n{rest}"))
    };
    VALUES.iter().map(|values| values.iter().fold(context.to_owned(), with)).collect()
}

/// Whether what overlint says of an expression holds for what Terraform makes of it once all is known. An error then says nothing, unless
/// overlint claims one: the value that was given may be one that the code does not allow.
pub fn covers(overlint: &str, terraform: &str) -> bool {
    match (overlint, terraform) {
        (UNKNOWN, _) | (_, UNKNOWN) => true,
        (ERROR, _) => terraform == ERROR,
        (_, ERROR) => true,
        _ => {
            let [ours, theirs] = [overlint, terraform].map(|text| without_types(serde_json::from_str(text).unwrap()));
            json_covers(&ours, &theirs)
        }
    }
}

fn json_covers(overlint: &Json, terraform: &Json) -> bool {
    match (overlint, terraform) {
        (Json::Object(a), _) if a.contains_key("$unknown") => true,
        // An unknown element may be equal to another one.
        (Json::Object(a), Json::Object(_)) if a.contains_key("$set") && overlint.to_string().contains("$unknown") => true,
        (Json::Object(a), Json::Object(b)) => {
            let known = a.iter().filter(|(key, _)| *key != "$open").all(|(key, x)| b.get(key).is_some_and(|y| json_covers(x, y)));
            known && (a.contains_key("$open") || a.len() == b.len())
        }
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(x, y)| json_covers(x, y)),
        _ => overlint == terraform || simple(overlint).is_some_and(|text| simple(terraform) == Some(text)),
    }
}

/// The text that a simple value converts to: with the type of an unknown beside it, its own type may be open.
fn simple(json: &Json) -> Option<String> {
    match json {
        Json::Bool(_) | Json::Number(_) => Some(json.to_string()),
        Json::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// An answer without what tells lists from tuples and maps from objects, for the same reason.
fn without_types(json: Json) -> Json {
    match json {
        Json::Object(entries) if entries.len() == 1 && (entries.contains_key("$list") || entries.contains_key("$map")) => {
            without_types(entries.into_values().next().unwrap())
        }
        Json::Object(entries) => {
            entries.into_iter().map(|(key, value)| (key, without_types(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Json::Array(items) => items.into_iter().map(without_types).collect(),
        other => other,
    }
}
