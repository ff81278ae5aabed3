//! Mutants of ARM templates.

use crate::edit::{Kind, Literal, Mutant, file, half, range, replaced};
use overlint::syntax::json::{self, Node, Value};
use serde_json::{Map, json};
use std::ops::Range;

const FILE: &str = "azuredeploy.json";
/// Names of members whose values are no values of the resource.
const FIXED: &[&str] =
    &["type", "apiVersion", "dependsOn", "copy", "template", "expressionEvaluationOptions", "metadata", "comments"];

/// All mutants of a template.
pub fn mutants(code: &str) -> Vec<Mutant> {
    let root = json::parse(file(), code).root;
    let mut literals = Vec::new();
    root.get("resources").iter().for_each(|resources| in_node(resources, &mut literals));
    let template = Template { code, root, literals };
    let mut mutants = vec![template.with_defaults(), template.with_variables(), template.reversed()];
    mutants.push(Mutant::same("lines end in CRLF", vec![(FILE, code.replace('\n', "\r\n"))]));
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(code) {
        mutants.push(Mutant::same("minified", vec![(FILE, value.to_string())]));
        mutants.push(nested(value));
    }
    mutants.push(template.without_any_value());
    mutants.extend(template.literals.iter().flat_map(|literal| template.without_value(literal)));
    mutants
}

struct Template<'c> {
    code: &'c str,
    root: Node,
    literals: Vec<Literal>,
}

