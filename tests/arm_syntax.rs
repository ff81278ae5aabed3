//! ARM templates and files of parameters: what each construct becomes, and what a mistake costs.
//!
//! The environment variable `OVERLINT_ARM_CORPUS` names folders with checkouts of real repositories, separated as in `PATH`. Every JSON
//! file in them is read then. Without the variable that is not tested, and the test says so.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests may panic as tests may"
)]

mod common;

use common::expr::{list, names, show};
use overlint::source::{FileId, Sources, Span};
use overlint::syntax::arm::{Kind, Read, is_candidate, read};
use overlint::syntax::expr::Expr;
use overlint::syntax::template::{
    Declaration, DeclarationKind as D, Language, ParameterFile, Source, Target, Template, Type, TypeKind,
};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

const VARIABLE: &str = "OVERLINT_ARM_CORPUS";

fn source(bytes: &[u8]) -> (Sources, FileId) {
    let mut sources = Sources::new();
    let id = sources.add("x.json", bytes);
    (sources, id)
}

/// A template with these parts.
fn with(parts: &str) -> String {
    format!(r#"{{ "$schema": "https://x/2019-04-01/deploymentTemplate.json#", {parts} }}"#)
}

/// Reads a file. All spans are checked.
fn file(text: &str) -> Option<Read> {
    let (_, id) = source(b"");
    let read = read(id, text)?;
    check_spans(&format!("{read:?}"), text);
    Some(read)
}

fn template_and_errors(text: &str) -> (Template, Vec<String>) {
    let Read { kind: Kind::Template(template), errors } = file(text).unwrap() else { panic!("{text}") };
    let errors = errors.iter().map(|(span, message)| format!("{}: {message}", at(text, *span))).collect();
    (template, errors)
}

/// A template without errors.
fn template(text: &str) -> Template {
    let (template, errors) = template_and_errors(text);
    assert_eq!(errors, [""; 0], "{text}");
    template
}

fn parameters(text: &str) -> ParameterFile {
    let Read { kind: Kind::Parameters(parameters), errors } = file(text).unwrap() else { panic!("{text}") };
    assert_eq!(errors, [], "{text}");
    parameters
}

fn at(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap()
}

/// What the variable `x` of this value becomes.
fn value(json: &str) -> String {
    let mut template = template(&with(&format!(r#""variables": {{ "x": {json} }}"#)));
    show(&template.variables.remove(0).value)
}

/// What is wrong with the variable `x` of this value, with the text that it is about.
fn wrong(json: &str) -> Vec<String> {
    let (mut template, errors) = template_and_errors(&with(&format!(r#""variables": {{ "x": {json} }}"#)));
    assert_eq!(show(&template.variables.remove(0).value), "<this expression could not be read>");
    errors
}

/// A template with these parts, one line for each thing that it declares.
fn outline(parts: &str) -> String {
    show_template(&template(&with(parts)))
}

fn show_template(template: &Template) -> String {
    let mut out = String::new();
    for p in &template.parameters {
        let mut line = format!("param {} {}", p.name.text, show_type(&p.of));
        if !p.allowed.is_empty() {
            let _ = write!(line, " of [{}]", list(&p.allowed, show));
        }
        line += if p.secure { " secure" } else { "" };
        let _ = writeln!(out, "{line}{}", p.default.as_ref().map_or_else(String::new, |d| format!(" = {}", show(d))));
    }
    for variable in &template.variables {
        let _ = writeln!(out, "var {} = {}", variable.name.text, show(&variable.value));
    }
    for (name, of) in &template.types {
        let _ = writeln!(out, "type {} = {}", name.text, show_type(of));
    }
    for f in &template.functions {
        let _ = writeln!(out, "func {}({}) = {}", f.name.text, names(&f.parameters), show(&f.body));
    }
    for declaration in &template.declarations {
        out += &show_declaration(declaration);
    }
    for output in &template.outputs {
        let _ = writeln!(out, "output {} = {}", output.name.text, show(&output.value));
    }
    out
}

fn show_type(of: &Type) -> String {
    let kind = match &of.kind {
        TypeKind::Bool => "bool".to_owned(),
        TypeKind::Other => "other".to_owned(),
        TypeKind::Texts(texts) => format!("{texts:?}"),
        TypeKind::Named(names) => names.join("."),
    };
    format!("{kind}{}", if of.nullable { "?" } else { "" })
}

fn show_declaration(d: &Declaration) -> String {
    let mut out = String::new();
    let symbol = d.symbol.as_ref().map_or_else(String::new, |symbol| format!("{}: ", symbol.text));
    let condition = d.condition.as_ref().map_or_else(String::new, |condition| format!(" if {}", show(condition)));
    let repeat = d.repeat.as_ref().map_or_else(String::new, |r| format!(" for {} in {}", r.name.text, show(&r.over)));
    let body = show(&d.body);
    match &d.kind {
        D::Resource(r) => {
            let existing = if r.existing { " existing" } else { "" };
            let version = r.api_version.as_ref().map_or_else(String::new, |version| format!("@{}", show(version)));
            let _ = writeln!(out, "{symbol}{}{version}{existing}{condition}{repeat} {body}", r.of.text);
            out += &indented(&list(&r.children, show_declaration));
        }
        D::Module(m) => {
            let (source, inside) = match &m.source {
                Source::Path(path) => (path.text.to_string(), String::new()),
                Source::Inline(template, outer) => ((if *outer { "outer" } else { "inner" }).to_owned(), show_template(template)),
                Source::Unknown(why, _) => (format!("<{why}>"), String::new()),
            };
            let arguments = m.arguments.as_ref().map_or_else(String::new, |arguments| format!(" with {}", show(arguments)));
            let _ = writeln!(out, "{symbol}module {source}{condition}{repeat} {body}{arguments}");
            out += &indented(&inside);
        }
    }
    out
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |all, line| all + "  " + line + "\n")
}

/// Compares, with the indentation of Rust code taken away.
fn same(actual: &str, expected: &str) {
    let cut = |text: &str| -> Vec<String> {
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let margin = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
        lines.iter().map(|line| line[margin..].to_owned()).collect()
    };
    assert_eq!(cut(actual), cut(expected), "{actual}");
}

/// Tells whoever runs the tests; what the print macros write is only shown when a test fails.
fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "\nARM corpus: {text}");
}

/// The JSON files of the corpus, sorted.
fn corpus() -> Vec<PathBuf> {
    let Some(folders) = std::env::var_os(VARIABLE) else {
        tell(&format!("skipped, because {VARIABLE} is not set"));
        return Vec::new();
    };
    let entries = std::env::split_paths(&folders).flat_map(|folder| walkdir::WalkDir::new(folder).sort_by_file_name());
    let paths = entries.map(|entry| entry.unwrap()).filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    paths.filter(|path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"))).collect()
}

/// Every span lies in the text, on character boundaries. Taken from the debug form, so that no node is forgotten.
fn check_spans(debug: &str, text: &str) {
    let mut numbers = debug.split("start: ").skip(1).map(|rest| {
        let (start, rest) = rest.split_once(", end: ").unwrap();
        let end = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap();
        (start.parse::<usize>().unwrap(), end.parse::<usize>().unwrap())
    });
    let bad = numbers.find(|(start, end)| text.get(*start..*end).is_none());
    assert_eq!(bad, None, "a span is not in the text:\n{text}");
}

#[test]
fn real_files_are_read() {
    let files = corpus();
    let (mut templates, mut parameters, mut missed, mut wrong, mut written, mut rejected) = (0, 0, 0, 0, 0, 0);
    let mut failures = String::new();
    for path in &files {
        let bytes = fs::read(path).unwrap();
        let (sources, id) = source(&bytes);
        let text = sources.file(id).text();
        let Some(Read { kind, errors }) = read(id, text) else {
            missed += usize::from(is_candidate(&bytes));
            continue;
        };
        match kind {
            Kind::Template(_) => templates += 1,
            Kind::Parameters(_) => parameters += 1,
        }
        let debug = format!("{kind:?}");
        check_spans(&debug, text);
        written += text.matches("\"[").count() - text.matches("\"[[").count();
        rejected += debug.matches("Unknown(\"this expression could not be read\")").count();
        wrong += usize::from(!errors.is_empty());
        for (span, message) in errors {
            let line = text.get(..span.start as usize).unwrap().matches('\n').count() + 1;
            let shown: String = text.get(span.start as usize..).unwrap().chars().take(60).collect();
            let _ = writeln!(failures, "{}:{line}: {message}: {shown:?}", path.display());
        }
    }
    if files.is_empty() {
        return;
    }
    tell(&format!(
        "{templates} templates and {parameters} files of parameters are read, {wrong} of them with errors; of about {written} \
         expressions {rejected} are not; of {} other files {missed} name clusters\n{failures}",
        files.len() - templates - parameters
    ));
    assert!(wrong * 100 <= templates + parameters, "more than 1%");
}

#[test]
fn strings_in_brackets_are_expressions() {
    assert_eq!(value(r#""[concat(parameters('a'), '-vnet')]""#), r#"concat(parameters("a"), "-vnet")"#);
    assert_eq!(value(r#""[ if ( true() , null() , -12 ) ]""#), "if(true(), null(), -12)");
    assert_eq!(value("\"[concat(\n  'a',\r\n\t'b'\n)]\""), r#"concat("a", "b")"#);
    assert_eq!(
        value(r#""[variables('a').pools[0].name['x'][copyIndex()]]""#),
        r#"variables("a").pools[0].name["x"][copyIndex()]"#
    );
    assert_eq!(value(r#""[contoso.name('it''s')]""#), r#"contoso.name("it's")"#);
    assert_eq!(value(r#""['']""#), r#""""#);
    assert_eq!(value(r#""[1.5]""#), "1.5");
    assert_eq!(
        value(r#"{ "[parameters('tag')]": ["[resourceGroup().location]", 1.5, true, null] }"#),
        r#"{parameters("tag"): [resourceGroup().location, 1.5, true, null]}"#
    );
}

#[test]
fn other_strings_are_texts() {
    for text in ["10.0.0.0/8", "[x", "x]", " [x]", "[x] ", "", "[", "[[x"] {
        assert_eq!(value(&format!("{text:?}")), format!("{text:?}"));
    }
    assert_eq!(value(r#""[[parameters('x')]""#), r#""[parameters('x')]""#);
    assert_eq!(value(r#""[[[x]""#), r#""[[x]""#);
}

#[test]
fn placeholders_of_other_tools_are_no_values() {
    assert_eq!(value(r#""10.{{ .n }}.0.0/16""#), r#"`"10.", <{{ .n }}>, ".0.0/16"`"#);
    assert_eq!(value(r##"["#{cidr}#", "${AZURE_LOCATION}"]"##), "[<#{cidr}#>, <${AZURE_LOCATION}>]");
    assert_eq!(value(r#""[concat('{{x}}', 'a')]""#), r#"concat(<{{x}}>, "a")"#);
    assert_eq!(value(r#""[{{x}}]""#), "<{{x}} stands for a value that another tool puts there>");
    assert_eq!(value(r#""[format('{{0}}', 'a')]""#), r#"format("{{0}}", "a")"#);
    assert_eq!(value(r#"["GEN-UNIQUE", "<x>", "__x__"]"#), r#"["GEN-UNIQUE", "<x>", "__x__"]"#);
}

#[test]
fn what_is_no_expression_is_an_error_there() {
    let cases = [
        (r#""[concat('a', 'b']""#, ": expected `,` or `)`, but the expression ends"),
        (r#""[concat('a'))]""#, "): expected the end of the expression, but there is `)`"),
        (r#""[concat('a' 'b')]""#, "': expected `,` or `)`, but there is `'`"),
        (r#""[concat(,)]""#, ",: expected a value, but there is `,`"),
        (r#""[concat('a]""#, "': this string is never closed"),
        (r#""[name]""#, ": expected `(` after the name of a function, but the expression ends"),
        (r#""[a.b.c()]""#, ".: expected `(` after the name of a function, but there is `.`"),
        (r#""[a().]""#, ": expected the name of a property, but the expression ends"),
        (r#""[a()[0]""#, ": expected `]`, but the expression ends"),
        (r#""[-]""#, ": expected a number, but the expression ends"),
        (r#""[1.2.3]""#, "1.2.3: this is no number"),
        (r#""[]""#, ": expected a value, but the expression ends"),
        (r#""[a(é)]""#, "é: expected a value, but there is `é`"),
        (r#""[a(\"b\")]""#, "\\\": expected a value, but there is `\"`"),
    ];
    for (json, expected) in cases {
        assert_eq!(wrong(json), [expected], "{json}");
    }
}

/// The texts of an expression and all expressions inside it.
fn places(text: &str, expr: &Expr, out: &mut Vec<String>) {
    out.push(at(text, expr.span).to_owned());
    expr.kind.for_each_child(|child| places(text, child, out));
}

#[test]
fn places_are_those_in_the_file() {
    for (json, expected) in [
        (
            r#""[concat('a', variables('b').c[0])]""#,
            &["concat('a', variables('b').c[0])", "'a'", "variables('b').c[0]", "variables('b').c", "variables('b')", "'b'", "0"]
                [..],
        ),
        (
            r#""[f(\t'a\\b', '\u00e9\ud83d\ude00', \u0027x\u0027)]""#,
            &[r"f(\t'a\\b', '\u00e9\ud83d\ude00', \u0027x\u0027)", r"'a\\b'", r"'\u00e9\ud83d\ude00'", r"\u0027x\u0027"],
        ),
        (r#""[f('é\"', 'ö')]""#, &[r#"f('é\"', 'ö')"#, r#"'é\"'"#, "'ö'"]),
        (r#""\u005bf( 1 )\n]""#, &["f( 1 )", "1"]),
        (r#"["10.0.0.0/8", -1]"#, &[r#"["10.0.0.0/8", -1]"#, r#""10.0.0.0/8""#, "-1"]),
    ] {
        let text = with(&format!(r#""variables": {{ "x": {json} }}"#));
        let mut found = Vec::new();
        places(&text, &template(&text).variables[0].value, &mut found);
        assert_eq!(found, expected);
    }
}

#[test]
fn places_of_declarations() {
    let text =
        with(r#""parameters": { "p": { "type": "string" } }, "resources": { "aks": { "apiVersion": "1", "type": "a/b" } }"#);
    let template = template(&text);
    let aks = &template.declarations[0];
    assert_eq!(at(&text, template.parameters[0].name.span), r#""p""#);
    assert_eq!(at(&text, aks.header), r#""type": "a/b""#);
    assert_eq!(at(&text, aks.span), r#""aks": { "apiVersion": "1", "type": "a/b" }"#);
    assert_eq!(at(&text, template.span), text);
}

#[test]
fn parameters_and_types() {
    let text = outline(
        r##""parameters": {
            "a": { "type": "string", "defaultValue": "[resourceGroup().location]", "metadata": { "description": "[no expression]" } },
            "b": { "Type": "Bool", "DefaultValue": false },
            "c": { "type": "SecureString" },
            "d": { "type": "string", "allowedValues": ["azure", "[x]"] },
            "e": { "type": "array", "allowedValues": ["1", "2"] },
            "f": { "type": "int", "nullable": true, "defaultValue": null },
            "g": { "$ref": "#/definitions/plugin" },
            "h": { "$ref": "#/definitions/_1.secret", "nullable": true },
            "a": { "type": "string", "defaultValue": "the last one counts" }
        },
        "definitions": {
            "plugin": { "type": "string", "allowedValues": ["azure", "kubenet"], "nullable": true },
            "_1.secret": { "$ref": "#/definitions/s" },
            "s": { "type": "secureObject" }
        }"##,
    );
    same(
        &text,
        r#"
        param b bool = false
        param c other secure
        param d other of ["azure", "[x]"]
        param e other
        param f other? = null
        param g plugin
        param h _1.secret? secure
        param a other = "the last one counts"
        type plugin = ["azure", "kubenet"]?
        type _1.secret = s
        type s = other
        "#,
    );
}

#[test]
fn loops_of_variables_properties_and_outputs() {
    let text = outline(
        r#""variables": {
            "copy": [
                { "name": "names", "count": 3, "input": "[concat('n', copyIndex('names', 1))]" },
                { "name": "subnets", "count": "[length(parameters('s'))]", "input": { "name": "[parameters('s')[copyIndex('subnets')]]" } }
            ],
            "inside": { "a": 1, "copy": [{ "name": "b", "count": 2, "input": "x" }, { "name": "c", "count": 1, "input": "y" }] },
            "deep": [{ "copy": [{ "name": "d", "count": 2, "input": { "copy": [{ "name": "e", "count": 4, "input": 1 }] } }] }],
            "other": { "copy": ["not", "a", "loop"] },
            "another": { "copy": { "name": "x" } }
        },
        "outputs": {
            "all": { "type": "array", "copy": { "count": 2, "input": "[copyIndex()]" } },
            "some": { "type": "string", "condition": "[parameters('c')]", "value": "x" }
        }"#,
    );
    same(
        &text,
        r#"
        var names = [for names in range(0, 3): concat("n", copyIndex("names", 1))]
        var subnets = [for subnets in range(0, length(parameters("s"))): {"name": parameters("s")[copyIndex("subnets")]}]
        var inside = {"a": 1, "b": [for b in range(0, 2): "x"], "c": [for c in range(0, 1): "y"]}
        var deep = [{"d": [for d in range(0, 2): {"e": [for e in range(0, 4): 1]}]}]
        var other = {"copy": ["not", "a", "loop"]}
        var another = {"copy": {"name": "x"}}
        output all = [for  in range(0, 2): copyIndex()]
        output some = (parameters("c") ? "x" : null)
        "#,
    );
}

#[test]
fn functions_of_the_user() {
    let text = outline(
        r#""functions": [{ "namespace": "contoso", "members": {
            "name": {
                "parameters": [{ "name": "a", "type": "string" }, { "name": "b", "type": "int" }],
                "output": { "type": "string", "value": "[concat(parameters('a'), parameters('b'))]" }
            },
            "one": { "output": { "type": "int", "value": 1 } }
        } }]"#,
    );
    same(&text, "func contoso.name(a, b) = concat(parameters(\"a\"), parameters(\"b\"))\nfunc contoso.one() = 1\n");
}

#[test]
fn resources_in_a_list_or_by_symbolic_names() {
    let text = outline(
        r#""resources": [
            {
                "comments": "[a note]",
                "condition": "[parameters('c')]",
                "type": "Microsoft.Network/virtualNetworks",
                "apiVersion": "2023-01-01",
                "name": "net",
                "copy": { "name": "nets", "count": 2, "mode": "serial" },
                "properties": { "type": "kept", "copy": [{ "name": "subnets", "count": 1, "input": {} }] },
                "resources": [{ "type": "subnets", "apiVersion": "[variables('v')]", "name": "a", "scope": "x" }]
            },
            { "type": "Microsoft.Network/virtualNetworks/subnets", "apiVersion": "1", "name": "net/b", "properties": "[variables('p')]" }
        ]"#,
    );
    same(
        &text,
        r#"
        Microsoft.Network/virtualNetworks@"2023-01-01" if parameters("c") for nets in 2 {"name": "net", "properties": {"type": "kept", "subnets": [for subnets in range(0, 1): {}]}}
          subnets@variables("v") {"name": "a", "scope": "x"}
        Microsoft.Network/virtualNetworks/subnets@"1" {"name": "net/b", "properties": variables("p")}
        "#,
    );
    let text = outline(
        r#""languageVersion": "2.0", "resources": {
            "net": { "existing": true, "type": "Microsoft.Network/virtualNetworks", "apiVersion": "1", "name": "n" },
            "aks": { "type": "Microsoft.ContainerService/managedClusters", "apiVersion": "2", "name": "a", "dependsOn": ["net"],
                "resources": { "pool": { "type": "agentPools", "apiVersion": "2", "name": "p" } } },
            "old": { "existing": true, "type": "Microsoft.Resources/deployments", "apiVersion": "3", "name": "d" }
        }"#,
    );
    same(
        &text,
        r#"
        net: Microsoft.Network/virtualNetworks@"1" existing {"name": "n"}
        aks: Microsoft.ContainerService/managedClusters@"2" {"name": "a", "dependsOn": ["net"]}
          pool: agentPools@"2" {"name": "p"}
        old: Microsoft.Resources/deployments@"3" existing {"name": "d"}
        "#,
    );
}

/// A deployment with these properties.
fn deployment(properties: &str) -> String {
    outline(&format!(
        r#""resources": [{{ "type": "microsoft.resources/deployments", "apiVersion": "1", "name": "d", "resourceGroup": "rg",
            "properties": {properties} }}]"#
    ))
}

#[test]
fn deployments_are_module_calls() {
    let inner = r#""template": { "variables": { "v": 1 }, "resources": [] }"#;
    let text = deployment(&format!(
        r#"{{ "mode": "Incremental", "expressionEvaluationOptions": {{ "scope": "Inner" }},
            "parameters": {{ "a": {{ "value": "[variables('v')]" }}, "b": {{ "copy": [{{ "name": "value", "count": 2, "input": 1 }}] }} }},
            {inner} }}"#
    ));
    same(
        &text,
        r#"
        module inner {"name": "d", "resourceGroup": "rg", "properties": {"mode": "Incremental", "expressionEvaluationOptions": {"scope": "Inner"}}} with {"a": {"value": variables("v")}, "b": {"value": [for value in range(0, 2): 1]}}
          var v = 1
        "#,
    );
    let head =
        |properties: &str| deployment(properties).lines().next().unwrap().replace(r#" {"name": "d", "resourceGroup": "rg""#, "");
    assert_eq!(head(&format!("{{ {inner} }}")), r#"module outer, "properties": {}}"#);
    assert_eq!(
        head(&format!(r#"{{ {inner}, "parameters": {{ "a": "[if(b(), c(), null())]" }} }}"#)),
        r#"module outer, "properties": {}} with {"a": if(b(), c(), null())}"#
    );
    let links = [
        (r#"{ "relativePath": "nested/net.json" }"#, "nested/net.json"),
        (r#"{ "relativePath": "[variables('p')]" }"#, "<the path of its template is [variables('p')]>"),
        (r#"{ "uri": "https://x/net.json", "contentVersion": "1.0.0.0" }"#, "<its template is at https://x/net.json>"),
        (
            r#"{ "uri": "[uri(deployment().properties.templateLink.uri, 'a.json')]" }"#,
            "<its template is at [uri(deployment().properties.templateLink.uri, 'a.json')]>",
        ),
        (
            r#"{ "id": "/subscriptions/1/x/net/versions/1" }"#,
            "<its template is the template spec /subscriptions/1/x/net/versions/1>",
        ),
        (r#"{ "id": "[resourceId('a', 'b')]" }"#, "<its template is the template spec [resourceId('a', 'b')]>"),
        ("{}", "<it is not known where its template is>"),
    ];
    for (link, expected) in links {
        assert_eq!(head(&format!(r#"{{ "templateLink": {link} }}"#)), format!(r#"module {expected}, "properties": {{}}}}"#));
    }
    assert_eq!(
        head(r#"{ "templateLink": { "relativePath": "a.json" }, "parametersLink": { "uri": "https://x" } }"#),
        r#"module a.json, "properties": {}} with <the parameters are in a file elsewhere>"#
    );
    assert_eq!(head(r#"{ "template": "[variables('t')]" }"#), r#"module <an expression makes its template>, "properties": {}}"#);
    assert_eq!(head("{}"), r#"module <it has no template>, "properties": {}}"#);
    assert_eq!(
        head(r#""[variables('p')]""#),
        r#"module <an expression makes the deployment>, "properties": variables("p")} with <an expression makes the deployment>"#
    );
}

#[test]
fn resources_that_cannot_be_read_are_told_and_lost() {
    let cases = [
        (r#"[{ "name": "x", "apiVersion": "1" }]"#, r#"{ "name": "x", "apiVersion": "1" }: this resource has no type"#),
        (r#"[{ "type": "[variables('t')]" }]"#, r#""[variables('t')]": a resource whose type is an expression is not read"#),
        (r#"[{ "type": 1 }]"#, "1: the type of a resource must be a text"),
        (r#"["[variables('r')]"]"#, r#""[variables('r')]": a resource that is no object is not read"#),
        (
            r#""[variables('r')]""#,
            r#""[variables('r')]": resources must be a list or an object; what else makes them is not read"#,
        ),
    ];
    for (resources, expected) in cases {
        let (template, errors) = template_and_errors(&with(&format!(r#""resources": {resources}"#)));
        assert_eq!((errors, template.lost.len(), template.declarations.len()), (vec![expected.to_owned()], 1, 0), "{resources}");
    }
    let (template, errors) = template_and_errors(&with(r#""parameters": [], "resources": [{ "type": "a/b" }]"#));
    assert_eq!(
        (errors, template.lost.len(), template.declarations.len()),
        (vec!["[]: parameters must be an object".to_owned()], 1, 1)
    );
}

#[test]
fn mistakes_in_the_json_cost_little() {
    let text = r#"{ "resources": [{ "type": "a/b" "apiVersion": "1", "properties": { "x": nope, "y": 1 } }] }"#;
    let (template, errors) = template_and_errors(text);
    assert_eq!(errors, ["\": a comma is missing before this", "nope: this is no JSON value"]);
    assert_eq!(template.lost.len(), 2);
    same(&show_template(&template), r#"a/b@"1" {"properties": {"x": <this could not be read>, "y": 1}}"#);
}

#[test]
fn what_azure_takes_beyond_json_is_no_mistake() {
    let text = "{ // a note\n \"resources\": [ { \"type\": \"a/b\", \"apiVersion\": \"1\", /* another */ \"name\": \"[concat(\n'a',\n'b')]\", }, ], }";
    same(&show_template(&template(text)), r#"a/b@"1" {"name": concat("a", "b")}"#);
}

#[test]
fn files_are_known_by_what_they_say() {
    let kind = |text: &str| match file(text).map(|read| read.kind) {
        Some(Kind::Template(template)) => format!("{:?}", template.target),
        Some(Kind::Parameters(_)) => "parameters".to_owned(),
        None => "none".to_owned(),
    };
    let schema =
        |name: &str| kind(&format!(r#"{{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/{name}#" }}"#));
    assert_eq!(schema("deploymentTemplate.json"), "ResourceGroup");
    assert_eq!(schema("DeploymentTemplate.json"), "ResourceGroup");
    assert_eq!(schema("subscriptionDeploymentTemplate.json"), "Subscription");
    assert_eq!(schema("managementGroupDeploymentTemplate.json"), "ManagementGroup");
    assert_eq!(schema("tenantDeploymentTemplate.json"), "Tenant");
    assert_eq!(schema("deploymentParameters.json"), "parameters");
    assert_eq!(schema("CreateUIDefinition.MultiVm.json"), "none");
    for (text, expected) in [
        (r#"{ "resources": [{ "type": "a/b", "apiVersion": "1" }] }"#, "ResourceGroup"),
        (r#"{ "resources": { "x": { "type": "a/b", "apiVersion": "1" } } }"#, "ResourceGroup"),
        (r#"{ "resources": [{ "type": "azurerm_x", "values": {} }] }"#, "none"),
        (r#"{ "format_version": "1.2", "resources": [{ "type": "a/b", "apiVersion": "1" }] }"#, "none"),
        (r#"{ "contentVersion": "1.0.0.0", "parameters": { "a": { "value": 1 }, "b": { "reference": {} } } }"#, "parameters"),
        (r#"{ "parameters": { "a": { "value": 1 } } }"#, "none"),
        (r#"{ "contentVersion": "1.0.0.0", "parameters": { "a": { "type": "string" } } }"#, "none"),
        ("{}", "none"),
        ("[]", "none"),
        ("", "none"),
        ("nope", "none"),
    ] {
        assert_eq!(kind(text), expected, "{text}");
    }
    let (template, parameters) =
        (template(&with("\"resources\": []")), parameters(r#"{ "$schema": "deploymentParameters.json" }"#));
    assert_eq!(
        (template.language, parameters.scope.language, template.target),
        (Language::Arm, Language::Arm, Target::ResourceGroup)
    );
}

#[test]
fn values_of_parameters() {
    let read = parameters(
        r##"{ "$schema": "https://x/deploymentParameters.json#", "contentVersion": "1.0.0.0", "parameters": {
            "text": { "value": "[no expression]" },
            "escaped": { "value": "[[x]" },
            "nothing": { "value": null },
            "list": { "value": [{ "cidr": "10.0.0.0/8", "copy": [{ "name": "a", "count": 1 }] }, "GEN-UNIQUE-8", "__x__"] },
            "secret": { "reference": { "keyVault": { "id": "x" }, "secretName": "y" } },
            "later": { "expression": "[externalInputs('x')]" },
            "env": { "value": "a-${NAME}" }
        } }"##,
    );
    let values: Vec<String> = read.values.iter().map(|v| format!("{} = {}", v.name.text, show(&v.value))).collect();
    let expected = [
        r#"text = "[no expression]""#,
        r#"escaped = "[[x]""#,
        "nothing = null",
        r#"list = [{"cidr": "10.0.0.0/8", "copy": [{"name": "a", "count": 1}]}, <GEN-UNIQUE-8>, <__x__>]"#,
        "secret = <it is a secret in a key vault>",
        "later = <an expression gives it when the template is deployed>",
        r#"env = `"a-", <${NAME}>`"#,
    ];
    assert_eq!(values, expected);
    let Read { errors, .. } = file(r#"{ "$schema": "deploymentParameters.json", "parameters": { "a": "x" } }"#).unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].1, "a parameter needs a value or a reference here");
}

#[test]
fn files_that_may_matter_name_a_cluster() {
    for text in ["Microsoft.ContainerService/managedClusters", "x/MANAGEDCLUSTERS'", "gmanagedclustersg", "gg managedClusters"] {
        assert!(is_candidate(text.as_bytes()), "{text}");
    }
    for text in ["", "g", "managedCluster", "managed clusters", "gedClusters"] {
        assert!(!is_candidate(text.as_bytes()), "{text}");
    }
    let utf16: Vec<u8> = "\u{feff}managedClusters".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(is_candidate(&utf16));
}

#[test]
fn depth_is_bounded() {
    let nested = |open: &str, close: &str, times: usize| format!("{}1{}", open.repeat(times), close.repeat(times));
    for times in [150, 250, 20_000] {
        for (open, close) in [("f(", ")"), ("f()[", "]")] {
            let json = format!("\"[{}]\"", nested(open, close, times));
            let (template, errors) = template_and_errors(&with(&format!(r#""variables": {{ "x": {json}, "y": 2 }}"#)));
            assert_eq!((errors.is_empty(), template.variables.len()), (times == 150, 2), "{errors:?}");
        }
        let (_, errors) = template_and_errors(&with(&format!(r#""variables": {{ "x": "[f(){}]" }}"#, ".a".repeat(times))));
        assert_eq!(errors.is_empty(), times == 150);
        for (open, close) in [("[", "]"), (r#"{"a": "#, "}"), (r#"{"copy": [{"name": "a", "count": 1, "input": "#, "}]}")] {
            let json = nested(open, close, times);
            let (template, errors) = template_and_errors(&with(&format!(r#""variables": {{ "x": {json}, "y": 2 }}"#)));
            assert_eq!(template.variables.len(), 2);
            assert_eq!(errors.is_empty(), times == 150 && !open.contains("copy"), "{open} {errors:?}");
        }
    }
    let inside = r#"{"resources": [{"type": "Microsoft.Resources/deployments", "properties": {"template": "#;
    let children = r#"{"resources": [{"type": "a/b", "#;
    for times in [60, 120, 5_000] {
        let text = with(&format!(
            r#""resources": [{{"type": "Microsoft.Resources/deployments", "properties": {{"template": {}}} }}]"#,
            nested(inside, "}}]}", times)
        ));
        assert_eq!(template_and_errors(&text).1.is_empty(), times == 60);
        let text = with(&format!(r#""resources": [{{"type": "a/b", "resources": [{}]}}]"#, nested(children, "}]}", times)));
        file(&text);
    }
}

#[test]
fn broken_files_are_read() {
    let text = with(
        r#""parameters": { "a": { "type": "string", "defaultValue": "[concat('\u00e9', 'b')]" } },
        "variables": { "copy": [{ "name": "x", "count": 1, "input": "é" }] },
        "resources": [{ "type": "Microsoft.Resources/deployments", "copy": { "name": "c", "count": 1 }, "properties": {
            "template": { "resources": { "aks": { "type": "a/b", "name": "[parameters('a')]" } } } } }]"#,
    );
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    for at in &ends {
        file(&text[..*at]);
        for wrong in ["\"", "[", "]", "{", "}", ",", "\\", "'", "1"] {
            file(&format!("{}{wrong}{}", &text[..*at], &text[*at..]));
        }
    }
}
