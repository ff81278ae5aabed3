//! ARM templates beside the Bicep files that they were compiled from: files in, report out.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

use overlint::config::Config;
use overlint::source::{Asked, Sources};

/// A cluster with these ranges, in Bicep.
fn bicep(pods: &str, services: &str) -> String {
    format!(
        "resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = {{
  name: 'aks'
  location: 'westeurope'
  properties: {{
    agentPoolProfiles: [{{ name: 'system', count: 3, vmSize: 'Standard_D4s_v5' }}]
    networkProfile: {{
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      podCidr: '{pods}'
      serviceCidr: '{services}'
      dnsServiceIP: '{}'
    }}
  }}
}}
",
        services.replace(".0/16", ".10")
    )
}

/// The same as a template.
fn json(pods: &str, services: &str) -> String {
    format!(
        r#"{{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "metadata": {{ "_generator": {{ "name": "bicep", "version": "0.30.23.60470", "templateHash": "1" }} }},
  "resources": [
    {{
      "type": "Microsoft.ContainerService/managedClusters",
      "apiVersion": "2025-05-01",
      "name": "aks",
      "location": "westeurope",
      "properties": {{
        "agentPoolProfiles": [{{ "name": "system", "count": 3, "vmSize": "Standard_D4s_v5" }}],
        "networkProfile": {{
          "networkPlugin": "azure",
          "networkPluginMode": "overlay",
          "podCidr": "{pods}",
          "serviceCidr": "{services}",
          "dnsServiceIP": "{}"
        }}
      }}
    }}
  ]
}}
"#,
        services.replace(".0/16", ".10")
    )
}

/// What is found, as `file: severity rule at "text"`.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let (found, undecided) = told(files);
    assert_eq!(undecided, [""; 0]);
    found
}

/// The findings, and the rules that are undecided.
fn told(files: &[(&str, &str)]) -> (Vec<String>, Vec<&'static str>) {
    let mut sources = Sources::new();
    for (path, text) in files {
        sources.add(path, text.as_bytes());
        sources.ask(path, Asked::Found);
    }
    let report = overlint::with_threads(1, || overlint::check(&sources, &Config::default())).unwrap();
    assert_eq!(report.unreadable, []);
    let line = |f: &overlint::report::Finding| {
        format!("{}: {} {} at {}", sources.file(f.place.file).path(), f.severity, f.rule, sources.text(f.place).trim())
    };
    (report.findings.iter().map(line).collect(), report.undecided.iter().map(|u| u.rule).collect())
}

const GOOD: (&str, &str) = ("10.244.0.0/16", "10.0.0.0/16");
const OVERLAP: (&str, &str) = ("10.0.0.0/16", "10.0.0.0/16");

fn bicep_of((pods, services): (&str, &str)) -> String {
    bicep(pods, services)
}

fn json_of((pods, services): (&str, &str)) -> String {
    json(pods, services)
}

#[test]
fn what_both_have_is_told_in_the_source() {
    let overlap = "main.bicep: error pod-cidr-overlaps-service-cidr at '10.0.0.0/16'";
    for compiled in ["main.json", "azuredeploy.json"] {
        assert_eq!(found(&[("main.bicep", &bicep_of(OVERLAP)), (compiled, &json_of(OVERLAP))]), [overlap]);
        assert_eq!(found(&[("main.bicep", &bicep_of(GOOD)), (compiled, &json_of(GOOD))]), [""; 0]);
        // What the next compilation brings is told, too.
        assert_eq!(found(&[("main.bicep", &bicep_of(OVERLAP)), (compiled, &json_of(GOOD))]), [overlap]);
    }
}

#[test]
fn what_only_the_template_has_is_told_there_with_a_note() {
    let expected = [
        r#"infra/main.json: note compiled-template-outdated at "type": "Microsoft.ContainerService/managedClusters""#,
        r#"infra/main.json: error pod-cidr-overlaps-service-cidr at "10.0.0.0/16""#,
    ];
    assert_eq!(found(&[("infra/main.bicep", &bicep_of(GOOD)), ("infra/main.json", &json_of(OVERLAP))]), expected);
}

#[test]
fn the_note_is_told_once() {
    let two = |text: String, from: &str, to: &str| {
        let (head, tail) = text.split_once(from).unwrap();
        let (cluster, end) = tail.rsplit_once(to).unwrap();
        let second = cluster.replace("\"name\": \"aks\"", "\"name\": \"other\"");
        format!("{head}{from}{cluster},{second}{to}{end}")
    };
    let stale = two(json_of(OVERLAP), "\"resources\": [", "\n  ]");
    let notes = found(&[("main.bicep", &bicep_of(GOOD)), ("main.json", &stale)]);
    let count = |rule: &str| notes.iter().filter(|line| line.contains(rule)).count();
    assert_eq!((count("compiled-template-outdated"), count("pod-cidr-overlaps-service-cidr")), (1, 2), "{notes:?}");
}

#[test]
fn a_module_that_only_the_template_holds_makes_it_no_old_one() {
    let caller = "module aks 'br:example.azurecr.io/aks:1.0' = {\n  name: 'aks'\n}\n";
    let overlap = r#"main.json: error pod-cidr-overlaps-service-cidr at "10.0.0.0/16""#;
    let (found, undecided) = told(&[("main.bicep", caller), ("main.json", &json_of(OVERLAP))]);
    assert_eq!((found, undecided), (vec![overlap.to_owned()], vec!["*"]));
    let range = bicep("${pods}", "10.0.0.0/16").replace("'${pods}'", "pods");
    let (found, undecided) = told(&[("main.bicep", &format!("param pods string\n{range}")), ("main.json", &json_of(OVERLAP))]);
    assert_eq!(found, [overlap], "{undecided:?}");
}

#[test]
fn a_template_without_source_is_checked_by_itself() {
    let overlap = r#"main.json: error pod-cidr-overlaps-service-cidr at "10.0.0.0/16""#;
    assert_eq!(found(&[("main.json", &json_of(OVERLAP))]), [overlap]);
    let elsewhere = [("other/main.bicep", &*bicep_of(GOOD)), ("main.json", &json_of(OVERLAP))];
    assert_eq!(found(&elsewhere), [overlap]);
}

#[test]
fn what_is_compiled_from_a_module_is_not_deployed() {
    let caller = "module aks 'modules/main.bicep' = {\n  name: 'aks'\n}\n";
    let files = [("deploy.bicep", caller), ("modules/main.bicep", &bicep_of(GOOD)), ("modules/main.json", &json_of(OVERLAP))];
    assert_eq!(found(&files), [""; 0]);
}
