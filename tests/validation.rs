//! Conditions on variables: when a value that they refuse is found, and where.

mod common;

use common::{check_with, cluster};
use overlint::config::{Config, Given};
use overlint::report::Report;
use overlint::source::Sources;

const RULE: &str = "variable-validation-failed";

/// A variable with more lines and a condition on it.
fn variable(name: &str, lines: &str, condition: &str) -> String {
    format!(
        "variable \"{name}\" {{\n  {lines}\n  validation {{\n    condition     = {condition}\n    error_message = \"Choose ${{1 + 1}} of them.\"\n  }}\n}}\n"
    )
}

/// What is found, with the place as written, and what is undecided.
fn told(sources: &Sources, report: &Report) -> Vec<String> {
    assert_eq!(report.unreadable, []);
    let place = |span| format!("{} {}", sources.file(span).path(), "");
    let found = report.findings.iter().filter(|f| f.rule == RULE);
    let found = found.map(|f| format!("{}{}: {}", place(f.place.file), sources.text(f.place), f.message));
    let undecided = report.undecided.iter().filter(|u| u.rule == RULE).map(|u| format!("? {}", u.why.reason));
    found.chain(undecided).collect()
}

fn with(files: &[(&str, &str)], variables: Vec<Given>) -> Vec<String> {
    let (sources, report) = check_with(files, &Config { variables, ..Config::default() });
    told(&sources, &report)
}

fn main(code: &str) -> Vec<String> {
    with(&[("main.tf", &format!("{code}\n{}", cluster("\"10.244.0.0/16\"")))], Vec::new())
}

#[test]
fn a_value_is_refused_where_it_is_set() {
    let code =
        format!("{}\n{}", variable("x", "default = \"d\"", "var.x != \"d\" && var.x != \"t\""), cluster("\"10.244.0.0/16\""));
    let file = ("main.tf", code.as_str());
    let refused = "is refused by the validation of var.x: Choose 2 of them";
    assert_eq!(with(&[file], Vec::new()), [format!("main.tf \"d\": \"d\" {refused}")]);
    let values = ("terraform.tfvars", "x = \"t\"");
    assert_eq!(with(&[file, values], Vec::new()), [format!("terraform.tfvars \"t\": \"t\" {refused}")]);
    let given = |value: &str| vec![Given::Value("x".to_owned(), value.to_owned())];
    assert_eq!(with(&[file], given("t")), [format!("main.tf variable \"x\": \"t\" {refused}")]);
    assert_eq!(with(&[file], given("ok")), [""; 0]);
}

#[test]
fn arguments_of_modules_are_checked_where_a_cluster_is_made() {
    let inner = format!("{}\n{}", variable("x", "type = number", "var.x > 1"), cluster("\"10.244.0.0/16\""));
    let empty = variable("x", "type = number", "var.x > 1");
    let outer = r#"
        locals {
          one = 1
        }
        module "aks" {
          for_each = { a = local.one, b = 2 }
          source   = "../aks"
          x        = each.value
        }
        module "other" {
          source = "../other"
          x      = 0
        }
        module "none" {
          count  = 0
          source = "../aks"
          x      = 0
        }"#;
    let (sources, report) =
        check_with(&[("live/main.tf", outer), ("aks/main.tf", &inner), ("other/main.tf", &empty)], &Config::default());
    let found: Vec<_> = report.findings.iter().filter(|f| f.rule == RULE).collect();
    assert_eq!(
        told(&sources, &report),
        ["live/main.tf each.value: 1 is refused by the validation of module.aks[\"a\"].var.x: Choose 2 of them"]
    );
    assert_eq!(found[0].cluster, "module.aks[\"a\"].azurerm_kubernetes_cluster.c");
    let related: Vec<_> = found[0].related.iter().map(|r| sources.text(r.span)).collect();
    assert!(related.contains(&"var.x > 1"), "{related:?}");
}