impl Template<'_> {
    fn text(&self, at: &Range<usize>) -> &str {
        &self.code[at.clone()]
    }

    /// The code with all literals moved into a member of the template.
    fn moved(&self, member: &str, declare: impl Fn(&str, &str) -> String) -> String {
        let all = || self.literals.iter().enumerate();
        let mut edits: Vec<_> = all().map(|(number, l)| (l.at.clone(), format!("\"[{member}('mutant{number}')]\""))).collect();
        let declared = all().map(|(number, l)| format!("\"mutant{number}\": {}", declare(word(l.kind), self.text(&l.at))));
        edits.push(self.declared(member, &declared.collect::<Vec<_>>()));
        replaced(self.code, edits)
    }

    /// The edit that adds to a member of the template, which it may not have.
    fn declared(&self, member: &str, more: &[String]) -> (Range<usize>, String) {
        let more = more.join(",\n");
        let (node, text) = match self.root.get(member) {
            Some(node) if node.members().is_empty() || more.is_empty() => (node, more),
            Some(node) => (node, format!("{more},\n")),
            None => (&self.root, format!("\"{member}\": {{ {more} }},\n")),
        };
        let at = range(node.span).start + 1;
        (at..at, text)
    }

    fn with_defaults(&self) -> Mutant {
        let code = self.moved("parameters", |kind, text| format!(r#"{{ "type": "{kind}", "defaultValue": {text} }}"#));
        self.named("parameters", Mutant::same("literals are defaults of parameters", vec![(FILE, code)]))
    }

    fn with_variables(&self) -> Mutant {
        let code = self.moved("variables", |_, text| text.to_owned());
        self.named("variables", Mutant::same("literals are variables", vec![(FILE, code)]))
    }

    /// Resources are called by their names as they are written.
    fn named(&self, member: &str, mutant: Mutant) -> Mutant {
        self.literals.iter().enumerate().rev().fold(mutant, |mutant, (number, literal)| {
            mutant.calls(format!("{member}('mutant{number}')"), self.text(&literal.at).trim_matches('"').to_owned())
        })
    }

    fn reversed(&self) -> Mutant {
        let resources = self.root.get("resources").unwrap();
        let members = resources.members().iter().map(|m| range(m.name_span.to(m.value.span)));
        let places: Vec<_> = resources.items().iter().map(|item| range(item.span)).chain(members).collect();
        let edits = places.iter().zip(places.iter().rev()).map(|(at, from)| (at.clone(), self.text(from).to_owned()));
        Mutant::same("resources in reverse", vec![(FILE, replaced(self.code, edits.collect()))])
    }

    fn without_any_value(&self) -> Mutant {
        let code = self.moved("parameters", |kind, _| format!(r#"{{ "type": "{kind}" }}"#));
        self.named("parameters", Mutant::unknown("all without values", vec![(FILE, code)]))
    }

    /// One literal, or a part of it, is a parameter that has no value, or hangs on one.
    fn without_value(&self, literal: &Literal) -> Vec<Mutant> {
        let text = self.text(&literal.at);
        let mut mutants = vec![self.parameter(literal, word(literal.kind), "parameters('mutant')", text)];
        let Some(quoted) = text.strip_prefix('"').filter(|quoted| !quoted.contains('\'')) else { return mutants };
        let plain = quoted.trim_matches('"');
        mutants.push(self.parameter(literal, "bool", &format!("if(parameters('mutant'), '{plain}', null())"), text));
        if let Some(end) = half(quoted) {
            let (end, start) = (end.trim_matches('"'), &plain[..quoted.len() / 2]);
            mutants.push(self.parameter(literal, "string", &format!("concat(parameters('mutant'), '{end}')"), start));
        }
        // Of `"vnet/subnet"` the first name.
        if let Some((first, last)) = plain.split_once('/').filter(|(first, last)| !first.is_empty() && !last.contains('/')) {
            mutants.push(self.parameter(literal, "string", &format!("concat(parameters('mutant'), '/{last}')"), first));
        }
        mutants
    }

    /// An expression in which a parameter without a value is used; `value` is what it had.
    fn parameter(&self, literal: &Literal, kind: &str, new: &str, value: &str) -> Mutant {
        let at = &literal.at;
        let parameter = format!(r#""mutant": {{ "type": "{kind}" }}"#);
        let edits = vec![(at.clone(), format!("\"[{new}]\"")), self.declared("parameters", &[parameter])];
        let line = self.code[..at.start].lines().count();
        let what = format!("{} in line {line} is {new}", self.text(at));
        let make = if new == "parameters('mutant')" { Mutant::unknown } else { Mutant::unknown_in_part };
        let mutant = make(&what, vec![(FILE, replaced(self.code, edits))]);
        // A resource is called by its name as it is written.
        let whole = self.text(at).trim_matches('"').to_owned();
        mutant.calls(new.to_owned(), whole).calls("parameters('mutant')".to_owned(), value.trim_matches('"').to_owned())
    }
}

/// All of it in a deployment with a scope of its own; its parameters are passed on where they have no default.
fn nested(template: serde_json::Value) -> Mutant {
    let mut outer = Map::new();
    let mut passed = Map::new();
    for (name, parameter) in template["parameters"].as_object().into_iter().flatten() {
        if parameter.get("defaultValue").is_none() {
            outer.insert(name.clone(), parameter.clone());
            passed.insert(name.clone(), json!({ "value": format!("[parameters('{name}')]") }));
        }
    }
    let mut root = json!({
        "$schema": template["$schema"],
        "contentVersion": "1.0.0.0",
        "parameters": outer,
        "resources": [{
            "type": "Microsoft.Resources/deployments",
            "apiVersion": "2022-09-01",
            "name": "mutant",
            "properties": {
                "mode": "Incremental",
                "expressionEvaluationOptions": { "scope": "inner" },
                "parameters": passed,
            },
        }],
    });
    if let Some(types) = template.get("definitions") {
        root["definitions"] = types.clone();
    }
    root["resources"][0]["properties"]["template"] = template;
    Mutant::same("in a deployment", vec![(FILE, root.to_string())]).within("deployments/mutant.")
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "string",
        Kind::Number => "int",
        Kind::Bool => "bool",
    }
}

fn in_node(node: &Node, found: &mut Vec<Literal>) {
    node.items().iter().for_each(|item| in_node(item, found));
    for member in node.members().iter().filter(|member| !FIXED.contains(&&*member.name)) {
        in_node(&member.value, found);
    }
    let kind = match &node.value {
        Value::String(text) if !text.starts_with('[') => Kind::String,
        Value::Number(_) => Kind::Number,
        Value::Bool(_) => Kind::Bool,
        _ => return,
    };
    found.push(Literal { at: range(node.span), kind });
}
