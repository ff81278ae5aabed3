//! Which files make a module, and in which syntax: JSON, OpenTofu, override files, files with values of variables.

mod common;

use common::{check_with, cluster, values};
use overlint::config::{Config, Given};
use overlint::discover::{Options, discover};

fn of(files: &[(&str, &str)]) -> Vec<String> {
    values(files, &Config::default())
}

/// What is wrong in the files: `path: message`.
fn refused(files: &[(&str, &str)]) -> Vec<String> {
    let (_, report) = check_with(files, &Config::default());
    report.unreadable.iter().map(|u| format!("{}: {}", u.path, u.message)).collect()
}

const JSON_CLUSTER: &str = r#"{
  "//": "a comment",
  "resource": {
    "azurerm_kubernetes_cluster": {
      "c": {
        "//": "another comment",
        "default_node_pool": [{"name": "system", "node_count": 1}],
        "network_profile": {"network_plugin": "azure", "network_plugin_mode": "overlay", "pod_cidr": "VALUE"},
        "tags": {"a": "b"},
        "lifecycle": {"ignore_changes": ["tags", "network_profile[0].pod_cidr"]},
        "depends_on": ["azurerm_subnet.s"],
        "provider": "azurerm.other"
      }
    }
  }
}"#;

/// A cluster in JSON whose pod CIDR is this string as written.
fn json_cluster(value: &str) -> String {
    JSON_CLUSTER.replace("VALUE", value)
}

#[track_caller]
fn in_json(declarations: &str, value: &str, expected: &str) {
    let files = [("d.tf.json", declarations), ("c.tf.json", &json_cluster(value))];
    assert_eq!(refused(&files), [""; 0]);
    assert_eq!(of(&files), [expected], "{value}");
}

