//! What several templates come out as together: modules, imports, files that they load. The value under test is the pod CIDR of a cluster,
//! as in `templates.rs`.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use common::template::{ABSENT, arm_cluster, arm_template, bicep_cluster, pod_cidr, pod_cidrs, report};

/// The value of an expression in a file beside others.
#[track_caller]
fn all(others: &[(&str, &str)], declarations: &str, cases: &[(&str, &str)]) {
    let differ = |(expression, expected): &(&str, &str)| {
        let main = format!("{declarations}\n{}", bicep_cluster(expression));
        let value = pod_cidr(&[&[("main.bicep", &*main)], others].concat());
        (value != *expected).then(|| format!("{expression}: {value} instead of {expected}"))
    };
    let wrong: Vec<String> = cases.iter().filter_map(differ).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn outputs() {
    let leaf = "param name string = 'leaf'
param list array = []
param extra object = {}
output name string = name
output list array = [for x in list: '${name}-${x}']
output nested object = { deep: { value: 'd' }, extra: extra }
output never string = missing";
    let middle = "param name string
module leaf 'leaf.bicep' = { name: 'leaf', params: { name: '${name}!' } }
output up string = leaf.outputs.name";
    let compiled = arm_template(
        r#""parameters": { "in": { "type": "string" } }, "resources": [],
           "outputs": { "out": { "type": "string", "value": "[concat(parameters('in'), '-arm')]" } }"#,
    );
    let declarations = "param any string
module leaf './modules/leaf.bicep' = { name: 'l', params: { list: ['a', 'b'] } }
module middle './modules/middle.bicep' = { name: 'm', params: { name: 'given' } }
module open './modules/leaf.bicep' = { name: 'o', params: { name: any } }
module arm './modules/compiled.json' = { name: 'a', params: { in: leaf.outputs.name } }
module gone './modules/gone.bicep' = { name: 'g' }
module far 'br:example.azurecr.io/some/thing:1.0' = { name: 'f' }
module loops './modules/leaf.bicep' = [for (n, i) in ['x', 'y']: { name: 'p${i}', params: { name: n } }]
module chosen './modules/leaf.bicep' = if (false) { name: 'c' }
param unknown array
module unsure './modules/leaf.bicep' = [for n in unknown: { name: 'u${n}', params: { name: 'known' } }]
module LOUD './Modules/LEAF.bicep' = { name: 'LOUD' }";
    all(
        &[("modules/leaf.bicep", leaf), ("modules/middle.bicep", middle), ("modules/compiled.json", &compiled)],
        declarations,
        &[
            ("leaf.outputs.name", "leaf"),
            ("leaf.outputs.list[1]", "leaf-b"),
            ("leaf.outputs.nested.deep.value", "d"),
            ("leaf.outputs['name']", "leaf"),
            ("leaf.name", "l"),
            ("leaf.outputs.none", "? leaf has no output none"),
            ("leaf.outputs.?none ?? 'none'", "none"),
            ("leaf.outputs.never", "? missing is not declared"),
            ("middle.outputs.up", "given!"),
            ("open.outputs.name", "? parameter any has no value"),
            ("open.outputs.name == any ? 'same' : 'other'", "same"),
            ("arm.outputs.out", "leaf-arm"),
            ("gone.outputs.x", "? ./modules/gone.bicep does not exist or could not be read"),
            ("far.outputs.x", "? the module br:example.azurecr.io/some/thing:1.0 is not in this repository"),
            ("loops[1].outputs.name", "y"),
            ("map(loops, m => m.outputs.name)[0]", "x"),
            ("[for i in range(0, 2): loops[i].outputs.name][1]", "y"),
            ("loops[2].outputs.name", "? there are only 2 of these"),
            ("chosen.?outputs.name ?? 'none'", "none"),
            ("chosen.?outputs.?name ?? 'none'", "none"),
            ("unsure[0].outputs.name", "known"),
            ("length(unsure) == 2 ? 'two' : 'two'", "two"),
            ("LOUD.outputs.name", "leaf"),
        ],
    );
}

/// A module with a cluster and these declarations; the pod CIDR is its parameter `cidr`.
fn module(declarations: &str, value: &str) -> String {
    format!("{declarations}\n{}", bicep_cluster(value))
}

fn called(main: &str, declarations: &str, value: &str) -> Vec<String> {
    pod_cidrs(&[("main.bicep", main), ("aks.bicep", &module(declarations, value))])
}

#[test]
fn arguments() {
    let call = |params: &str| {
        format!("param unknown object\nparam text string\nmodule aks 'aks.bicep' = {{ name: 'aks', params: {params} }}")
    };
    let one = |params: &str, declarations: &str, value: &str| called(&call(params), declarations, value).join(" | ");
    let cidr = "param cidr string = 'default'";
    assert_eq!(one("{ cidr: 'given' }", cidr, "cidr"), "given");
    assert_eq!(one("{}", cidr, "cidr"), "default");
    assert_eq!(one("{ cidr: null }", cidr, "cidr"), "default");
    assert_eq!(one("{ cidr: text }", cidr, "cidr"), "? parameter text has no value");
    assert_eq!(one("unknown", cidr, "cidr"), "? parameter unknown has no value");
    assert_eq!(one("{ ...unknown, cidr: 'given' }", cidr, "cidr"), "given");
    assert_eq!(one("{ cidr: 'given', ...unknown }", cidr, "cidr"), "? parameter unknown has no value");
    assert_eq!(one("{ other: unknown.x }", cidr, "cidr"), "default");
    assert_eq!(one("{}", "param cidr string?", "cidr"), ABSENT);
    assert_eq!(one("{}", "param cidr string", "cidr"), "? parameter cidr of aks is given no value");
    assert_eq!(one("{ cidr: { a: ['x'] } }", "param cidr object", "cidr.a[0]"), "x");
    // What is null for certain is as good as nothing; what may be null is not known.
    assert_eq!(one("{ cidr: text == 'x' ? 'default' : null }", cidr, "cidr"), "default");
    assert_eq!(one("{ cidr: unknown.?cidr }", cidr, "cidr"), "? parameter unknown has no value");
    assert_eq!(one("{ cidr: text == 'x' ? 'one' : null }", cidr, "cidr == 'one' ? 'same' : 'same'"), "same");
}

#[test]
fn calls_that_are_conditional_or_repeated() {
    let call = |head: &str, close: &str| {
        format!(
            "param flag bool\nparam list array\nmodule aks 'aks.bicep' = {head} {{ name: 'aks', params: {{ cidr: 'x', flag: flag }} }}{close}"
        )
    };
    let declarations = "param cidr string\nparam flag bool";
    let of = |head: &str, close: &str, value: &str| called(&call(head, close), declarations, value);
    assert_eq!(of("if (false)", "", "cidr"), [""; 0]);
    assert_eq!(of("if (flag)", "", "cidr"), ["x"]);
    assert_eq!(of("if (flag)", "", "flag ? 'x' : '10.244.0.0/16'"), ["x"]);
    assert_eq!(of("if (!flag)", "", "flag ? '10.244.0.0/16' : 'x'"), ["x"]);
    let twice = call("[for i in range(0, 2):", "]").replace("'x'", "'x${i}'");
    assert_eq!(called(&twice, declarations, "cidr"), ["x0", "x1"]);
    assert_eq!(of("[for i in list:", "]", "cidr"), ["x"]);
    assert_eq!(of("[for i in []:", "]", "cidr"), [""; 0]);
}

#[test]
fn imports() {
    let library = "@export()
var cidr = 'exported'
var hidden = 'h'
@export()
var all = { one: '1' }
@export()
func join(a string) string => '${a}+${hidden}'
@export()
type maybe = string?
@export()
type choice = 'a' | 'b'";
    let declarations = "import { cidr, all as everything, join as glue, maybe, choice } from 'lib.bicep'
import * as lib from './lib.bicep'
param m maybe
param n lib.maybe
param c choice
param d lib.choice
var own = glue('own')";
    all(
        &[("lib.bicep", library)],
        declarations,
        &[
            ("cidr", "exported"),
            ("everything.one", "1"),
            ("glue('x')", "x+h"),
            ("own", "own+h"),
            ("lib.cidr", "exported"),
            ("lib.all.one", "1"),
            ("lib.join('y')", "y+h"),
            ("m ?? 'none'", "none"),
            ("n ?? 'none'", "none"),
            ("c == 'z' ? 'never' : 'always'", "always"),
            ("d == 'z' ? 'never' : 'always'", "always"),
            ("lib.none", "? there is no property none here"),
        ],
    );
    all(&[], "import { x } from 'gone.bicep'", &[("x", "? gone.bicep does not exist or could not be read")]);
    let circle = "import { b } from 'main.bicep'\n@export()\nvar a = b";
    all(&[("lib.bicep", circle)], "import { a } from 'lib.bicep'\n@export()\nvar b = a", &[("a", "? a refers to itself")]);
}

#[test]
fn imports_in_arm_templates() {
    let library = "@export()\nvar cidr = 'exported'\n@export()\nfunc f(x string) string => '${x}!'";
    let compiled = arm_template(
        r#""languageVersion": "2.0", "functions": [ { "namespace": "__bicep", "members": {
             "f": { "parameters": [ { "type": "string", "name": "x" } ], "output": { "type": "string", "value": "[format('{0}!', parameters('x'))]" } } } } ],
           "variables": { "cidr": "exported" }, "resources": {},
           "metadata": { "__bicep_exported_variables!": [ { "name": "cidr" } ] }"#,
    );
    for (name, text) in [("lib.bicep", library), ("lib.json", &compiled)] {
        let declarations = format!("import {{ cidr, f }} from '{name}'\nimport * as lib from '{name}'");
        let cases = [("cidr", "exported"), ("lib.cidr", "exported"), ("f('x')", "x!"), ("lib.f('x')", "x!")];
        all(&[(name, text)], &declarations, &cases[..if name == "lib.json" { 2 } else { 4 }]);
    }
}

