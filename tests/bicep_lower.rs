//! What templates and parameter files in Bicep come out as. Expressions are shown as written.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may panic as tests may"
)]

use overlint::source::{FileId, Sources, Span};
use overlint::syntax::bicep;
use overlint::syntax::expr::{Expr, ExprKind, Member, Name};
use overlint::syntax::template::{Declaration, DeclarationKind, Source, Template, Type, TypeKind, Variable};
use std::fmt::Write as _;

fn file() -> FileId {
    Sources::new().add("main.bicep", b"")
}

struct Dump<'a> {
    text: &'a str,
    out: String,
}

impl Dump<'_> {
    fn at(&self, span: Span) -> String {
        let text = self.text.get(span.start as usize..span.end as usize).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn expr(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Unknown(why) => format!("<{why}>"),
            ExprKind::Placeholder(text) => format!("<{text}>"),
            _ => self.at(expr.span),
        }
    }

    fn maybe(&self, before: &str, expr: Option<&Expr>) -> String {
        expr.map_or_else(String::new, |expr| format!("{before}{}", self.expr(expr)))
    }

    /// The keys of a body, and the spreads.
    fn keys(&self, body: &Expr) -> String {
        let ExprKind::Object(members) = &body.kind else { return self.expr(body) };
        let keys = members.iter().map(|member| match member {
            Member::Property(key, _) => self.expr(key),
            Member::Spread(of) => format!("...{}", self.expr(of)),
        });
        format!("{{{}}}", keys.collect::<Vec<_>>().join(" "))
    }

    fn variables(&mut self, keyword: &str, all: &[Variable]) {
        for variable in all {
            let value = self.expr(&variable.value);
            let _ = writeln!(self.out, "{keyword} {} = {value}", variable.name.text);
        }
    }

    fn declaration(&mut self, declaration: &Declaration, indent: &str) {
        let Declaration { symbol, kind, condition, repeat, body, header, .. } = declaration;
        let repeat = repeat.as_ref().map_or_else(String::new, |repeat| {
            let index = repeat.index.as_ref().map_or_else(String::new, |index| format!(", {}", index.text));
            format!(" for {}{index} in {}", repeat.name.text, self.expr(&repeat.over))
        });
        let condition = self.maybe(" if ", condition.as_ref());
        let what = match kind {
            DeclarationKind::Resource(resource) => {
                let existing = if resource.existing { " existing" } else { "" };
                let version = resource.api_version.as_ref().map(|version| match &version.kind {
                    ExprKind::String(version) => version.to_string(),
                    other => panic!("{other:?}"),
                });
                format!("resource {} {version:?}{existing}", resource.of.text)
            }
            DeclarationKind::Module(module) => {
                let source = match &module.source {
                    Source::Path(path) => path.text.to_string(),
                    Source::Unknown(why, at) => format!("<{why}> at {}", self.at(*at)),
                    Source::Inline(..) => panic!("Bicep has no templates inside templates"),
                };
                format!("module {source}{}", self.maybe(" with ", module.arguments.as_ref()))
            }
        };
        let (symbol, header, keys) = (symbol.as_ref().unwrap(), self.at(*header), self.keys(body));
        let _ = writeln!(self.out, "{indent}{}: {what}{repeat}{condition} {keys}  [{header}]", symbol.text);
        if let DeclarationKind::Resource(resource) = kind {
            for child in &resource.children {
                self.declaration(child, &format!("{indent}  "));
            }
        }
    }

    fn template(&mut self, template: &Template) {
        for parameter in &template.parameters {
            let allowed: Vec<_> = parameter.allowed.iter().map(|expr| self.expr(expr)).collect();
            let allowed = if allowed.is_empty() { String::new() } else { format!(" of {}", allowed.join(", ")) };
            let secure = if parameter.secure { " secure" } else { "" };
            let default = self.maybe(" = ", parameter.default.as_ref());
            let of = show_type(&parameter.of);
            let _ = writeln!(self.out, "param {}: {of}{allowed}{secure}{default}", parameter.name.text);
        }
        self.variables("var", &template.variables);
        for (name, of) in &template.types {
            let _ = writeln!(self.out, "type {} = {}", name.text, show_type(of));
        }
        for function in &template.functions {
            let parameters: Vec<_> = function.parameters.iter().map(|name| &*name.text).collect();
            let body = self.expr(&function.body);
            let _ = writeln!(self.out, "func {}({}) => {body}", function.name.text, parameters.join(", "));
        }
        for import in &template.imports {
            let symbol = import.symbol.as_ref().map_or("*", |symbol| &symbol.text);
            let _ = writeln!(self.out, "import {symbol} of {} as {}", import.from.text, import.name.text);
        }
        template.declarations.iter().for_each(|declaration| self.declaration(declaration, ""));
        for output in &template.outputs {
            let value = self.expr(&output.value);
            let _ = writeln!(self.out, "output {} = {value}", output.name.text);
        }
        for lost in &template.lost {
            let text = self.at(*lost);
            let _ = writeln!(self.out, "lost: {text}");
        }
    }

    fn errors(&mut self, errors: &[(Span, String)]) {
        for (at, message) in errors {
            let at = self.at(*at);
            let _ = writeln!(self.out, "error at {at}: {message}");
        }
    }
}

