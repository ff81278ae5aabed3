//! The JSON schema of configuration files, for editors.

use super::KEYS;
use crate::rules::{Document, RULES};
use serde_json::{Map, Value, json};

/// The schema. `docs/overlint.schema.json` has the same.
pub fn schema() -> Value {
    let mut schema = object("", "What overlint is to know of a project. Paths start from the folder of the file.");
    if let Value::Object(schema) = &mut schema {
        schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        schema.insert("title".to_owned(), json!("overlint.toml"));
    }
    schema
}

/// A table with the keys that the parser takes.
fn object(head: &str, about: &str) -> Value {
    let keys = KEYS.iter().filter(|(known, _)| *known == head).flat_map(|(_, keys)| *keys);
    let properties: Map<String, Value> = keys.map(|key| ((*key).to_owned(), property(head, key))).collect();
    json!({ "type": "object", "description": about, "additionalProperties": false, "properties": properties })
}

/// A list of tables; some keys each must have.
fn objects(head: &str, about: &str, required: &str) -> Value {
    let mut items = object(head, about);
    if let Value::Object(items) = &mut items {
        items.insert("required".to_owned(), json!([required]));
    }
    json!({ "type": "array", "items": items })
}

/// What may stand under a key, and what it means.
fn property(head: &str, key: &str) -> Value {
    match (head, key) {
        ("", "arm") => objects("[[arm]]", "A template, and the sets of parameter files that it is checked with.", "template"),
        ("", "terraform") => {
            objects("[[terraform]]", "A root module, and the sets of variable files that it is checked with.", "root")
        }
        ("", "network") => object("[network]", "Networks that clusters reach and that are not in the code."),
        ("", "rules") => rules(),
        ("", "as-of") => json!({
            "type": "string",
            "format": "date",
            "description": "Check against what Azure accepted on this day, such as 2023-11-28. --as-of wins.",
        }),
        ("", "exclude") => texts(
            "Files and folders that are not checked by themselves: patterns as in .gitignore. What others refer to is still read.",
        ),
        ("[network]", "on-premises") => {
            texts("Ranges on premises, behind VPN gateways and ExpressRoute. A list that is there is taken to be complete.")
        }
        ("[network]", "peered") => {
            texts("Ranges of connected VNets that are not in the code. A list that is there is taken to be complete.")
        }
        ("[[terraform]]", "root") => text("The folder of the root module."),
        ("[[terraform]]", "workspace") => text("The value of terraform.workspace."),
        ("[[terraform]]", "var-files") => {
            sets("The sets of variable files: a file, or a list of files of which the last one wins.")
        }
        ("[[arm]]", "template") => text("The template: an ARM template or a Bicep file."),
        ("[[arm]]", "parameters") => sets("The sets of parameter files: a file, or a list of files of which the last one wins."),
        _ => Value::Bool(true),
    }
}

fn text(about: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "description": about })
}

fn texts(about: &str) -> Value {
    json!({ "type": "array", "items": { "type": "string", "minLength": 1 }, "description": about })
}

fn sets(about: &str) -> Value {
    let file = json!({ "type": "string", "minLength": 1 });
    let files = json!({ "type": "array", "items": file });
    json!({ "type": "array", "items": { "anyOf": [file, files] }, "description": about })
}

/// All rules, each with its title.
fn rules() -> Value {
    let rule = |rule: &crate::rules::Rule| {
        let title = Document::parse(rule.document).unwrap_or_default().title;
        (rule.name.to_owned(), json!({ "description": title, "enum": ["off", "note", "warning", "error"] }))
    };
    let properties: Map<String, Value> = RULES.iter().map(rule).collect();
    json!({
        "type": "object",
        "description": "How bad the findings of rules are, or that a rule is off.",
        "additionalProperties": false,
        "properties": properties,
    })
}