#[test]
fn loaded_files() {
    all(
        &[
            ("data/net.json", r#"{ "pods": { "cidr": "from-json" }, "list": ["a", { "b": "c" }] }"#),
            ("data/net.txt", "from-text"),
            ("data/net.yaml", "pods:\n  cidr: from-yaml\nlist: [a, b]\nflag: yes\nnumber: 5\ntruth: true\n"),
            ("data/bad.json", "{"),
            ("data/bad.yaml", "a: [1"),
        ],
        "var json = loadJsonContent('data/net.json')
var yaml = loadYamlContent('./data/net.yaml')
param which string",
        &[
            ("json.pods.cidr", "from-json"),
            ("json.list[1].b", "c"),
            ("loadJsonContent('data/net.json', 'pods.cidr')", "from-json"),
            ("loadJsonContent('data/net.json', 'list[1].b')", "c"),
            ("loadTextContent('data/net.txt')", "from-text"),
            ("loadFileAsBase64('data/net.txt')", "ZnJvbS10ZXh0"),
            ("yaml.pods.cidr", "from-yaml"),
            ("yaml.list[1]", "b"),
            ("string(yaml.number)", "5"),
            ("yaml.truth ? 'yes' : 'no'", "yes"),
            ("loadYamlContent('data/net.yaml', 'pods.cidr')", "from-yaml"),
            ("loadTextContent('data/none.txt')", "? data/none.txt does not exist"),
            ("loadJsonContent('data/bad.json').x", "? data/bad.json is no JSON"),
            ("loadTextContent(which)", "? which file is loaded is not known"),
        ],
    );
}

#[test]
fn loaded_values_are_found_in_their_file() {
    let json = "{\n  \"pods\": { \"cidr\": \"x\" }\n}";
    let yaml = "pods:\n  cidr: x\n";
    for (file, text, call, line) in [
        ("net.json", json, "loadJsonContent('net.json').pods.cidr", 2),
        ("net.json", json, "loadJsonContent('net.json', '.pods').cidr", 2),
        ("net.yaml", yaml, "loadYamlContent('net.yaml').pods.cidr", 2),
        ("net.txt", "x", "loadTextContent('net.txt')", 1),
    ] {
        let main = bicep_cluster(call);
        let (sources, report) = report(&[("main.bicep", &main), (file, text)]);
        let finding = report.findings.iter().find(|f| f.rule == "invalid-cidr").unwrap();
        let related = finding.related.last().unwrap();
        assert_eq!(sources.file(related.span.file).path(), file, "{call}: {:?}", finding.related);
        assert_eq!(sources.file(related.span.file).position(related.span.start).line, line, "{call}");
    }
}

#[test]
fn scopes_of_modules() {
    let net = "resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = { name: 'net' }
output id string = vnet.id
output group string = resourceGroup().name
output subscription string = subscription().subscriptionId";
    let declarations = "param groupName string
module here 'net.bicep' = { name: 'here' }
module there 'net.bicep' = { name: 'there', scope: resourceGroup('other') }
module elsewhere 'net.bicep' = { name: 'elsewhere', scope: resourceGroup('sub', 'other') }
module param1 'net.bicep' = { name: 'param1', scope: resourceGroup(groupName) }
module param2 'net.bicep' = { name: 'param2', scope: resourceGroup(groupName) }
var own = resourceId('Microsoft.Network/virtualNetworks', 'net')
var far = resourceId('sub', 'other', 'Microsoft.Network/virtualNetworks', 'net')";
    all(
        &[("net.bicep", net)],
        declarations,
        &[
            ("here.outputs.id == own ? 'same' : '10.244.0.0/16'", "same"),
            (
                "there.outputs.id == resourceId('other', 'Microsoft.Network/virtualNetworks', 'net') ? 'same' : '10.244.0.0/16'",
                "same",
            ),
            ("elsewhere.outputs.id == far ? 'same' : 'different'", "same"),
            ("param1.outputs.id == param2.outputs.id ? 'same' : '10.244.0.0/16'", "same"),
            ("there.outputs.group", "other"),
            ("elsewhere.outputs.subscription", "sub"),
            ("split(elsewhere.outputs.id, '/')[4]", "other"),
        ],
    );
    for pair in [
        "here.outputs.id == there.outputs.id",
        "there.outputs.id == elsewhere.outputs.id",
        "here.outputs.id == param1.outputs.id",
    ] {
        let main = format!("{declarations}\n{}", bicep_cluster(&format!("{pair} ? 'same' : '10.244.0.0/16'")));
        assert_ne!(pod_cidr(&[("main.bicep", &main), ("net.bicep", net)]), "same", "{pair}");
    }
    let at_subscription = "targetScope = 'subscription'
param location string = 'x'
resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = { name: 'made', location: location }
module net 'net.bicep' = { name: 'n', scope: group }
module named 'net.bicep' = { name: 'm', scope: resourceGroup('made') }
module aks 'aks.bicep' = { name: 'aks', scope: group, params: { cidr: CIDR } }";
    for (cidr, expected) in [
        ("net.outputs.group", "made"),
        ("net.outputs.id == named.outputs.id ? 'same' : '10.244.0.0/16'", "same"),
        ("split(net.outputs.id, '/')[4]", "made"),
        ("group.name", "made"),
    ] {
        let main = at_subscription.replace("CIDR", cidr);
        let aks = module("param cidr string", "cidr");
        assert_eq!(pod_cidrs(&[("main.bicep", &main), ("net.bicep", net), ("aks.bicep", &aks)]), [expected], "{cidr}");
    }
}

#[test]
fn circles_of_modules_end() {
    let main = format!("module a 'main.bicep' = {{ name: 'a' }}\n{}", bicep_cluster("a.outputs.x"));
    let main = format!("{main}\noutput x string = a.outputs.x");
    assert!(pod_cidrs(&[("main.bicep", &main)]).iter().all(|value| value.starts_with("? ")));
    let one = format!("module two 'two.bicep' = {{ name: 'b' }}\n{}\noutput x string = 'x'", bicep_cluster("two.outputs.x"));
    let two = "module one 'one.bicep' = { name: 'a' }\noutput x string = one.outputs.x";
    let main = "module one 'one.bicep' = { name: 'c' }";
    let values = pod_cidrs(&[("main.bicep", main), ("one.bicep", &one), ("two.bicep", two)]);
    assert_eq!(values, ["? this module calls itself"]);
    let itself = "module a 'aks.bicep' = { name: 'a', params: { cidr: a.outputs.x } }";
    let aks = format!("param cidr string\noutput x string = cidr\n{}", bicep_cluster("cidr"));
    assert_eq!(pod_cidr(&[("main.bicep", itself), ("aks.bicep", &aks)]), "? a refers to itself");
    let each_other = "module a 'aks.bicep' = { name: 'a', params: { cidr: b.outputs.x } }
module b 'aks.bicep' = { name: 'b', params: { cidr: a.outputs.x } }";
    let values = pod_cidrs(&[("main.bicep", each_other), ("aks.bicep", &aks)]);
    assert!(values.iter().all(|value| value.ends_with("refers to itself")), "{values:?}");
}

#[test]
fn templates_that_arm_templates_link() {
    let linked = arm_template(&format!(
        r#""parameters": {{ "cidr": {{ "type": "string" }} }}, "resources": [ {} ], "outputs": {{ "x": {{ "type": "string", "value": "out" }} }}"#,
        arm_cluster("\"[parameters('cidr')]\"")
    ));
    let main = |link: &str| {
        arm_template(&format!(
            r#""resources": [ {{ "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "linked",
  "properties": {{ "mode": "Incremental", "templateLink": {{ {link} }}, "parameters": {{ "cidr": {{ "value": "given" }} }} }} }} ]"#
        ))
    };
    let files = [("azuredeploy.json", &*main(r#""relativePath": "nested/aks.json""#)), ("nested/aks.json", &*linked)];
    assert_eq!(pod_cidrs(&files), ["given"]);
    let (_, report) = report(&[("azuredeploy.json", &main(r#""uri": "https://example.com/aks.json""#))]);
    assert!(report.clusters.is_empty());
}