fn show_type(of: &Type) -> String {
    let kind = match &of.kind {
        TypeKind::Bool => "bool".to_owned(),
        TypeKind::Other => "other".to_owned(),
        TypeKind::Texts(texts) => format!("({})", texts.join("|")),
        TypeKind::Named(names) => names.join("."),
    };
    if of.nullable { format!("{kind}?") } else { kind }
}

/// What a template comes out as.
fn template(text: &str) -> String {
    let (template, errors) = bicep::template(file(), text);
    let mut dump = Dump { text, out: String::new() };
    dump.template(&template);
    dump.errors(&errors);
    dump.out
}

/// What a parameter file comes out as.
fn parameters(text: &str) -> String {
    let (read, errors) = bicep::parameters(file(), text);
    let mut dump = Dump { text, out: String::new() };
    let name = |name: &Option<Name>| name.as_ref().map_or("none", |name| &name.text).to_owned();
    let _ = writeln!(dump.out, "using {} extends {}", name(&read.using), name(&read.extends));
    dump.variables("value", &read.values);
    dump.template(&read.scope);
    dump.errors(&errors);
    dump.out
}

#[track_caller]
fn check(actual: &str, expected: &str) {
    let expected: String = expected.trim_start_matches('\n').lines().map(|line| format!("{line}\n")).collect();
    assert_eq!(actual, expected, "\n{actual}");
}

#[test]
fn declarations_of_all_kinds() {
    let text = "
metadata a = 'b'
@description('the name')
param name string
@allowed([
  'azure'
  'kubenet' ])
param plugin string = 'azure'
@sys.secure()
param password string?
var zones array = [1, 2]
@export()
func double(n int, m string) string => '${n}${n}'
import { a, b as c, 'd-e' as d } from 'lib.bicep'
import * as types from './types.bicep'
extension kubernetes with { namespace: 'x' } as k8s
output id string = aks.id
assert same = name == 'x'
";
    let expected = "
param name: other
param plugin: other of 'azure', 'kubenet' = 'azure'
param password: other? secure
var zones = [1, 2]
func double(n, m) => '${n}${n}'
import a of lib.bicep as a
import b of lib.bicep as c
import d-e of lib.bicep as d
import * of ./types.bicep as types
output id = aks.id
";
    check(&template(text), expected);
}