#[test]
fn what_is_not_known_of_a_value_makes_no_noise() {
    for lines in ["", "type = string", "default = null", "default = { a = 1 }\n type = number"] {
        assert_eq!(main(&variable("x", lines, "var.x == null ? true : length(var.x) > 100")), [""; 0], "{lines}");
    }
    let inner = format!("{}\n{}", variable("x", "", "length(var.x.a) > 100"), cluster("\"10.244.0.0/16\""));
    for value in ["data.azurerm_subnet.s.id", "{ a = data.azurerm_subnet.s.id }", "azurerm_subnet.t.id"] {
        let outer = format!(
            "data \"azurerm_subnet\" \"s\" {{}}\nresource \"azurerm_subnet\" \"t\" {{}}\nmodule \"m\" {{\n  source = \"../m\"\n  x = {value}\n}}\n"
        );
        assert_eq!(with(&[("live/main.tf", &outer), ("m/main.tf", &inner)], Vec::new()), [""; 0], "{value}");
    }
}

#[test]
fn what_is_known_of_a_value_can_be_enough() {
    let inner = format!("{}\n{}", variable("x", "", "var.x.b == 2"), cluster("\"10.244.0.0/16\""));
    let outer = "data \"azurerm_subnet\" \"s\" {}\nmodule \"m\" {\n  source = \"../m\"\n  x = { a = data.azurerm_subnet.s.id, b = 1 }\n}\n";
    assert_eq!(with(&[("live/main.tf", outer), ("m/main.tf", &inner)], Vec::new()).len(), 1);
}

#[test]
fn a_condition_that_cannot_be_worked_out_is_undecided() {
    let open = "variable \"open\" {}\n";
    assert_eq!(main(&(open.to_owned() + &variable("x", "default = 1", "var.x == var.open"))), ["? var.open has no value"]);
    assert_eq!(main(&variable("x", "default = 1", "length(var.x) == 1")).len(), 1);
    assert_eq!(main(&variable("x", "default = 1", "can(length(var.x))")).len(), 1);
}

#[test]
fn secrets_are_not_shown_and_texts_become_one_line() {
    let secret = variable("x", "default = \"secret\"\n  sensitive = true", "var.x != \"secret\"");
    assert_eq!(main(&secret), ["main.tf \"secret\": the value is refused by the validation of var.x"]);
    let long = "variable \"x\" {\n  default = [1]\n  validation {\n    condition = var.x == null\n    error_message = <<-EOT\n      One.\n      Two...\n    EOT\n  }\n}\n";
    assert_eq!(main(long), ["main.tf [1]: the value is refused by the validation of var.x: One. Two"]);
}

#[test]
fn several_clusters_hear_of_it_once() {
    let code = variable("x", "default = 1", "var.x == 2");
    let other = cluster("\"10.245.0.0/16\"").replace("\"c\"", "\"d\"");
    assert_eq!(main(&(code + &other)).len(), 1);
}

#[test]
fn other_blocks_are_passed_over() {
    let code = r#"
        terraform {
          required_version = ">= 1.5"
          backend "azurerm" {}
          cloud {
            organization = "x"
          }
        }
        moved {
          from = azurerm_kubernetes_cluster.old
          to   = azurerm_kubernetes_cluster.c
        }
        removed {
          from = azurerm_kubernetes_cluster.gone
          lifecycle {
            destroy = false
          }
        }
        import {
          to = azurerm_kubernetes_cluster.c
          id = "/subscriptions/x"
        }
        ephemeral "azurerm_key_vault_secret" "s" {
          name = "x"
        }
        check "health" {
          data "http" "x" {
            url = "https://example.com"
          }
          assert {
            condition     = false
            error_message = "no"
          }
        }
        output "x" {
          value = 1
          precondition {
            condition     = false
            error_message = "no"
          }
        }
        resource "terraform_data" "x" {
          lifecycle {
            precondition {
              condition     = false
              error_message = "no"
            }
            postcondition {
              condition     = self.x
              error_message = "no"
            }
          }
        }"#;
    let (_, report) = check_with(&[("main.tf", &format!("{code}\n{}", cluster("\"10.244.0.0/16\"")))], &Config::default());
    let (_, without) = check_with(&[("main.tf", &cluster("\"10.244.0.0/16\""))], &Config::default());
    assert_eq!(report.unreadable, []);
    assert_eq!(report.findings.len(), without.findings.len());
    assert_eq!(report.undecided.len(), without.undecided.len());
}
