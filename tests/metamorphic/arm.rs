//! Mutants of ARM templates.

use crate::edit::{Kind, Literal, Mutant, file, range, replaced};
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
    mutants.extend((0..template.literals.len()).map(|number| template.without_value(number)));
    mutants.extend((0..template.literals.len()).filter_map(|number| template.without_first_name(number)));
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

    /// One literal is a parameter that has no value.
    fn without_value(&self, number: usize) -> Mutant {
        let Literal { at, kind } = &self.literals[number];
        self.parameter(at, word(*kind), "[parameters('mutant')]".to_owned(), self.text(at).trim_matches('"'))
    }

    /// Of `"vnet/subnet"` only the last part has a value.
    fn without_first_name(&self, number: usize) -> Option<Mutant> {
        let at = &self.literals[number].at;
        let (first, last) = self.text(at).trim_matches('"').split_once('/')?;
        let is_name = first.starts_with(char::is_alphabetic) && !last.contains('/');
        is_name.then(|| self.parameter(at, "string", format!("[concat(parameters('mutant'), '/{last}')]"), first))
    }

    /// A place in which a parameter without a value is used; `value` is what it had.
    fn parameter(&self, at: &Range<usize>, kind: &str, new: String, value: &str) -> Mutant {
        let parameter = format!(r#""mutant": {{ "type": "{kind}" }}"#);
        let edits = vec![(at.clone(), format!("\"{new}\"")), self.declared("parameters", &[parameter])];
        let line = self.code[..at.start].lines().count();
        let what = format!("{} in line {line} without the value {value}", self.text(at));
        Mutant::unknown(&what, vec![(FILE, replaced(self.code, edits))])
            .calls("parameters('mutant')".to_owned(), value.to_owned())
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
