//! Values from parameter files: `.bicepparam` and JSON. The value under test is the pod CIDR of a cluster, as in `templates.rs`.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use common::template::{ABSENT, arm_cluster, arm_template, bicep_cluster, pod_cidr, report};

// A template of which all parameters have values is checked without a file as well: one without a value makes the file count alone.

/// The pod CIDR of a template with these declarations, deployed with a `.bicepparam` file.
#[track_caller]
fn with(declarations: &str, value: &str, bicepparam: &str, others: &[(&str, &str)]) -> String {
    let main = format!("{declarations}\nparam needed string\n{}", bicep_cluster(value));
    let bicepparam = format!("using 'main.bicep'\nparam needed = ''\n{bicepparam}");
    pod_cidr(&[&[("main.bicep", &*main), ("prod.bicepparam", &bicepparam)], others].concat())
}

const CIDR: &str = "param cidr string = 'default'";

#[test]
fn bicepparam_files() {
    let library = "@export()\nvar shared = 'imported'\n@export()\nfunc f(x string) string => '${x}-f'";
    let others = &[("lib.bicep", library), ("values.json", r#"{ "cidr": "loaded" }"#)];
    for (text, expected) in [
        ("param cidr = 'given'", "given"),
        ("", "default"),
        ("param cidr = null", "default"),
        ("var base = 'v'\nparam cidr = '${base}-${toUpper('x')}'", "v-X"),
        ("param other = 'o'\nparam cidr = '${other}!'", "o!"),
        ("import { shared, f } from 'lib.bicep'\nparam cidr = f(shared)", "imported-f"),
        ("import * as lib from 'lib.bicep'\nparam cidr = lib.shared", "imported"),
        ("param cidr = loadJsonContent('values.json').cidr", "loaded"),
        ("param cidr = readEnvironmentVariable('CIDR')", "? what readEnvironmentVariable() gives is known only at deployment"),
        (
            "param cidr = readEnvironmentVariable('CIDR', 'x')",
            "? what readEnvironmentVariable() gives is known only at deployment",
        ),
        ("param cidr = az.getSecret('s', 'g', 'v', 'n')", "? what getSecret() gives is known only at deployment"),
        ("param cidr = externalInput('x.y')", "? what externalInput() gives is known only at deployment"),
        ("param cidr = [for x in ['a', 'b']: x][1]", "b"),
        ("param cidr = missing", "? missing is not declared"),
    ] {
        assert_eq!(with(&format!("{CIDR}\nparam other string = ''"), "cidr", text, others), expected, "{text}");
    }
    let choice = "@allowed(['a', 'b'])\nparam sku string\nparam cidr string";
    assert_eq!(with(choice, "sku == 'a' ? cidr : '10.244.0.0/16'", "param sku = 'a'\nparam cidr = 'x'", &[]), "x");
    let unknown = "param cidr object";
    assert_eq!(with(unknown, "cidr.a", "param cidr = { a: 'x', b: readEnvironmentVariable('B') }", &[]), "x");
}

#[test]
fn bicepparam_files_that_build_on_others() {
    let main = format!("{CIDR}\nparam needed string\nparam more string = 'more'\n{}", bicep_cluster("'${cidr}-${more}'"));
    let base = "using none\nparam cidr = 'base'\nparam more = 'b'";
    let of = |prod: &str, base: &str| {
        let prod = format!("using 'main.bicep'\nextends 'base.bicepparam'\nparam needed = ''\n{prod}");
        pod_cidr(&[("main.bicep", &main), ("base.bicepparam", base), ("prod.bicepparam", &prod)])
    };
    assert_eq!(of("", base), "base-b");
    assert_eq!(of("param more = 'own'", base), "base-own");
    assert_eq!(of("param more = '${base.more}!'", base), "base-b!");
    assert_eq!(of("param more = '${base.more}!'\nparam cidr = more", base), "b!-b!");
    let circle = "using none\nextends 'base.bicepparam'\nparam cidr = 'x'";
    assert_eq!(of("", circle), "? parameter files build on one another in a circle");
    let gone = "using 'main.bicep'\nextends 'gone.bicepparam'\nparam cidr = 'x'";
    let value = pod_cidr(&[("main.bicep", &main), ("prod.bicepparam", gone)]);
    assert_eq!(value, "? gone.bicepparam does not exist or could not be read");
}

fn json(parameters: &str) -> String {
    let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#";
    format!(r#"{{ "$schema": "{schema}", "contentVersion": "1.0.0.0", "parameters": {{ {parameters} }} }}"#)
}

#[test]
fn json_files() {
    let bicep = format!("param cidr string = 'default'\nparam needed string\nparam net object = {{}}\n{}", bicep_cluster("cidr"));
    let arm = arm_template(&format!(
        r#""parameters": {{ "cidr": {{ "type": "string", "defaultValue": "default" }}, "needed": {{ "type": "string" }}, "net": {{ "type": "object", "defaultValue": {{}} }} }},
           "resources": [ {} ]"#,
        arm_cluster("\"[parameters('cidr')]\"")
    ));
    let vault = r#""cidr": { "reference": { "keyVault": { "id": "/x" }, "secretName": "s" } }"#;
    for (parameters, expected) in [
        (r#""cidr": { "value": "given" }"#, "given"),
        (r#""CIDR": { "value": "given" }"#, "given"),
        (r#""cidr": { "value": null }"#, "default"),
        (r#""net": { "value": {} }"#, "default"),
        // In a parameter file nothing is an expression.
        (r#""cidr": { "value": "[concat('a', 'b')]" }"#, "[concat('a', 'b')]"),
        (vault, "? it is a secret in a key vault"),
    ] {
        let file = json(&format!(r#""needed": {{ "value": "" }}, {parameters}"#));
        for template in [("main.bicep", &*bicep), ("main.json", &*arm)] {
            assert_eq!(pod_cidr(&[template, ("main.parameters.json", &file)]), expected, "{parameters} {}", template.0);
        }
    }
    for placeholder in ["${CIDR}", "#{cidr}#", "GEN-UNIQUE", "<cidr>", "__cidr__", "{{ cidr }}"] {
        let file = json(&format!(r#""needed": {{ "value": "" }}, "cidr": {{ "value": "{placeholder}" }}"#));
        let value = pod_cidr(&[("main.bicep", &bicep), ("main.parameters.json", &file)]);
        assert!(value.starts_with("? "), "{placeholder}: {value}");
    }
}

#[test]
fn each_set_of_values_is_checked() {
    let main = format!("param cidr string\n{}", bicep_cluster("cidr"));
    let (_, report) = report(&[
        ("main.bicep", &main),
        ("dev.bicepparam", "using 'main.bicep'\nparam cidr = '10.244.0.0/16'"),
        ("prod.bicepparam", "using 'main.bicep'\nparam cidr = 'wrong'"),
    ]);
    let found: Vec<_> = report.findings.iter().filter(|f| f.rule == "invalid-cidr").collect();
    assert_eq!(found.len(), 1);
    let steps: Vec<&str> = found[0].related.iter().map(|r| &*r.message).collect();
    assert_eq!(steps, ["value of parameter cidr in prod.bicepparam"]);
}

/// What stands behind the pod CIDR.
fn steps(files: &[(&str, &str)]) -> Vec<String> {
    let (_, report) = report(files);
    let finding = report.findings.iter().find(|f| f.rule == "invalid-cidr").unwrap();
    finding.related.iter().map(|r| r.message.to_string()).collect()
}

#[test]
fn each_step_of_a_value_is_told() {
    let aks = format!("param cidr string = 'x'\nvar own = cidr\n{}", bicep_cluster("own"));
    let call = |value: &str| {
        format!("param first string = 'x'\nvar second = first\nmodule aks 'aks.bicep' = {{ name: 'aks', params: {value} }}")
    };
    assert_eq!(steps(&[("aks.bicep", &aks)]), ["variable own", "default of parameter cidr"]);
    let files = |value: &str| steps(&[("main.bicep", &call(value)), ("aks.bicep", &aks)]);
    assert_eq!(files("{}"), ["variable own", "default of parameter cidr"]);
    assert_eq!(files("{ cidr: 'x' }"), ["variable own", "argument cidr of aks"]);
    assert_eq!(
        files("{ cidr: second }"),
        ["variable own", "argument cidr of aks", "variable second", "default of parameter first"]
    );
    let given = steps(&[
        ("main.bicep", &call("{ cidr: second }").replace(" = 'x'\nvar", "\nvar")),
        ("aks.bicep", &aks),
        ("main.bicepparam", "using 'main.bicep'\nvar v = 'x'\nparam first = v"),
    ]);
    assert_eq!(
        given,
        ["variable own", "argument cidr of aks", "variable second", "value of parameter first in main.bicepparam", "variable v"]
    );
    let output = format!("module m 'leaf.bicep' = {{ name: 'm' }}\n{}", bicep_cluster("m.outputs.x"));
    let leaf = "var inner = 'x'\noutput x string = inner";
    assert_eq!(steps(&[("main.bicep", &output), ("leaf.bicep", leaf)]), ["output x of m", "variable inner"]);
    let looped = bicep_cluster("[for c in cidrs: c][0]");
    let looped = format!("var cidrs = ['x']\n{looped}");
    assert_eq!(steps(&[("main.bicep", &looped)]), ["element of cidrs", "variable cidrs"]);
}

#[test]
fn null_from_a_file_for_a_nullable_parameter() {
    assert_eq!(with("param cidr string?", "cidr", "param cidr = null", &[]), ABSENT);
    assert_eq!(with("param cidr string?", "cidr", "", &[]), ABSENT);
}
