//! Terraform code in its JSON syntax.

use crate::edit::range;
use overlint::syntax::hcl::ast::{Block, Body, Expr, ExprKind};
use serde_json::{Map, Value, json};

/// A file with one block.
pub fn file(block: &Block, code: &str) -> Value {
    let mut value = content(&block.body, code, &block.keyword);
    for label in block.labels.iter().rev() {
        value = json!({ (&**label): value });
    }
    json!({ (&*block.keyword): value })
}

/// What is in a block; `keyword` is that of the block at the top.
fn content(body: &Body, code: &str, keyword: &str) -> Value {
    let mut all = Map::new();
    for attribute in &body.attributes {
        let plain = match keyword {
            "variable" | "terraform" => true,
            _ => matches!(&*attribute.name, "depends_on" | "provider" | "ignore_changes"),
        };
        let is_condition = matches!(&*attribute.name, "condition" | "error_message");
        all.insert(attribute.name.to_string(), value(&attribute.expr, code, plain && !is_condition));
    }
    for block in &body.blocks {
        let mut inner = content(&block.body, code, keyword);
        for label in block.labels.iter().rev() {
            inner = json!({ (&**label): inner });
        }
        let list = all.entry(block.keyword.to_string()).or_insert_with(|| json!([]));
        list.as_array_mut().unwrap().push(inner);
    }
    Value::Object(all)
}

/// An expression; `plain` where JSON has names and types as they are, and no templates.
fn value(expr: &Expr, code: &str, plain: bool) -> Value {
    let text = &code[range(expr.span)];
    match &expr.kind {
        ExprKind::Null => Value::Null,
        ExprKind::Bool(truth) => json!(truth),
        ExprKind::Number(_) => serde_json::from_str(text).unwrap_or_else(|_| json!(format!("${{{text}}}"))),
        ExprKind::String(string) if plain => json!(&**string),
        ExprKind::String(string) => json!(string.replace("${", "$${").replace("%{", "%%{")),
        ExprKind::Tuple(items) => items.iter().map(|item| value(item, code, plain)).collect(),
        ExprKind::Object(entries) if entries.iter().all(|(key, _)| matches!(key.kind, ExprKind::String(_))) => {
            let entry = |(key, of): &(Expr, Expr)| {
                let ExprKind::String(key) = &key.kind else { unreachable!("they were looked at") };
                (key.to_string(), value(of, code, plain))
            };
            Value::Object(entries.iter().map(entry).collect())
        }
        _ if plain => json!(text),
        _ => json!(format!("${{{text}}}")),
    }
}