#[test]
fn resources_and_modules() {
    let text = "
@description('the cluster')
resource aks 'Microsoft.ContainerService/managedClusters@2024-05-01' = if (deploy) {
  name: 'a'
  properties: {}
  @batchSize(1)
  resource pools 'agentPools' = [for (pool, i) in pools: if (i > 0) {
    name: pool
  }]
  resource other 'agentPools@2023-01-01' existing = {
    name: 'b'
    resource inner 'machines' existing = { name: 'c' }
  }
}
resource vnet 'Microsoft.Network/virtualNetworks@2024-01-01' existing = { scope: group('x'), name: 'v' }
module net './net.bicep' = [for item in items: {
  name: 'n'
  params: { a: item, b: [1] }
  scope: resourceGroup(item)
}]
module bare 'br/public:avm/res/network/virtual-network:0.1.0' = if (x) {
  ...common
}
";
    let expected = "
aks: resource Microsoft.ContainerService/managedClusters Some(\"2024-05-01\") if deploy {name properties}  [resource aks 'Microsoft.ContainerService/managedClusters@2024-05-01']
  pools: resource agentPools None for pool, i in pools if i > 0 {name}  [resource pools 'agentPools']
  other: resource agentPools Some(\"2023-01-01\") existing {name}  [resource other 'agentPools@2023-01-01']
    inner: resource machines None existing {name}  [resource inner 'machines']
vnet: resource Microsoft.Network/virtualNetworks Some(\"2024-01-01\") existing {scope name}  [resource vnet 'Microsoft.Network/virtualNetworks@2024-01-01']
net: module ./net.bicep with { a: item, b: [1] } for item in items {name scope}  [module net './net.bicep']
bare: module br/public:avm/res/network/virtual-network:0.1.0 if x {...common}  [module bare 'br/public:avm/res/network/virtual-network:0.1.0']
";
    check(&template(text), expected);
}

#[test]
fn the_span_of_a_declaration_has_its_decorators() {
    let text = "var a = 1\n@batchSize(1)\nresource b 'c@d' = {\n}\n";
    let (template, _) = bicep::template(file(), text);
    let span = template.declarations[0].span;
    assert_eq!(text.get(span.start as usize..span.end as usize).unwrap(), "@batchSize(1)\nresource b 'c@d' = {\n}");
}

#[test]
fn types_as_far_as_values_depend_on_them() {
    let cases = [
        ("bool", "bool"),
        ("sys.bool?", "bool?"),
        ("string", "other"),
        ("sys.string", "other"),
        ("any", "other"),
        ("int?", "other?"),
        ("true", "bool"),
        ("true | false", "bool"),
        ("null", "other?"),
        ("'a'", "(a)"),
        ("'a' | 'b'", "(a|b)"),
        ("('a' | 'b') | 'c' | null", "(a|b|c)?"),
        ("'a' | 1", "other"),
        ("'a' | pool", "other"),
        ("pool | null", "pool?"),
        ("('a' | 'b')?", "(a|b)?"),
        ("'a?'?", "(a?)?"),
        ("pool", "pool"),
        ("pool?", "pool?"),
        ("types.pool", "types.pool"),
        ("types.pool.name?", "types.pool.name?"),
        ("pool!", "other"),
        ("'a'?!", "(a)"),
        ("pool[]", "other"),
        ("bool[]?", "other?"),
        ("pool.*", "other"),
        ("pool[0].x", "other"),
        ("{ a: bool }", "other"),
        ("[bool]", "other"),
        ("resourceInput<'a@b'>.properties", "other"),
    ];
    for (text, expected) in cases {
        let of = template(&format!("type t = {text}\nparam p {text}\n"));
        assert_eq!(of, format!("param p: {expected}\ntype t = {expected}\n"), "{text}");
    }
}

#[test]
fn target_scopes() {
    use overlint::syntax::template::Target::{ManagementGroup, ResourceGroup, Subscription, Tenant};
    let cases = [
        ("'resourceGroup'", ResourceGroup),
        ("'subscription'", Subscription),
        ("'managementGroup'", ManagementGroup),
        ("'tenant'", Tenant),
        ("'local'", ResourceGroup),
    ];
    for (text, expected) in cases {
        assert_eq!(bicep::template(file(), &format!("targetScope = {text}")).0.target, expected);
    }
    assert_eq!(bicep::template(file(), "").0.target, ResourceGroup);
}

#[test]
fn what_cannot_be_read_is_lost_but_names_stay() {
    let text = "
param a string = {{ x }}
var b = [
param c int = 3
resource d 'x@y' = {
output e string =
module f './${c}.bicep' = { name: 'f' }
resource g 'x${c}@y' = {}
";
    let expected = "
param a: other = <this could not be parsed>
param c: other = 3
var b = <this could not be parsed>
f: module <this must be a text without interpolations> at './${c}.bicep' {name}  [module f './${c}.bicep']
output e = <this could not be parsed>
lost: param a string = {{ x }}
lost: var b = [
lost: resource d 'x@y' = {
lost: output e string =
lost: 'x${c}@y'
error at {: expected the name of a property, but there is `{`
error at c: expected `,`, `]` or a new line, but there is `c`
error at e: expected `:` after the name of the property, but there is `e`
error at : expected a value, but the line ends
error at 'x${c}@y': this must be a text without interpolations
";
    check(&template(text), expected);
}

#[test]
fn placeholders_stand_for_values() {
    let text = "
var a = '{{ .Values.cidr }}'
var b = 'x-#{Cidr}#-${a}'
var c = '$(cidr)'
var d = format('{{0}}')
var e = '__CIDR__'
module f '{{ path }}' = { name: 'f' }
";
    let why = "stands for a value that another tool puts there";
    let expected = format!(
        "
var a = <{{{{ .Values.cidr }}}}>
var b = 'x-#{{Cidr}}#-${{a}}'
var c = '$(cidr)'
var d = format('{{{{0}}}}')
var e = '__CIDR__'
f: module <{{{{ path }}}} {why}> at '{{{{ path }}}}' {{name}}  [module f '{{{{ path }}}}']
"
    );
    check(&template(text), &expected);
    let text = "using 'main.bicep'\nparam a = '$(cidr)'\nparam b = '__CIDR__'\nparam c = 'a__b__c'\n";
    check(&parameters(text), "using main.bicep extends none\nvalue a = <$(cidr)>\nvalue b = <__CIDR__>\nvalue c = 'a__b__c'\n");
}

#[test]
fn parameter_files() {
    let text = "
using './main.bicep' with { mode: 'deployment' }
extends 'base.bicepparam'
import { prefix } from 'names.bicep'
var shared = '10.0.0.0'
type t = 'a' | 'b'
param cidr = '${shared}/16'
param secret = az.getSecret('a', 'b', 'c', 'd')
param env = readEnvironmentVariable('X', 'y')
param broken = {{ x }}
param last = [
  1
]
extensionConfig k8s with { a: 1 }
";
    let expected = "
using ./main.bicep extends base.bicepparam
value cidr = '${shared}/16'
value secret = az.getSecret('a', 'b', 'c', 'd')
value env = readEnvironmentVariable('X', 'y')
value broken = <this could not be parsed>
value last = [ 1 ]
var shared = '10.0.0.0'
type t = (a|b)
import prefix of names.bicep as prefix
lost: param broken = {{ x }}
error at {: expected the name of a property, but there is `{`
";
    check(&parameters(text), expected);
    check(&parameters("using none\nparam a = 1\n"), "using none extends none\nvalue a = 1\n");
}
