//! Templates that nobody would write on purpose: a clear message or an unknown value, and always an end, in little time and memory.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use common::template::{arm_cluster, arm_template, bicep_cluster, report};
use std::fmt::Write as _;

/// What is said of the pod CIDR of the first cluster, in few words; all that is undecided, where there is none.
fn said(files: &[(&str, &str)]) -> String {
    let (_, report) = report(files);
    let found = report.findings.iter().filter(|f| f.rule == "invalid-cidr").map(|f| f.message.clone());
    let undecided = report.undecided.iter().filter(|u| u.rule == "invalid-cidr").map(|u| format!("? {}", u.why.reason));
    let wrong = report.unreadable.iter().map(|u| format!("! {u:?}"));
    found.chain(undecided).chain(wrong).next().unwrap_or_default()
}

#[track_caller]
fn says(declarations: &str, value: &str, part: &str) {
    let said = said(&[("main.bicep", &format!("{declarations}\n{}", bicep_cluster(value)))]);
    assert!(said.contains(part), "{part:?} is not in {said:?}");
}

const TOO_MUCH: &str = "this template takes too much work";

/// Declarations, each made of the one before it.
fn chain(count: usize, first: &str, each: impl Fn(&str) -> String) -> String {
    let mut text = format!("var a0 = {first}\n");
    for i in 1..count {
        writeln!(text, "var a{i} = {}", each(&format!("a{}", i - 1))).unwrap();
    }
    text
}

#[test]
fn values_that_grow_without_end() {
    let lists = chain(40, "[1, 1, 1, 1]", |a| format!("[{a}, {a}, {a}, {a}]"));
    says(&lists, "a39 == a38 ? 'a' : 'b'", "the value has more than");
    let objects = chain(40, "{ x: 'x' }", |a| format!("{{ a: {a}, b: {a}, c: {a} }}"));
    says(&objects, "string(a39)", "the value");
    let texts = chain(40, "'xxxxxxxxxx'", |a| format!("'${{{a}}}${{{a}}}'"));
    says(&texts, "a39", "more than 1 MiB");
    // In the body of a resource, all of it would be walked.
    let tags = bicep_cluster("'wrong'").replace("name: 'c'", "name: 'c'\n  tags: a39");
    for laughs in [&lists, &objects] {
        assert!(said(&[("main.bicep", &format!("{laughs}\n{tags}"))]).contains("wrong"));
    }
    let vnet = "resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = { name: 'v', properties: { x: a39, y: 'wrong' } }";
    says(&format!("{objects}\n{vnet}"), "string(vnet.properties)", "? ");
    let module = format!("module m 'm.bicep' = {{ name: 'm', params: {{ all: a39 }} }}\n{objects}");
    let called = format!("param all object\n{}", bicep_cluster("all.a.b.c.wrong"));
    assert!(said(&[("main.bicep", &module), ("m.bicep", &called)]).contains("there is no property wrong"));
    let deep = "var deep = reduce(range(0, 9999), [], (all, x) => [all])";
    let tags = bicep_cluster("'wrong'").replace("name: 'c'", "name: 'c'\n  tags: { deep: deep }");
    assert!(said(&[("main.bicep", &format!("{deep}\n{tags}"))]).contains("wrong"));
}

#[test]
fn loops_without_end() {
    let nested = (0..9).fold("1".to_owned(), |inner, i| format!("[for v{i} in range(0, 10000): {inner}]"));
    says(&format!("var a = {nested}"), "string(a[0])", TOO_MUCH);
    says("var long = join(range(0, 200000), ',')\nvar a = [for i in range(0, 10000): '${long}${i}']", "a[9999]", "? ");
    says(
        "var big = toObject(range(0, 10000), i => 'k${i}')\nvar a = [for i in range(0, 10000): { ...big, x: i }]",
        "string(a[9999].x)",
        TOO_MUCH,
    );
    says("var a = range(0, 1000000000)", "string(a[5])", "? ");
    let many = "resource v 'Microsoft.Network/virtualNetworks@2024-05-01' = [for i in range(0, 1000000): { name: 'v${i}' }]";
    says(many, "v[5].name", "? ");
    let lambdas = "func f(x string) string => x == 'a' ? f('${x}b') : f('${x}c')\nparam p string";
    says(lambdas, "f(p)", "? ");
}

