//! What Terraform code comes out as: files in, report out.
//!
//! The value under test is put where a pod CIDR belongs. Since it is none, the report quotes it; if it cannot be known, the report says why.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use common::{check_with, cluster, values};
use overlint::config::{Config, Given};

/// The value of an expression among some declarations.
fn value(declarations: &str, expression: &str) -> String {
    let main = format!("{declarations}\n{}", cluster(expression));
    let values = values(&[("main.tf", &main)], &Config::default());
    assert_eq!(values.len(), 1, "{expression}: {values:?}");
    values.into_iter().next().unwrap()
}

#[track_caller]
fn all(declarations: &str, cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(value(declarations, expression), *expected, "{expression}");
    }
}

#[test]
fn literals_and_templates() {
    all(
        r#"locals { 
             name = "x"
             n    = 5
           }"#,
        &[
            (r#""plain""#, "plain"),
            (r#""a-${local.name}-${local.n}""#, "a-x-5"),
            (r#""${local.name}""#, "x"),
            (r#""$${local.name}""#, "${local.name}"),
            (r#""\u0041\\b""#, "A\\b"),
            (r#""%{ if local.n > 3 }big%{ else }small%{ endif }""#, "big"),
            (r#""%{ for i in [1, 2, 3] }${i},%{ endfor }""#, "1,2,3,"),
            (r#""  ${~ local.name ~}  y""#, "xy"),
            ("<<EOT\nheredoc ${local.n}EOT\nEOT\n", "heredoc 5EOT\n"),
            ("<<-EOT\n    one\n      two\n    EOT\n", "one\n  two\n"),
            ("local.n", "5"),
            ("true", "true"),
            ("1.5", "1.5"),
        ],
    );
}

#[test]
fn operators_and_conditionals() {
    all(
        "locals { n = 7 }",
        &[
            (r#""${1 + 2 * 3}""#, "7"),
            (r#""${(1 + 2) * 3}""#, "9"),
            (r#""${local.n / 2}""#, "3.5"),
            (r#""${local.n % 4}""#, "3"),
            (r#""${-local.n}""#, "-7"),
            (r#""${"3" + 4}""#, "7"),
            (r#"local.n == 7 ? "yes" : "no""#, "yes"),
            (r#"local.n != 7 || local.n > 100 ? "yes" : "no""#, "no"),
            (r#"!(local.n <= 7) ? "yes" : "no""#, "no"),
            (r#"1 == "1" ? "equal" : "different""#, "different"),
            (r#"[1, 2] == [1, 2] ? "equal" : "different""#, "equal"),
            (r#"null == null ? "equal" : "different""#, "equal"),
        ],
    );
}

#[test]
fn collections() {
    all(
        r#"locals {
             list = ["a", "b", "c"]
             map  = { one = 1, "two" = 2, (local.list[2]) = 3 }
             rows = [{ id = "x", n = { k = 1 } }, { id = "y", n = { k = 2 } }]
           }"#,
        &[
            ("local.list[1]", "b"),
            ("local.list.1", "b"),
            (r#"local.list["2"]"#, "c"),
            ("local.map.two", "2"),
            (r#"local.map["one"]"#, "1"),
            ("local.map.c", "3"),
            ("(local.rows[*].id)[1]", "y"),
            ("local.rows.*.id[0]", "x"),
            ("local.rows.*.n.k[1]", "2"),
            (r#""${[for s in local.list : "<${s}>"][2]}""#, "<c>"),
            (r#"[for i, s in local.list : "${i}${s}" if s != "a"][0]"#, "1b"),
            (r#"{ for k, v in local.map : v => k }["2"]"#, "two"),
            (r#"{ for r in local.rows : "all" => r.id... }["all"][1]"#, "y"),
            // In an object `for`, newlines mean nothing.
            ("{ for k, v in local.map : k =>\n  v == 1 ? \"first\"\n  : \"other\" }[\"one\"]", "first"),
            // Of equal keys, the last counts.
            (r#"{ a = "first", b = "x", a = "last" }.a"#, "last"),
            (r#"{ a = { z = "first" }, a = { z = "last" } }["a"].z"#, "last"),
        ],
    );
}

#[test]
fn what_terraform_refuses_is_not_known() {
    for (expression, reason) in [
        ("local.list[9]", "there is no element 9 in a list of 1"),
        ("local.map.nothing", "there is no attribute nothing here"),
        ("local.nothing", "local.nothing is not declared in this module"),
        ("var.nothing", "var.nothing is not declared in this module"),
        ("nothing", "there is nothing called nothing here"),
        ("local.loop_a", "local.loop_a refers to itself"),
        ("data.azurerm_subnet.nothing.id", "data.azurerm_subnet.nothing is not declared in this module"),
        ("1 / 0", "this divides by zero"),
        ("no_such_function(1)", "the function no_such_function is not evaluated"),
        ("terraform.workspace", "terraform.workspace is not known"),
    ] {
        let declarations = r#"locals {
            list   = ["a"]
            map    = { a = 1 }
            loop_a = local.loop_b
            loop_b = local.loop_a
        }"#;
        assert_eq!(value(declarations, expression), format!("? {reason}"), "{expression}");
    }
}

#[test]
fn unknown_values_go_on_and_may_not_matter() {
    all(
        r#"variable "u" {}
           variable "id" {}
           resource "azurerm_subnet" "s" {}"#,
        &[
            ("var.u", "? var.u has no value"),
            (r#""x${var.u}""#, "? var.u has no value"),
            (r#"var.u ? "a" : "10.0.0.0/16""#, "? this depends on whether var.u holds"),
            (r#"var.u ? "same" : "same""#, "same"),
            (r#"var.u || true ? "yes" : "no""#, "yes"),
            (r#"false && var.u ? "yes" : "no""#, "no"),
            (r#"[var.u, "b"][1]"#, "b"),
            (r#"{ a = var.u, b = "b" }.b"#, "b"),
            (r#"azurerm_subnet.s.id"#, "? azurerm_subnet.s.id is known only after deployment"),
            (r#"azurerm_subnet.s.id != null ? "there" : "not""#, "there"),
            (r#"try(var.u, "fallback")"#, "? var.u has no value"),
            (r#"try(local.nothing, "fallback")"#, "fallback"),
            (r#"try(var.u.x.y, "fallback")"#, "? var.u has no value"),
            (r#"can(local.nothing) ? "can" : "cannot""#, "cannot"),
            (r#"can("x") ? "can" : "cannot""#, "can"),
            (r#"format("%s/%s/100%%", "a", var.u)"#, "? var.u has no value"),
            (r#"try(format("%s/%s", var.u, null), "null fails")"#, "null fails"),
            (r#"format("/x/%s/subnets/%s", var.u, "s") == "/x/${var.u}/subnets/s" ? "same" : "?""#, "same"),
        ],
    );
}

#[test]
fn variables_take_the_last_value_that_is_given() {
    let variables = r#"variable "x" { default = "default" }"#;
    let main = format!("{variables}{}", cluster("var.x"));
    let mut files = vec![("main.tf", main.as_str())];
    let of = |files: &[(&str, &str)], config: &Config| values(files, config).concat();
    assert_eq!(of(&files, &Config::default()), "default");
    files.push(("terraform.tfvars", "x = \"tfvars\""));
    assert_eq!(of(&files, &Config::default()), "tfvars");
    files.push(("b.auto.tfvars", "x = \"auto b\""));
    files.push(("a.auto.tfvars", "x = \"auto a\""));
    assert_eq!(of(&files, &Config::default()), "auto b");
    files.push(("env/one.tfvars", "x = \"one\""));
    files.push(("env/two.tfvars", "x = \"two\""));
    let file = |name: &&str| Given::File((*name).to_owned());
    let var_files = |names: &[&str]| Config { variables: names.iter().map(file).collect(), ..Config::default() };
    assert_eq!(of(&files, &var_files(&["env/two.tfvars", "env/one.tfvars"])), "one");
    assert_eq!(of(&files, &var_files(&["env/one.tfvars", "env/two.tfvars"])), "two");
    let given = |value: &str| Given::Value("x".to_owned(), value.to_owned());
    let one = || file(&"env/one.tfvars");
    for (variables, last) in [
        (vec![one(), given("given"), given("given last")], "given last"),
        (vec![given("given"), one()], "one"),
        (vec![given("given"), Given::Value("y".to_owned(), "other".to_owned())], "given"),
    ] {
        assert_eq!(of(&files, &Config { variables, ..Config::default() }), last);
    }
}

#[test]
fn variables_have_types_with_defaults_for_what_is_optional() {
    all(
        r#"variable "o" {
             type = object({
               a = optional(string, "a-default")
               b = optional(object({ c = optional(number, 5) }), {})
               d = optional(string)
               e = string
               l = optional(list(object({ m = optional(string, "m-default") })), [{}])
             })
             default = { e = "given", dropped = "x" }
           }
           variable "m" {
             type    = map(object({ x = optional(string, "x-default") }))
             default = { k = {} }
           }
           variable "old" {
             type    = "string"
             default = 12
           }
           variable "nul" {
             nullable = false
             default  = "not null"
           }"#,
        &[
            ("var.o.a", "a-default"),
            (r#""${var.o.b.c}""#, "5"),
            ("var.o.e", "given"),
            (r#"var.o.d == null ? "null" : "set""#, "null"),
            ("var.o.l[0].m", "m-default"),
            (r#"can(var.o.dropped) ? "kept" : "dropped""#, "dropped"),
            (r#"var.m["k"].x"#, "x-default"),
            ("var.old", "12"),
            ("var.nul", "not null"),
        ],
    );
    let config = Config { variables: vec![Given::Value("n".to_owned(), "[\"a\", \"b\"]".to_owned())], ..Config::default() };
    let main = format!("variable \"n\" {{\n type = list(string)\n}}\n{}", cluster("var.n[1]"));
    assert_eq!(values(&[("main.tf", &main)], &config), ["b"]);

    for (ty, text, expected) in [
        ("", "[1]", "[1]"),
        ("type = string", "05", "05"),
        ("type = number", "05", "5"),
        ("type = bool", "1", "true"),
        ("type = any", "5", "5"),
        ("type = any", "abc", "? only plain values can be given by --var"),
    ] {
        let config = Config { variables: vec![Given::Value("n".to_owned(), text.to_owned())], ..Config::default() };
        let main = format!("variable \"n\" {{\n {ty}\n}}\n{}", cluster("var.n"));
        assert_eq!(values(&[("main.tf", &main)], &config), [expected], "{ty}");
    }
}

#[test]
fn repeated_resources() {
    let declarations = r#"
        variable "u" {}
        resource "azurerm_virtual_network" "once" { name = "once" }
        resource "azurerm_virtual_network" "counted" {
          count = 2
          name  = "net-${count.index}"
        }
        resource "azurerm_virtual_network" "each" {
          for_each = { a = "alpha", b = "beta" }
          name     = "${each.key}-${each.value}"
        }
        resource "azurerm_virtual_network" "unknown" {
          count = var.u ? 1 : 0
          name  = "perhaps"
        }
        resource "azurerm_virtual_network" "blocks" {
          subnet { name = "first" }
          dynamic "subnet" {
            for_each = ["second", "third"]
            content { name = "${subnet.key}-${subnet.value}" }
          }
          dynamic "subnet" {
            for_each = { k = "v" }
            iterator = it
            content { name = "${it.key}-${it.value}" }
          }
        }"#;
    all(
        declarations,
        &[
            ("azurerm_virtual_network.once.name", "once"),
            ("azurerm_virtual_network.counted[1].name", "net-1"),
            ("azurerm_virtual_network.counted.*.name[0]", "net-0"),
            ("azurerm_virtual_network.each[\"b\"].name", "b-beta"),
            ("[for n in azurerm_virtual_network.each : n.name][0]", "a-alpha"),
            ("azurerm_virtual_network.unknown[0].name", "perhaps"),
            ("azurerm_virtual_network.blocks.subnet[0].name", "first"),
            ("azurerm_virtual_network.blocks.subnet[2].name", "1-third"),
            ("azurerm_virtual_network.blocks.subnet[3].name", "k-v"),
            (
                "azurerm_virtual_network.blocks.subnet[3].id",
                "? azurerm_virtual_network.blocks.subnet[3].id is known only after deployment",
            ),
        ],
    );
}

#[test]
fn local_modules_take_arguments_and_give_outputs() {
    let main = format!(
        r#"
        module "a" {{
          source = "./modules/outer"
          word   = "hello"
        }}
        module "many" {{
          source   = "./modules/outer"
          for_each = toset(["x", "y"])
          word     = each.key
        }}
        module "counted" {{
          source = "./modules/outer"
          count  = 2
          word   = "n${{count.index}}"
        }}
        module "registry" {{ source = "acme/aks/azurerm" }}
        {}{}{}{}{}"#,
        cluster("module.a.result"),
        cluster("module.counted[1].result").replace("\"c\"", "\"d\""),
        cluster("(module.counted[*].result)[0]").replace("\"c\"", "\"e\""),
        cluster("module.registry.anything").replace("\"c\"", "\"f\""),
        cluster("module.a.nothing").replace("\"c\"", "\"g\""),
    );
    let outer = r#"
        variable "word" {}
        module "inner" {
          source = "../inner"
          text   = "<${var.word}>"
        }
        output "result" { value = module.inner.out }"#;
    let inner = r#"
        variable "text" {}
        variable "mark" { default = "!" }
        output "out" { value = "${var.text}${var.mark}" }"#;
    let files = [("main.tf", main.as_str()), ("modules/outer/main.tf", outer), ("modules/inner/main.tf", inner)];
    let mut found = values(&files, &Config::default());
    found.sort();
    assert_eq!(
        found,
        [
            "<hello>!",
            "<n0>!",
            "<n1>!",
            "? the module acme/aks/azurerm is not part of this code",
            "? the module has no output nothing",
        ]
    );
}

#[test]
fn clusters_in_modules_are_checked_for_each_instance() {
    let main = r#"
        module "one" {
          source = "./aks"
          range  = "one"
        }
        module "two" {
          source = "./aks"
          range  = "two"
        }"#;
    let module = format!("variable \"range\" {{}}\n{}", cluster("var.range"));
    let (sources, report) = check_with(&[("main.tf", main), ("aks/main.tf", &module)], &Config::default());
    let found: Vec<_> = report.findings.iter().filter(|f| f.rule == "invalid-cidr").collect();
    let clusters: Vec<_> = found.iter().map(|f| f.cluster.as_str()).collect();
    assert_eq!(clusters, ["module.one.azurerm_kubernetes_cluster.c", "module.two.azurerm_kubernetes_cluster.c"]);
    // The place to edit is in the module; where the value comes from is in the root.
    let first = found[0];
    assert_eq!(sources.file(first.place.file).path(), "aks/main.tf");
    assert_eq!(sources.text(first.place), "var.range");
    let came: Vec<_> = first.related.iter().map(|r| (r.message.as_str(), sources.text(r.span))).collect();
    assert_eq!(came, [("argument range of module.one", "\"one\"")]);
}

#[test]
fn a_finding_names_every_place_its_value_came_through() {
    let main = format!(
        r#"variable "plan" {{
             default = {{ aks = {{ pods = "x" }} }}
           }}
           locals {{ ranges = var.plan.aks }}
           {}"#,
        cluster("local.ranges.pods")
    );
    let (sources, report) = check_with(&[("main.tf", &main)], &Config::default());
    let finding = report.findings.iter().find(|f| f.rule == "invalid-cidr").unwrap();
    let came: Vec<_> = finding.related.iter().map(|r| (r.message.as_str(), sources.text(r.span))).collect();
    assert_eq!(came, [("local.ranges", "var.plan.aks"), ("default of var.plan", "\"x\"")]);
}

#[test]
fn a_module_that_calls_itself_is_told() {
    let main = "module \"me\" { source = \"./a\" }";
    let a = format!("module \"b\" {{ source = \"../b\" }}\n{}", cluster("\"v\""));
    let b = "module \"a\" { source = \"../a\" }";
    let (_, report) = check_with(&[("main.tf", main), ("a/main.tf", &a), ("b/main.tf", b)], &Config::default());
    assert_eq!(report.clusters.len(), 1);
    let told: Vec<_> = report.undecided.iter().filter(|u| u.rule == "*").map(|u| (&*u.cluster, &*u.why.reason)).collect();
    assert_eq!(told, [("module.me.module.b.module.a", "the module a calls itself")]);
}

#[test]
fn a_missing_module_is_told() {
    let main = format!("module \"aks\" {{ source = \"./nowhere\" }}\n{}", cluster("module.aks.x"));
    let (_, report) = check_with(&[("main.tf", &main)], &Config::default());
    let told: Vec<_> = report.undecided.iter().filter(|u| u.rule == "*").map(|u| (&*u.cluster, &*u.why.reason)).collect();
    assert_eq!(told, [("module.aks", "there is no module in the folder nowhere")]);
}

#[test]
fn a_mistake_costs_only_the_expression_it_is_in() {
    let broken = format!(
        "locals {{\n  bad = [1, 2\n  also = \"open\n  good = \"fine\"\n}}\nresource \"x\" \"y\" {{\n  a = )\n{}",
        cluster("local.good")
    );
    let (sources, report) = check_with(&[("main.tf", &broken)], &Config::default());
    let told: Vec<_> = report
        .unreadable
        .iter()
        .map(|u| {
            let at = sources.file(u.span.unwrap().file).position(u.span.unwrap().start);
            (at.line, at.column, u.message.as_str())
        })
        .collect();
    assert_eq!(
        told,
        [(3, 10, "this string is not closed"), (6, 18, "this { is never closed"), (7, 7, "this bracket closes nothing")]
    );
    assert_eq!(report.clusters.len(), 1, "{told:?}");
    assert!(report.findings.iter().any(|f| f.message.contains("fine")), "{told:?}");
}

#[test]
fn other_spellings_of_the_same_code() {
    let plain = cluster("\"x\"");
    for variant in [
        plain.replace("\"azurerm_kubernetes_cluster\" \"c\"", "azurerm_kubernetes_cluster c"),
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        ["/* a comment { \" */ # more ${\n// and } more\n", &plain].concat(),
        plain
            .replace("network_profile {", "dynamic \"network_profile\" {\n for_each = [1]\n content {")
            .replacen("}\n}", "}\n}\n}", 1),
    ] {
        assert_eq!(values(&[("main.tf", &variant)], &Config::default()), ["x"], "{variant}");
    }
}

#[test]
fn conditions_that_are_not_known_are_tried_both_ways() {
    let declarations = r#"
        variable "u" {}
        variable "w" {}
        locals { long = !var.u ? "long" : "short" }"#;
    all(
        declarations,
        &[
            // The same condition twice goes together, negated or not, and by another name.
            (r#"var.u ? (var.u ? "x" : "y") : (var.u ? "y" : "x")"#, "x"),
            (r#""${var.u ? "a" : "b"}${!var.u ? "b" : "a"}" == "aa" ? "x" : (var.u ? "y" : "x")"#, "x"),
            (r#"var.w == "big" ? (local.long == "" ? "n" : "x") : "x""#, "x"),
        ],
    );
    let found = |expression: &str, rule: &str| {
        let main = format!("{declarations}\n{}", cluster(expression));
        let (_, report) = check_with(&[("main.tf", &main)], &Config::default());
        let found = report.findings.iter().any(|f| f.rule == rule);
        let why: Vec<_> = report.undecided.iter().filter(|u| u.rule == rule).map(|u| u.why.reason.to_string()).collect();
        (found, why)
    };
    // Too small either way.
    let small = found(r#"var.u ? "10.0.0.0/25" : "10.0.0.0/26""#, "pod-cidr-below-one-node");
    assert_eq!(small, (true, vec![]));
    // Too small one way only.
    let one_way = found(r#"var.u ? "10.0.0.0/25" : "10.0.0.0/16""#, "pod-cidr-below-one-node");
    assert_eq!(one_way, (false, vec!["this depends on whether var.u holds".to_owned()]));
    let by_count = found(r#"length(var.w) > 0 ? "10.0.0.0/25" : "10.0.0.0/16""#, "pod-cidr-below-one-node");
    assert_eq!(by_count, (false, vec!["this depends on whether length(var.w) > 0 holds".to_owned()]));
    // Fine either way.
    assert_eq!(found(r#"var.u ? "10.0.0.0/15" : "10.0.0.0/16""#, "pod-cidr-below-one-node"), (false, vec![]));
}

#[test]
fn mistakes_in_the_structure_are_told() {
    let complaints = |code: &str| -> Vec<String> {
        let (_, report) = check_with(&[("main.tf", code)], &Config::default());
        report.unreadable.iter().map(|u| u.message.clone()).collect()
    };
    for (code, complaint) in [
        ("locals { a = 1 b = 2 }", "this does not parse: unexpected token"),
        ("provider \"azurerm\" { features {} }", "a block on one line can hold only one argument"),
        ("locals { a = 1\n}", "a block on one line can hold only one argument"),
        ("locals {\n  a = 1 }", "a new line is missing after this argument"),
        ("locals {\n} locals {}", "a new line is missing after this block"),
        ("locals {\n  a = 10.11.10.12/32\n}", "this is no number"),
        ("locals {\n  a = local.b.0.1\n}", "this is no number"),
        ("variable \"a${b}\" {}", "a label cannot hold an interpolation or an unknown escape"),
        ("variable \"a\\d\" {}", "a label cannot hold an interpolation or an unknown escape"),
    ] {
        assert_eq!(complaints(code), [complaint], "{code}");
    }
    for code in [
        "locals { a = 1 }",
        "locals {}",
        "locals { a = [\n1,\n2\n] } # three lines, but one argument",
        "locals {\n  a = 1 // one\n  b = local.a1.0\n} /* two */\n",
        "locals {\n  a = 1e3 + 1.5e-3 + x1.y2\n  b = <<EOT\n  1.2.3\n  EOT\n}",
        "variable \"a$${b}\" {\n}\r\n",
        "locals { /* c */ a = 1 /* d */ }",
    ] {
        assert_eq!(complaints(code), [""; 0], "{code}");
    }
}

#[test]
fn findings_at_one_place_are_all_kept_when_conditions_are_tried() {
    // One list, two ranges through the same local: two findings of one rule at one place.
    let main = r#"
        variable "u" {}
        locals { ranges = ["first", "second"] }
        resource "azurerm_kubernetes_cluster" "c" {
          default_node_pool { name = "system" }
          network_profile {
            network_plugin      = "azure"
            network_plugin_mode = "overlay"
            pod_cidrs           = local.ranges
            service_cidr        = var.u ? "x" : "y"
          }
        }"#;
    let (_, report) = check_with(&[("main.tf", main)], &Config::default());
    let found: Vec<_> = report.findings.iter().filter(|f| f.message.starts_with("pod_cidrs")).map(|f| &f.message).collect();
    assert_eq!(found.len(), 2, "{found:?}");
}