#[test]
fn json_strings_are_templates() {
    let locals = r#"{"locals": {"n": 5, "x": "x", "list": ["${local.x}", true], "map": {"${local.x}y": "z"}, "none": null}}"#;
    for (value, expected) in [
        ("plain", "plain"),
        ("${local.x}", "x"),
        ("${local.x}-${local.n + 1}", "x-6"),
        ("$${local.x}", "${local.x}"),
        (r#"${join(\"-\", local.list)}"#, "x-true"),
        (r#"${local.map[\"xy\"]}"#, "z"),
        ("%{ if local.n > 3 }big%{ else }small%{ endif }", "big"),
        (r"a\\b", r"a\b"),
        ("${local.none == null}", "true"),
        ("${local.missing}", "? local.missing is not declared in this module"),
    ] {
        in_json(locals, value, expected);
    }
}

#[test]
fn json_variables_modules_and_outputs() {
    let variables = r#"{"variable": {
        "text": {"type": "string", "default": 5},
        "list": {"type": "list(string)", "default": [1, 2]},
        "object": {"type": "object({a = string, b = optional(string, \"bb\")})", "default": {"a": 1}},
        "literal": {"default": "${var.text}"},
        "open": {}
      }}"#;
    in_json(variables, "${var.text}${var.list[1]}${var.object.a}${var.object.b}", "521bb");
    in_json(variables, "${var.literal}", "${var.text}");
    in_json(variables, "${var.open}", "? var.open has no value");

    let call = r#"{"module": {"m": {"source": "./m", "for_each": {"a": "one", "b": "two"}, "x": {"v": "${each.value}"}}}}"#;
    let files = [
        ("d.tf.json", call),
        ("m/v.tf.json", r#"{"variable": [{"x": [{}]}], "output": {"out": {"value": "${var.x.v}", "depends_on": ["var.x"]}}}"#),
        ("c.tf.json", &json_cluster(r#"${module.m[\"b\"].out}"#)),
    ];
    assert_eq!(refused(&files), [""; 0]);
    assert_eq!(of(&files), ["two"]);
}

#[test]
fn json_blocks_repeat_and_are_dynamic() {
    let other = |body: &str| format!(r#"{{"resource": [{{"azurerm_kubernetes_cluster": {{"x": {body}}}}}]}}"#);
    let count = |body: &str, expected: &str| {
        let value =
            "${azurerm_kubernetes_cluster.x.network_profile[length(azurerm_kubernetes_cluster.x.network_profile) - 1].pod_cidr}";
        let found = of(&[("d.tf.json", &other(body)), ("c.tf.json", &json_cluster(value))]);
        assert!(found.iter().any(|f| f == expected), "{body}: {found:?}");
    };
    count(r#"{"network_profile": {"pod_cidr": "one"}}"#, "one");
    count(r#"{"network_profile": [{"pod_cidr": "one"}, {"pod_cidr": "two"}]}"#, "two");
    count(
        r#"{"dynamic": {"network_profile": {"for_each": ["a", "b"], "content": {"pod_cidr": "${network_profile.value}"}}}}"#,
        "b",
    );
    count(
        r#"{"dynamic": {"network_profile": [{"for_each": {"k": "v"}, "iterator": "it", "content": [{"pod_cidr": "${it.key}"}]}]}}"#,
        "k",
    );
    let tags = other(r#"{"tags": {"a": "tag"}}"#);
    let found = of(&[("d.tf.json", &tags), ("c.tf.json", &json_cluster("${azurerm_kubernetes_cluster.x.tags.a}"))]);
    assert!(found.iter().any(|f| f == "tag"), "{found:?}");
}

#[test]
fn mistakes_in_json_cost_little() {
    let wrong =
        r#"{"locals": {"a": "${", "b": "b",}, "resource": "none", "variable": {"v": {"default": 1, "default": 2}}} // end"#;
    let files = [("d.tf.json", wrong), ("c.tf.json", &json_cluster("${local.b}"))];
    assert_eq!(of(&files), ["b"]);
    let told = refused(&files);
    assert_eq!(told.len(), 5, "{told:?}");
    for part in ["does not parse", "no comma after the last", "an object is needed", "default is set twice", "no comments"] {
        assert!(told.iter().any(|t| t.contains(part)), "{part}: {told:?}");
    }
    for text in
        ["", "[]", "null", "5", "{\"resource\": {\"azurerm_subnet\": 5}}", &"{\"locals\":".repeat(3000), &"[".repeat(3000)]
    {
        let _ = check_with(&[("d.tf.json", text)], &Config::default());
    }
}

/// Where a finding points at in JSON.
#[test]
fn places_in_json() {
    let declarations = r#"{"locals": {"x": "${upper(var.y)}"}, "variable": {"y": {"default": "yy"}}}"#;
    for value in ["${local.x}", r#"${join(\"\", [local.x])}"#, r"${local.x}\n"] {
        let (sources, report) =
            check_with(&[("d.tf.json", declarations), ("c.tf.json", &json_cluster(value))], &Config::default());
        let finding = report.findings.iter().find(|f| f.rule == "invalid-cidr").unwrap();
        assert_eq!(sources.text(finding.place), format!("\"{value}\""));
        let hops: Vec<&str> = finding.related.iter().map(|r| sources.text(r.span)).collect();
        assert_eq!(hops, ["\"${upper(var.y)}\"", "\"yy\""], "{value}");
    }
    // Inside a string, where it is written as it is.
    let (sources, report) = check_with(&[("c.tf.json", &json_cluster("a${1 + var.y}"))], &Config::default());
    let why = &report.undecided.iter().find(|u| u.rule == "invalid-cidr").unwrap().why;
    assert_eq!(why.span.map(|span| sources.text(span)), Some("var.y"));
}

#[test]
fn a_tofu_file_replaces_the_file_of_the_same_name() {
    let local = |value: &str| format!("locals {{\n  x = \"{value}\"\n}}\n");
    let json = |value: &str| format!(r#"{{"locals": {{"x": "{value}"}}}}"#);
    let main = cluster("local.x");
    let main = ("main.tf", main.as_str());
    assert_eq!(of(&[main, ("a.tofu", &local("tofu"))]), ["tofu"]);
    assert_eq!(of(&[main, ("a.tf", &local("tf")), ("a.tofu", &local("tofu"))]), ["tofu"]);
    assert_eq!(of(&[main, ("a.tf.json", &json("tf")), ("a.tofu.json", &json("tofu"))]), ["tofu"]);
    // Another folder, and another syntax, is another name.
    assert_eq!(of(&[main, ("a.tf", &local("tf")), ("m/a.tofu", &local("tofu"))]), ["tf"]);
    assert_eq!(of(&[main, ("a.tf.json", &json("tf")), ("override.tofu", &local("tofu"))]), ["tofu"]);
}

#[test]
fn files_with_values_of_variables_in_json() {
    let main = format!("variable \"x\" {{}}\n{}", cluster("var.x"));
    let value = |value: &str| format!("x = \"{value}\"\n");
    let json = |value: &str| format!("{{\"x\": \"{value}\"}}");
    let files: [(&str, &str); 6] = [
        ("main.tf", &main),
        ("terraform.tfvars", &value("1")),
        ("terraform.tfvars.json", &json("2")),
        ("a.auto.tfvars", &value("3")),
        ("b.auto.tfvars.json", &json("${4}")),
        ("c.auto.tfvars", &value("5")),
    ];
    for (count, expected) in [(2, "1"), (3, "2"), (4, "3"), (5, "${4}"), (6, "5")] {
        assert_eq!(of(&files[..count]), [expected]);
    }
    let files = [files[0], ("env/prod.json", "{\"x\": \"6\"}"), ("env/prod.tfvars", "x = \"7\"")];
    let config =
        |paths: &[&str]| Config { variables: paths.iter().map(|p| Given::File((*p).to_owned())).collect(), ..Config::default() };
    assert_eq!(values(&files, &config(&["env/prod.json"])), ["6"]);
    assert_eq!(values(&files, &config(&["env/prod.json", "env/prod.tfvars"])), ["7"]);
}

/// Recorded from Terraform 1.11.4, with `terraform_data` for the resource.
#[test]
fn override_files_are_merged() {
    let base = r#"
        variable "v" {
          type    = any
          default = "base"
        }
        locals {
          a = "base-a"
          b = "base-b"
        }
        module "m" {
          source = "./m"
          x      = "base-x"
          y      = "base-y"
        }
        output "o" {
          value = "base"
        }
        resource "azurerm_kubernetes_cluster" "other" {
          name  = "base"
          count = 1
          identity {
            type = "base"
          }
          network_profile {
            network_plugin = "azure"
            pod_cidr       = "base"
          }
          dynamic "linux_profile" {
            for_each = [1]
            content {
              admin_username = "base"
            }
          }
        }"#;
    let first = r#"
        variable "v" {
          type    = list(string)
          default = [1]
        }
        locals {
          a = "over-a"
        }
        module "m" {
          source = "./m2"
          x      = "over-x"
        }
        resource "azurerm_kubernetes_cluster" "other" {
          count = 2
          network_profile {
            pod_cidr = "over"
          }
          dynamic "linux_profile" {
            for_each = ["x"]
            content {
              admin_username = "over"
            }
          }
        }"#;
    let module = |name: &str| {
        format!("variable \"x\" {{}}\nvariable \"y\" {{}}\noutput \"out\" {{\n  value = \"{name} ${{var.x}} ${{var.y}}\"\n}}\n")
    };
    let other = "azurerm_kubernetes_cluster.other";
    for (value, expected) in [
        ("\"${local.a} ${local.b}\"", "over-a json-b"),
        ("join(\"\", var.v)", "1"),
        ("module.m.out", "m2 over-x base-y"),
        (&format!("\"${{{other}[1].name}} ${{{other}[1].identity[0].type}}\""), "base base"),
        (&format!("\"${{length({other}[1].network_profile)}} ${{{other}[1].network_profile[0].pod_cidr}}\""), "1 over"),
        (&format!("join(\",\", {other}[0].linux_profile[*].admin_username)"), "over"),
    ] {
        let main = format!("{base}\n{}", cluster(value));
        let (m, m2) = (module("m"), module("m2"));
        let files: [(&str, &str); 5] = [
            ("main.tf", &main),
            ("a_override.tf", first),
            ("override.tf.json", r#"{"locals": {"b": "json-b"}, "output": {"o": {"value": "last"}}}"#),
            ("m/main.tf", &m),
            ("m2/main.tf", &m2),
        ];
        assert_eq!(refused(&files), [""; 0]);
        let found = of(&files);
        assert!(found.iter().any(|f| f == expected), "{value}: {found:?}");
    }
}

#[test]
fn an_overridden_cluster_is_one_cluster() {
    let files: [(&str, &str); 2] = [("main.tf", &cluster("\"base\"")), ("override.tf", &cluster("\"over\""))];
    assert_eq!(of(&files), ["over"]);
    let (_, report) = check_with(&files, &Config::default());
    assert_eq!(report.clusters.len(), 1);
    assert_eq!(refused(&files[1..]), ["override.tf: there is no resource azurerm_kubernetes_cluster.c that this could override"]);
}

#[test]
fn json_and_tofu_files_are_discovered() {
    let root = tempfile::TempDir::new().unwrap();
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("live/main.tf.json", r#"{"module": {"aks": {"source": "..\/modules\/aks"}}}"#);
    write("live/terraform.tfvars.json", "{}");
    write("modules/aks/main.tofu", &cluster("\"x\""));
    write("modules/aks/main.tf", "");
    write("json/main.tofu.json", &json_cluster("y"));
    write("other/main.tf.json", "{}");
    let sources = discover(&[root.path().to_str().unwrap().to_owned()], &Options::default());
    let found: Vec<&str> = sources
        .iter()
        .map(|(_, f)| f.path().strip_prefix(root.path().to_str().unwrap()).unwrap().trim_start_matches('/'))
        .collect();
    assert_eq!(
        found,
        [
            "json/main.tofu.json",
            "live/main.tf.json",
            "live/terraform.tfvars.json",
            "modules/aks/main.tf",
            "modules/aks/main.tofu"
        ]
    );
}
