//! What each construct of Bicep becomes, and what a mistake costs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may panic as tests may"
)]

mod common;

use common::expr::{list, names, show};
use overlint::source::{FileId, Sources, Span};
use overlint::syntax::bicep::ast::{
    Body, DirectiveKind, Imported, Resource, Statement, StatementKind as S, Type, TypeKey, TypeKind as T, TypeMember,
};
use overlint::syntax::bicep::{Dialect, Parsed, parse};
use overlint::syntax::expr::ExprKind as E;

fn file() -> FileId {
    Sources::new().add("main.bicep", b"")
}

/// Runs with the stack that parsing needs, which is more than tests have.
fn template(text: &str) -> Parsed {
    overlint::with_threads(1, || parse(file(), text, Dialect::Template)).unwrap()
}

fn at(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap()
}

/// The statements of a template without errors.
fn statements(text: &str) -> Vec<Statement> {
    let parsed = template(text);
    assert_eq!(parsed.errors, [], "{text}");
    parsed.statements
}

/// The statements of a parameter file without errors.
fn parameters(text: &str) -> Vec<Statement> {
    let parsed = parse(file(), text, Dialect::Parameters);
    assert_eq!(parsed.errors, [], "{text}");
    parsed.statements
}

fn only(text: &str) -> S {
    let mut all = statements(text);
    assert_eq!(all.len(), 1, "{text}");
    all.remove(0).kind
}

/// The messages of a template that has errors, with the text that they are about.
fn errors(text: &str) -> Vec<String> {
    let parsed = template(text);
    parsed.errors.iter().map(|(span, message)| format!("{}: {message}", at(text, *span))).collect()
}

fn show_type(of: &Type) -> String {
    match &of.kind {
        T::Literal(literal) => show(literal),
        T::Name(name) => name.text.to_string(),
        T::Generic(on, name, args) => {
            let on = on.as_ref().map_or_else(String::new, |on| format!("{}.", show_type(on)));
            format!("{on}{}<{}>", name.text, list(args, show_type))
        }
        T::Property(of, name) => format!("{}.{}", show_type(of), name.text),
        T::Index(of, index) => format!("{}[{}]", show_type(of), show(index)),
        T::Elements(of) => format!("{}[*]", show_type(of)),
        T::Further(of) => format!("{}.*", show_type(of)),
        T::Array(of) => format!("{}[]", show_type(of)),
        T::Nullable(of) => format!("{}?", show_type(of)),
        T::NonNull(of) => format!("{}!", show_type(of)),
        T::Union(all) => format!("({})", all.iter().map(show_type).collect::<Vec<_>>().join(" | ")),
        T::Tuple(all) => format!("[{}]", list(all, show_member)),
        T::Object(all) => format!("{{{}}}", list(all, show_member)),
        T::Resource(of) => format!("resource {}", of.as_ref().map_or_else(String::new, show)),
    }
}

fn show_member(member: &TypeMember) -> String {
    let decorators: String = member.decorators.iter().map(|d| format!("@{} ", show(d))).collect();
    let key = match &member.key {
        None => String::new(),
        Some(TypeKey::Named(key)) => format!("{}: ", show(key)),
        Some(TypeKey::Further(_)) => "*: ".to_owned(),
    };
    format!("{decorators}{key}{}", show_type(&member.of))
}

fn show_body(body: &Body) -> String {
    let each = body.each.as_ref().map_or_else(String::new, |e| {
        let index = e.index.as_ref().map_or_else(String::new, |i| format!(", {}", i.text));
        format!("for {}{index} in {}: ", e.item.text, show(&e.over))
    });
    let condition = body.condition.as_ref().map_or_else(String::new, |c| format!("if {} ", show(c)));
    format!("{each}{condition}{}", show(&body.object))
}

fn resource(text: &str) -> Resource {
    match only(text) {
        S::Resource(resource) => resource,
        other => panic!("{other:?}"),
    }
}

/// What an expression becomes.
fn value(text: &str) -> String {
    match only(&format!("var x = {text}\n")) {
        S::Variable(_, None, value) => show(&value),
        other => panic!("{other:?}"),
    }
}

/// What a type becomes.
fn of_type(text: &str) -> String {
    match only(&format!("type x = {text}\n")) {
        S::Type(_, of) => show_type(&of),
        other => panic!("{other:?}"),
    }
}