#[test]
fn chains_without_end() {
    let vars = chain(5_000, "'x'", |a| a.to_owned());
    says(&vars, "a4999", "this value is nested too deeply");
    let members = chain(400, "{ a: 'x' }", |a| format!("{a}{}", ".?a".repeat(150)));
    says(&members, "a399", "this value is nested too deeply");
    let mut resources = String::from("resource r0 'Microsoft.Network/virtualNetworks@2024-05-01' = { name: 'r' }\n");
    for i in 1..2_000 {
        let before = i - 1;
        writeln!(
            resources,
            "resource r{i} 'Microsoft.Network/virtualNetworks@2024-05-01' = {{ name: '${{r{before}.name}}${{r{before}.name}}' }}"
        )
        .unwrap();
    }
    says(&resources, "r1999.name", "? ");
    let mut children = String::new();
    for i in 0..150 {
        writeln!(children, "resource c{i} 'c{i}@2024-05-01' = {{ name: 'c{i}'").unwrap();
    }
    let nested =
        format!("resource top 'Microsoft.Network/virtualNetworks@2024-05-01' = {{ name: 't'\n{children}{}}}", "}\n".repeat(150));
    let path: String = (0..150).map(|i| format!("::c{i}")).collect();
    says(&nested, &format!("last(split(top{path}.id, '/'))"), "");
}

#[test]
fn modules_that_multiply() {
    let mut files: Vec<(String, String)> = (0..30)
        .map(|i| {
            let next = format!("m{}.bicep", i + 1);
            (format!("m{i}.bicep"), format!("module a '{next}' = {{ name: 'a' }}\nmodule b '{next}' = {{ name: 'b' }}"))
        })
        .collect();
    files.push(("m30.bicep".to_owned(), bicep_cluster("'wrong'")));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (_, report) = report(&files);
    let reasons: Vec<&str> = report.undecided.iter().map(|u| &*u.why.reason).collect();
    assert!(reasons.contains(&"modules call one another too often to be worked out"), "{reasons:?}");
    let looped = "module m 'm.bicep' = [for i in range(0, 50): { name: 'm${i}' }]";
    let inner = "module n 'n.bicep' = [for i in range(0, 2000): { name: 'n${i}' }]";
    let leaf = format!(
        "resource v 'Microsoft.Network/virtualNetworks@2024-05-01' = [for i in range(0, 2000): {{ name: 'v${{i}}' }}]\n{}",
        bicep_cluster("'wrong'")
    );
    assert!(said(&[("main.bicep", looped), ("m.bicep", inner), ("n.bicep", &leaf)]).contains("wrong"));
}

#[test]
fn very_many_resources() {
    let mut resources = String::new();
    for i in 0..2_000 {
        write!(
            resources,
            r#"{{ "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2024-05-01", "name": "v{i}",
  "properties": {{ "x": "[reference(resourceId('Microsoft.Network/virtualNetworks', 'v{}')).x]", "y": "[reference('v{}').x]" }} }},"#,
            i + 1,
            i + 2
        )
        .unwrap();
    }
    let text = arm_template(&format!(r#""resources": [ {resources} {} ]"#, arm_cluster("\"wrong\"")));
    assert!(said(&[("azuredeploy.json", &text)]).contains("wrong"));
    let slashes = format!("'{}'", "/a".repeat(200_000));
    says(&format!("var s = {slashes}"), "s", "");
    let tags = bicep_cluster("'wrong'").replace("name: 'c'", "name: 'c'\n  tags: { a: s, b: s, c: '${resourceGroup().id}${s}' }");
    assert!(said(&[("main.bicep", &format!("var s = {slashes}\n{tags}"))]).contains("wrong"));
}

#[test]
fn what_is_no_template() {
    for text in
        ["{", "[]", "null", "{ \"resources\": 5 }", "{ \"$schema\": \"deploymentTemplate.json\", \"resources\": { \"a\": 5 } }"]
    {
        said(&[("azuredeploy.json", text)]);
    }
    let odd = [
        r#""parameters": [], "resources": []"#,
        r#""parameters": { "a": 5 }, "variables": [], "resources": [ 5, null, {}, { "type": 5 } ]"#,
        r#""resources": [ { "type": "Microsoft.ContainerService/managedClusters", "apiVersion": 5, "name": null, "properties": 7, "copy": 3, "condition": {} } ]"#,
        r#""resources": [ { "type": "Microsoft.Resources/deployments", "apiVersion": "1", "name": "n", "properties": { "template": 5, "parameters": 5 } } ]"#,
        r#""outputs": 5, "functions": 5, "definitions": 5, "resources": []"#,
    ];
    for members in odd {
        said(&[("azuredeploy.json", &arm_template(members))]);
    }
    for text in [
        "resource c 'Microsoft.ContainerService/managedClusters@2025-05-01' = 5",
        "resource c '' = {}",
        "module m '' = {}",
        "param = 5",
        "= = =",
    ] {
        said(&[("main.bicep", text)]);
    }
}