#[test]
fn literals() {
    assert_eq!(value("null"), "null");
    assert_eq!(value("true"), "true");
    assert_eq!(value("42"), "42");
    assert_eq!(value("-1"), "(Minus 1)");
    assert_eq!(value("'a'"), r#""a""#);
    assert_eq!(errors("var x = 99999999999999999999\n"), ["99999999999999999999: this number is too large"]);
}

#[test]
fn strings_and_their_escapes() {
    assert_eq!(value(r"'a\n\r\t\\\'\$\u{41}\u{1F600}'"), r#""a\n\r\t\\'$A😀""#);
    assert_eq!(value(r"'\${a}$b $'"), r#""${a}$b $""#);
    assert_eq!(value("''"), r#""""#);
    assert_eq!(value("'a${b}c${d}'"), r#"`"a", b, "c", d`"#);
    assert_eq!(value("'${a}${b}'"), "`a, b`");
    assert_eq!(value("'x${contains(a, 'y${b}') ? '${c}' : '}'}z'"), r#"`"x", (contains(a, `"y", b`) ? `c` : "}"), "z"`"#);
    assert_eq!(value("'${{ a: 1 }.a}'"), r#"`{"a": 1}.a`"#);
}

#[test]
fn strings_in_three_quotes() {
    assert_eq!(value("'''a\nb'''"), r#""a\nb""#);
    assert_eq!(value("'''\na\\n${b}'''"), r#""a\\n${b}""#);
    assert_eq!(value("'''\r\na\r\n'''"), r#""a\r\n""#);
    assert_eq!(value("''''a'''''"), r#""'a''""#);
    assert_eq!(value("''''''"), r#""""#);
    assert_eq!(value("$'''\na${b}c'''"), r#"`"a", b, "c"`"#);
    assert_eq!(value("$$'''${a}$${b}$$${c}'''"), r#"`"${a}", b, "$", c`"#);
    assert_eq!(value("$'''a'''"), r#""a""#);
}

#[test]
fn operators_bind_as_in_the_compiler() {
    assert_eq!(value("a + b * c - d"), "((a Add (b Multiply c)) Subtract d)");
    assert_eq!(value("a ?? b || c && d == e < f + g"), "(a Coalesce (b Or (c And (d Equal (e Less (f Add g))))))");
    assert_eq!(value("a && b || c && d"), "((a And b) Or (c And d))");
    assert_eq!(value("a % b / c"), "((a Modulo b) Divide c)");
    assert_eq!(value("a != b"), "(a NotEqual b)");
    assert_eq!(value("a =~ b !~ c"), "((a EqualIgnoringCase b) NotEqualIgnoringCase c)");
    assert_eq!(value("a >= b == c <= d"), "((a GreaterOrEqual b) Equal (c LessOrEqual d))");
    assert_eq!(value("!a && -b > +c"), "((Not a) And ((Minus b) Greater (Plus c)))");
    assert_eq!(value("(a + b) * c"), "(group((a Add b)) Multiply c)");
}

#[test]
fn conditionals() {
    assert_eq!(value("a ? b : c ? d : e"), "(a ? b : (c ? d : e))");
    assert_eq!(value("a == b\n  ? c\n  // why\n  : d"), "((a Equal b) ? c : d)");
    assert_eq!(value("a ?? b ? [c] : {}"), "((a Coalesce b) ? [c] : {})");
}

#[test]
fn accesses() {
    assert_eq!(value("a.b.c"), "a.b.c");
    assert_eq!(value("a.?b.c"), "a.?b.c");
    assert_eq!(value("(a.?b).c"), "group(a.?b).c");
    assert_eq!(value("a[0]['b']"), r#"a[0]["b"]"#);
    assert_eq!(value("a[?0][^1][?^i + 1]"), "a[?0][^1][?^(i Add 1)]");
    assert_eq!(value("a::b::c.id"), "a::b::c.id");
    assert_eq!(value("a!.b! != c!"), "(a!.b! NotEqual c!)");
    assert_eq!(value("[1, 2][0]"), "[1, 2][0]");
    assert_eq!(value("a ? [b] : c[d]"), "(a ? [b] : c[d])");
}

#[test]
fn calls() {
    assert_eq!(value("f()"), "f()");
    assert_eq!(value("f(a, 'b')"), r#"f(a, "b")"#);
    assert_eq!(value("f(\n  a,\n  b\n)"), "f(a, b)");
    assert_eq!(value("f(a, // why\n  b /* how */)"), "f(a, b)");
    assert_eq!(value("sys.concat(a)"), "sys.concat(a)");
    assert_eq!(value("a.b(c).d(e)"), "a.b(c).d(e)");
    assert_eq!(errors("var x = f(a, )\n"), ["): expected a value, but there is `)`"]);
    assert_eq!(errors("var x = f(a b)\n"), ["b: expected `,` or `)`, but there is `b`"]);
}

#[test]
fn lambdas() {
    assert_eq!(value("map(a, x => x.b)"), "map(a, ((x) => x.b))");
    assert_eq!(value("reduce(a, 0, (x, y) => x + y)"), "reduce(a, 0, ((x, y) => (x Add y)))");
    assert_eq!(value("f(() => 1)"), "f((() => 1))");
    assert_eq!(value("f(x =>\n  x)"), "f(((x) => x))");
    assert_eq!(value("f((\n  x,\n  i\n) => [x, i])"), "f(((x, i) => [x, i]))");
    assert_eq!(errors("var x = f((1) => 2)\n"), ["(: the parameters of a lambda are names"]);
    assert_eq!(errors("var x = (a, b)\n"), ["(: there must be one value in parentheses"]);
}

#[test]
fn arrays_and_objects() {
    assert_eq!(value("[]"), "[]");
    assert_eq!(value("[\n]"), "[]");
    assert_eq!(value("[a, b]"), "[a, b]");
    assert_eq!(value("[\n  a\n\n  // c\n  b\n  ...c\n]"), "[a, b, ...c]");
    assert_eq!(value("[\n  a,\n  b,\n]"), "[a, b]");
    assert_eq!(value("{}"), "{}");
    assert_eq!(value("{ a: 1, 'b c': 2, }"), r#"{"a": 1, "b c": 2}"#);
    assert_eq!(
        value("{\n  a: {\n    b: []\n  }\n  ...c\n  ...(d ? e : {})\n}"),
        r#"{"a": {"b": []}, ...c, ...group((d ? e : {}))}"#
    );
    assert_eq!(value("{ '${a}b': 1, '''c''': 2 }"), r#"{`a, "b"`: 1, "c": 2}"#);
    assert_eq!(value("{ resource: 1, for: 2, if: 3, true: 4, null: 5, param: 6 }").matches(": ").count(), 6);
    assert_eq!(errors("var x = [a b]\n"), ["b: expected `,`, `]` or a new line, but there is `b`"]);
}

#[test]
fn loops() {
    assert_eq!(value("[for a in b: a.c]"), "[for a in b: a.c]");
    assert_eq!(value("[for (a, i) in b: { i: a }]"), r#"[for a, i in b: {"i": a}]"#);
    assert_eq!(value("[for i in range(0, 3): [for j in i: j]]"), "[for i in range(0, 3): [for j in i: j]]");
    assert_eq!(value("[\n  for a in b: a\n]"), "[for a in b: a]");
    assert_eq!(value("[for a in c ? d : e: a]"), "[for a in (c ? d : e): a]");
    assert_eq!(value("[for]"), "[for]");
}

#[test]
fn words_are_keywords_only_in_their_places() {
    assert_eq!(value("resource.param + if.existing(as)"), "(resource.param Add if.existing(as))");
    assert_eq!(value("for"), "for");
    assert!(matches!(only("param param string\n"), S::Parameter(p) if &*p.name.text == "param"));
    assert!(matches!(only("var existing = 1\n"), S::Variable(name, ..) if &*name.text == "existing"));
}

#[test]
fn types() {
    assert_eq!(of_type("string"), "string");
    assert_eq!(of_type("string[]?"), "string[]?");
    assert_eq!(of_type("(string?)[]"), "string?[]");
    assert_eq!(of_type("(string | int)[]"), "(string | int)[]");
    assert_eq!(of_type("'a' | 'b' | -1 | true | null"), r#"("a" | "b" | (Minus 1) | true | null)"#);
    assert_eq!(of_type("\n  | 'a'\n  | 'b'"), r#"("a" | "b")"#);
    assert_eq!(of_type("[string, int?]"), "[string, int?]");
    assert_eq!(of_type("[\n  @minLength(1)\n  string\n]"), "[@minLength(1) string]");
    assert_eq!(
        of_type("{\n  @description('x')\n  @sys.secure()\n  a: string\n  'b c': int?\n  *: bool\n}"),
        r#"{@description("x") @sys.secure() "a": string, "b c": int?, *: bool}"#
    );
    assert_eq!(of_type("{ a: { b: 'c' } }"), r#"{"a": {"b": "c"}}"#);
    assert_eq!(of_type("a.b.*[*][0]!"), "a.b.*[*][0]!");
    assert_eq!(of_type("resourceInput<'A.B/c@1'>.properties.d?"), r#"resourceInput<"A.B/c@1">.properties.d?"#);
    assert_eq!(of_type("sys.resourceOutput<'A.B/c@1'>"), r#"sys.resourceOutput<"A.B/c@1">"#);
}

#[test]
fn parameters_of_templates() {
    let all = statements(
        "@description('d')\n@minLength(1)\n\n@sys.secure()\nparam a string\nparam b int = 1\nparam c\n  | 'x'\n  | 'y' = 'x'\nparam d resource 'A.B/c@1'\n",
    );
    let shown: Vec<String> = all
        .iter()
        .map(|statement| {
            let S::Parameter(p) = &statement.kind else { panic!("{statement:?}") };
            let value = p.value.as_ref().map_or_else(String::new, |v| format!(" = {}", show(v)));
            format!("{} {} {}{value}", list(&statement.decorators, show), p.name.text, show_type(p.of.as_ref().unwrap()))
        })
        .collect();
    let expected = [
        r#"description("d"), minLength(1), sys.secure() a string"#,
        " b int = 1",
        r#" c ("x" | "y") = "x""#,
        r#" d resource "A.B/c@1""#,
    ];
    assert_eq!(shown, expected);
}

#[test]
fn small_statements() {
    assert!(matches!(only("targetScope = 'subscription'\n"), S::TargetScope(value) if show(&value) == r#""subscription""#));
    assert!(matches!(only("metadata a = { b: 1 }"), S::Metadata(name, _) if &*name.text == "a"));
    assert!(matches!(only("var a string[] = []"), S::Variable(_, Some(of), _) if show_type(&of) == "string[]"));
    assert!(matches!(only("output a string? = b.?c"), S::Output(name, of, value)
        if &*name.text == "a" && show_type(&of) == "string?" && show(&value) == "b.?c"));
    assert!(matches!(only("output a resource = b"), S::Output(_, of, _) if matches!(of.kind, T::Resource(None))));
    assert!(matches!(only("assert a = b == c"), S::Assert(name, _) if &*name.text == "a"));
    assert!(matches!(only("test a 'b.bicep' = {}"), S::Test(_, path, _) if show(&path) == r#""b.bicep""#));
}

#[test]
fn functions() {
    let S::Function(f) = only("@export()\nfunc f(a string, b { c: int }?) string[] =>\n  [a, b.c]\n") else { panic!() };
    let parameters = list(&f.parameters, |(name, of)| format!("{} {}", name.text, show_type(of)));
    assert_eq!(parameters, r#"a string, b {"c": int}?"#);
    assert_eq!((show_type(&f.returns), show(&f.body)), ("string[]".to_owned(), "[a, b.c]".to_owned()));
}

#[test]
fn imports_and_extensions() {
    let S::Import(import) = only("import {\n  a\n  b as c\n  'd-e' as f\n} from './x.bicep'\n") else { panic!() };
    let Imported::Some(symbols) = import.symbols else { panic!() };
    let symbols = list(&symbols, |s| format!("{} {:?}", s.name.text, s.alias.as_ref().map(|a| &*a.text)));
    assert_eq!(symbols, r#"a None, b Some("c"), d-e Some("f")"#);
    assert_eq!(show(&import.from), r#""./x.bicep""#);
    let S::Import(import) = only("import * as x from 'br:y/z:1'\n") else { panic!() };
    assert!(matches!(import.symbols, Imported::All(name) if &*name.text == "x"));
    for text in [
        "extension kubernetes with { a: 1 } as k",
        "extension 'br:x/y:1' with {} as k",
        "provider 'k@1' with {} as k",
        "import 'k@1' with {} as k",
    ] {
        assert!(matches!(only(text), S::Extension(e) if e.config.is_some() && e.alias.is_some()), "{text}");
    }
    assert!(matches!(only("extension microsoftGraph"), S::Extension(e) if show(&e.of) == "microsoftGraph"));
}

#[test]
fn resources() {
    let aks = resource("resource aks 'A.B/c@1' = {\n  name: 'x'\n}\n");
    assert_eq!((&*aks.name.text, show(&aks.of), aks.existing), ("aks", r#""A.B/c@1""#.to_owned(), false));
    assert_eq!(show_body(&aks.body), r#"{"name": "x"}"#);
    assert!(resource("resource a 'b' existing = {}").existing);
    assert_eq!(show_body(&resource("resource a 'b' = if (c && d) {}").body), "if (c And d) {}");
    assert_eq!(show_body(&resource("resource a 'b' =\n  if (c) {}").body), "if c {}");
    assert_eq!(show_body(&resource("resource a 'b' = [for x in xs: {}]").body), "for x in xs: {}");
    let both = resource("@batchSize(1)\nresource a 'b' = [\n  for (x, i) in range(0, 2): if (x.on) {\n    name: '${i}'\n  }\n]");
    assert_eq!(show_body(&both.body), r#"for x, i in range(0, 2): if x.on {"name": `i`}"#);
}

#[test]
fn resources_in_resources() {
    let outer = resource(
        "resource a 'A.B/c@1' = {\n  name: 'x'\n  resource: 1\n\n  @batchSize(1)\n  resource b 'd' existing = {\n    resource e 'f' = if (g) {}\n  }\n\n  tags: {}\n}\n",
    );
    assert_eq!(show_body(&outer.body), r#"{"name": "x", "resource": 1, "tags": {}}"#);
    let [Statement { decorators, kind: S::Resource(b), .. }] = outer.children.as_slice() else { panic!("{:?}", outer.children) };
    assert_eq!((list(decorators, show), &*b.name.text, b.existing), ("batchSize(1)".to_owned(), "b", true));
    let [Statement { kind: S::Resource(e), .. }] = b.children.as_slice() else { panic!("{:?}", b.children) };
    assert_eq!(show_body(&e.body), "if g {}");
}

#[test]
fn modules() {
    let S::Module(module) = only("module m './m.bicep' = [for x in xs: if (y) {\n  params: { a: x }\n}]") else { panic!() };
    assert_eq!(show(&module.path), r#""./m.bicep""#);
    assert_eq!(show_body(&module.body), r#"for x in xs: if y {"params": {"a": x}}"#);
}

#[test]
fn parameter_files() {
    let all = parameters(
        "using './main.bicep' with {\n  mode: 'stack'\n}\nextends 'base.bicepparam'\nimport { a } from 'b.bicep'\nvar c = 1\nparam d = c + 1\nparam e = {\n  f: readEnvironmentVariable('G', '')\n}\nextensionConfig k8s with { h: 1 }\n",
    );
    let [using, extends, S::Import(_), S::Variable(..), S::Parameter(d), S::Parameter(e), S::ExtensionConfig(..)] =
        all.iter().map(|s| &s.kind).collect::<Vec<_>>()[..]
    else {
        panic!("{all:?}")
    };
    assert!(matches!(using, S::Using(u) if show(u.template.as_ref().unwrap()) == r#""./main.bicep""# && u.config.is_some()));
    assert!(matches!(extends, S::Extends(path) if show(path) == r#""base.bicepparam""#));
    assert_eq!((show(d.value.as_ref().unwrap()), d.of.is_none()), ("(c Add 1)".to_owned(), true));
    assert_eq!(show(e.value.as_ref().unwrap()), r#"{"f": readEnvironmentVariable("G", "")}"#);
    assert!(matches!(parameters("using none\n").remove(0).kind, S::Using(u) if u.template.is_none()));
    let wrong = parse(file(), "param a string\nresource a 'b' = {}\nparam b = 1\n", Dialect::Parameters);
    assert_eq!((wrong.errors.len(), wrong.statements.len()), (2, 3));
}

#[test]
fn comments_and_directives_are_kept() {
    let text = "// one\n#disable-next-line no-unused-params BCP037 // why\nparam a string // two\n\n  #disable-diagnostics x, y\n/* three\n*/ var b = /* four */ 1\n#restore-diagnostics x\nvar c = {\n  #disable-next-line z\n  d: '// no #disable-next-line'\n}\n";
    let parsed = template(text);
    assert_eq!(parsed.errors, []);
    assert_eq!(parsed.statements.len(), 3);
    let comments: Vec<&str> = parsed.comments.iter().map(|span| at(text, *span)).collect();
    assert_eq!(comments, ["// one", "// why", "// two", "/* three\n*/", "/* four */"]);
    let directives: Vec<_> = parsed.directives.iter().map(|d| (d.kind, names(&d.codes), at(text, d.span))).collect();
    let expected = [
        (DirectiveKind::DisableNextLine, "no-unused-params, BCP037".to_owned(), "#disable-next-line no-unused-params BCP037"),
        (DirectiveKind::Disable, "x, y".to_owned(), "#disable-diagnostics x, y"),
        (DirectiveKind::Restore, "x".to_owned(), "#restore-diagnostics x"),
        (DirectiveKind::DisableNextLine, "z".to_owned(), "#disable-next-line z"),
    ];
    assert_eq!(directives, expected);
    assert_eq!(errors("var a = 1 #disable-next-line b\n"), ["#: this character means nothing here"]);
}

#[test]
fn spans_are_those_of_the_code() {
    let text = "@secure()\nparam pods string = '10.0.0.0/8'\nvar é = 1\nvar x = (a.?b[0] + f('é', 1)) // c\n";
    let parsed = template(text);
    assert_eq!(at(text, parsed.statements[0].span), "@secure()\nparam pods string = '10.0.0.0/8'");
    let S::Parameter(pods) = &parsed.statements[0].kind else { panic!() };
    assert_eq!(at(text, pods.name.span), "pods");
    assert_eq!(at(text, pods.of.as_ref().unwrap().span), "string");
    assert_eq!(at(text, pods.value.as_ref().unwrap().span), "'10.0.0.0/8'");
    let S::Variable(_, _, x) = &parsed.statements[2].kind else { panic!() };
    assert_eq!(at(text, x.span), "(a.?b[0] + f('é', 1))");
    let E::Group(sum) = &x.kind else { panic!() };
    let E::Binary(two, _) = &sum.kind else { panic!() };
    assert_eq!((at(text, two[0].span), at(text, two[1].span)), ("a.?b[0]", "f('é', 1)"));
}

#[test]
fn line_ends_of_all_kinds() {
    for end in ["\n", "\r\n", "\r", "\n\n", " \t\n"] {
        let text = ["param a string", "var b = [", "  1", "  2", "]", "resource c 'd' = {", "  e: 1", "}"].join(end);
        assert_eq!(statements(&text).len(), 3, "{end:?}");
    }
}

/// What the statements of a broken text are: the names that they declare, with a `!` for those that are broken.
fn outline(text: &str) -> String {
    let parsed = template(text);
    assert!(!parsed.errors.is_empty(), "{text}");
    let outline = parsed.statements.iter().map(|statement| match &statement.kind {
        S::Broken(name) => format!("!{}", name.as_ref().map_or("", |n| &*n.text)),
        S::Parameter(p) => p.name.text.to_string(),
        S::Resource(r) => r.name.text.to_string(),
        S::Module(m) => m.name.text.to_string(),
        S::Variable(name, ..) | S::Type(name, _) | S::Output(name, ..) => name.text.to_string(),
        other => panic!("{other:?}"),
    });
    outline.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_mistake_costs_its_statement() {
    let around = |broken: &str| outline(&format!("param before string\n{broken}\nresource after 'b' = {{\n  c: 1\n}}\n"));
    assert_eq!(around("param a"), "before !a after");
    assert_eq!(around("param"), "before ! after");
    assert_eq!(around("param 1 string"), "before ! after");
    assert_eq!(around("param a string ="), "before !a after");
    assert_eq!(around("param a string = 0.5"), "before !a after");
    assert_eq!(around("var a = 'x"), "before !a after");
    assert_eq!(around("var a = 'x${b"), "before !a after");
    assert_eq!(around("var a = 'x${b('y${c"), "before !a after");
    assert_eq!(around("var a = '\\x'"), "before !a after");
    assert_eq!(around("var a = \"x\""), "before !a after");
    assert_eq!(around("var a = f(b\n"), "before !a after");
    assert_eq!(around("var a = [\n  1\n"), "before !a after");
    assert_eq!(around("var a = {\n  b: {\n    c: 1\n"), "before !a after");
    assert_eq!(around("var a = 1 2"), "before !a after");
    assert_eq!(around("var a = }"), "before !a after");
    assert_eq!(around("resource a 'b' = {\n  c: \n  d: {\n    param: 1\n  }\n}"), "before !a after");
    assert_eq!(around("resource a 'b' = {\n  resource x 'y' = {}\n  resource z 'y' = {\n    c d\n  }\n}"), "before !a after");
    assert_eq!(around("resource a 'b' = {\n  c: [\n    1\n  }\n}"), "before !a after");
    assert_eq!(around("resource a 'b' = {\n  c: 1\n"), "before !a after");
    assert_eq!(around("module a = {}"), "before !a after");
    assert_eq!(around("output a string"), "before !a after");
    assert_eq!(around("type a = {\n  @description('x')\n  b string\n}"), "before !a after");
    assert_eq!(around("bogus a = 1"), "before ! after");
    assert_eq!(around("@secure("), "before ! after");
    assert_eq!(around("@secure\nparam a string"), "before ! a after");
    assert_eq!(around("}"), "before ! after");
}

#[test]
fn each_broken_statement_has_one_error() {
    let text = "var a = $ $ \"\nvar b = 'x\\y\\z'\nvar c = [1 2, 3 4]\nvar d = 1\n";
    let expected = [
        "$: this character means nothing here",
        "\\: this escape does not exist; there are \\\\ \\' \\n \\r \\t \\$ and \\u{..}",
        "2: expected `,`, `]` or a new line, but there is `2`",
    ];
    assert_eq!(errors(text), expected);
    assert_eq!(errors("var a = '''\nvar b = 1\n"), ["''': this string has no end; ''' is missing"]);
    assert_eq!(errors("var a = 1\n/* var b = 2\n"), ["/*: this comment has no end"]);
    assert_eq!(errors("var a = '${b\n"), [": the line ends inside an interpolation; its } is missing"]);
    assert_eq!(errors("var a = '\\u{110000}'\n"), ["\\u{110000}: a Unicode escape is \\u{..} with up to six hexadecimal digits"]);
    assert_eq!(errors("var a = 1 &\n"), ["&: a single & is no operator"]);
    assert_eq!(errors("var a ="), [": expected a value, but the file ends"]);
}

#[test]
fn depth_is_bounded() {
    // Deep code needs the stack that a run has.
    overlint::with_threads(1, bounded_depth).unwrap();
}

fn bounded_depth() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{a:", "}"),
        ("f(", ")"),
        ("-", ""),
        ("'${", "}'"),
        ("x => ", ""),
        ("a ? b : ", ""),
        ("a[", "]"),
    ] {
        let nested = |times: usize| format!("var x = {}1{}\nvar y = 2\n", open.repeat(times), close.repeat(times));
        assert_eq!(statements(&nested(90)).len(), 2, "{open}");
        assert_eq!(outline(&nested(100_000)), "!x y", "{open}");
    }
    for (start, more) in [
        ("var x = a", ".b"),
        ("var x = a", "[0]"),
        ("var x = a", " + b"),
        ("var x = a", "!"),
        ("type x = a", "[]"),
        ("type x = a", "?"),
    ] {
        assert_eq!(outline(&format!("{start}{}\nvar y = 2\n", more.repeat(100_000))), "!x y", "{more}");
    }
    let resources = format!("{}\nvar y = 2\n", "resource x 'y' = {\n  ".repeat(10_000));
    assert!(outline(&resources).ends_with(" y"));
}

#[test]
fn time_is_linear_where_much_is_broken() {
    let start = std::time::Instant::now();
    let parse = || {
        for text in ["@a()\n", "resource a 'b' = {\n", "var a = {\n", "func f(", "'''", "# ", "var a = '${'", "type a = [\n"] {
            template(&text.repeat(20_000));
        }
        template(&format!("{}{}", "resource a 'b' = {\n".repeat(150), "resource a 'b' = {}\n".repeat(20_000)));
    };
    overlint::with_threads(1, parse).unwrap();
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
