//! Suppressions: files in, report out.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests may")]

mod common;

use common::check_with;
use common::program::Project;
use overlint::config::Config;

/// A cluster with two findings: too many pods at `max_pods`, bits behind the prefix at `pod_cidr`. `%1` and so on are places for comments.
const CLUSTER: &str = r#"%1
resource "azurerm_kubernetes_cluster" "c" { %2
  %3
  default_node_pool { %4
    name     = "system"
    %5
    max_pods = 300 %6
  } %7
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    %8
    pod_cidr            = "10.244.1.0/16"
    service_cidr        = "10.96.0.0/16"
    dns_service_ip      = "10.96.0.10"
  }
}
%9
"#;

/// A template with comments at some places; lines whose places stay empty vanish.
fn with(template: &str, comments: &[(&str, &str)]) -> String {
    let mut text = template.to_owned();
    comments.iter().for_each(|(place, comment)| text = text.replace(place, comment));
    (1..=9).for_each(|place| text = text.replace(&format!("%{place}"), ""));
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("{line}\n")).collect()
}

/// What is found in some files: rules and messages of those on suppressions, rules of others; how many are suppressed.
fn found_in(files: &[(&str, &str)]) -> (Vec<String>, usize) {
    let (_, report) = check_with(files, &Config::default());
    let told = report.findings.iter().map(|f| match f.rule {
        "unused-suppression" => f.message.clone(),
        rule => rule.to_owned(),
    });
    let mut told: Vec<String> = told.collect();
    told.extend(report.unreadable.iter().map(|u| u.message.clone()));
    told.sort();
    (told, report.suppressed)
}

fn found(comments: &[(&str, &str)]) -> (Vec<String>, usize) {
    found_in(&[("main.tf", &with(CLUSTER, comments))])
}

const PODS: &str = "max-pods-range";
const BITS: &str = "cidr-host-bits-set";

/// Only the rest is found.
#[track_caller]
fn suppressed(comments: &[(&str, &str)], rest: &[&str]) {
    assert_eq!(found(comments), (rest.iter().map(|s| (*s).to_owned()).collect(), 2 - rest.len()), "{comments:?}");
}

/// Both are found, and that something suppresses nothing.
#[track_caller]
fn not_suppressed(comments: &[(&str, &str)], message: &str) {
    let (mut told, suppressed) = found(comments);
    assert_eq!(suppressed, 0, "{comments:?}");
    told.retain(|told| told != PODS && told != BITS);
    assert_eq!(told, if message.is_empty() { vec![] } else { vec![message.to_owned()] }, "{comments:?}");
}

#[test]
fn a_comment_suppresses_on_its_line_and_the_line_below() {
    suppressed(&[], &[BITS, PODS]);
    for comment in [
        "# overlint: ignore[max-pods-range] why",
        "// overlint: ignore[max-pods-range]",
        "/* overlint: ignore[max-pods-range] why */",
        "#overlint:ignore[ max-pods-range ]",
        "# TODO: less # overlint: ignore[max-pods-range]",
    ] {
        suppressed(&[("%5", comment)], &[BITS]);
        suppressed(&[("%6", comment)], &[BITS]);
    }
    not_suppressed(&[("%5", "/* overlint: ignore[max-pods-range] why */ other = 1")], UNUSED_PODS);
}

const UNUSED_PODS: &str = "this suppresses nothing: max-pods-range finds nothing here";

#[test]
fn lines_may_end_as_on_windows() {
    let code =
        with(CLUSTER, &[("%5", "# overlint: ignore[max-pods-range]\n# why"), ("%8", "// overlint: ignore[cidr-host-bits-set]")]);
    assert_eq!(found_in(&[("main.tf", &code.replace('\n', "\r\n"))]), (vec![], 2));
    let bicep = with(BICEP, &[("%1", "// overlint: ignore[max-pods-range, cidr-host-bits-set] why")]);
    assert_eq!(found_in(&[("main.bicep", &bicep.replace('\n', "\r\n"))]), (vec![], 2));
}

#[test]
fn a_file_that_is_not_read_has_no_unused_suppressions() {
    let unused = with(CLUSTER, &[("%8", "# overlint: ignore[max-pods-range]")]);
    let (told, _) = found_in(&[("main.tofu", &with(CLUSTER, &[])), ("main.tf", &unused)]);
    assert_eq!(told, [BITS, PODS]);
}

#[test]
fn comments_are_stacked() {
    let stack = "# overlint: ignore[max-pods-range] why\n# Much\n/* more\n words */\n// overlint: ignore[cidr-host-bits-set] why";
    let (told, count) = found(&[("%5", stack)]);
    assert_eq!((told.len(), count), (2, 1), "{told:?}");
    suppressed(
        &[("%3", "# overlint: ignore[max-pods-range] x\n# overlint: ignore[invalid-cidr, unused-suppression] x")],
        &[BITS],
    );
    let blank = CLUSTER.replace("%5", "# overlint: ignore[max-pods-range] why\n\n");
    let blank: String = (1..=9).fold(blank, |text, place| text.replace(&format!("%{place}"), ""));
    assert_eq!(found_in(&[("main.tf", &blank)]), (vec![BITS.into(), PODS.into(), UNUSED_PODS.into()], 0));
}

#[test]
fn above_a_block_or_at_its_head_it_is_about_the_block() {
    let both = "# overlint: ignore[max-pods-range, cidr-host-bits-set] why";
    suppressed(&[("%1", both)], &[]);
    suppressed(&[("%2", both)], &[]);
    let pods = "# overlint: ignore[max-pods-range] why";
    suppressed(&[("%3", pods)], &[BITS]);
    suppressed(&[("%4", pods)], &[BITS]);
    for place in ["%7", "%8", "%9"] {
        not_suppressed(&[(place, pods)], UNUSED_PODS);
    }
    suppressed(&[("%9", "# overlint: ignore-file[max-pods-range] why")], &[BITS]);
}

#[test]
fn texts_are_no_comments() {
    let heredoc = "text = <<-EOT\n# overlint: ignore[max-pods-range]\nEOT";
    not_suppressed(&[("%5", heredoc)], "");
    not_suppressed(&[("%5", "text = \"# overlint: ignore[max-pods-range]\"")], "");
    not_suppressed(&[("%5", "text = \"${1 /* a */}# overlint: ignore[max-pods-range]\"")], "");
    let (told, count) = found(&[("%5", "text = { # overlint: ignore[max-pods-range]\n} # overlint: ignore[max-pods-range]")]);
    assert_eq!((told, count), (vec![BITS.into(), PODS.into(), UNUSED_PODS.into(), UNUSED_PODS.into()], 0));
}

#[test]
fn what_suppresses_nothing_is_told() {
    not_suppressed(
        &[("%5", "# overlint: ignore[max-pod-range]")],
        "there is no rule max-pod-range; did you mean max-pods-range?",
    );
    not_suppressed(&[("%5", "# overlint: ignore[xyz]")], "there is no rule xyz; `overlint rules` lists them");
    not_suppressed(
        &[("%5", "# overlint: ingore[max-pods-range]")],
        "this suppresses nothing; did you mean overlint: ignore[..]?",
    );
    not_suppressed(
        &[("%5", "# overlint: ignore max-pods-range")],
        "this suppresses nothing; write overlint: ignore[rule] and a reason",
    );
    not_suppressed(&[("%5", "# overlint: what do you say?")], "");
    // It can be suppressed itself.
    not_suppressed(&[("%8", "# overlint: ignore[max-pods-range, unused-suppression] as an example")], "");
    not_suppressed(&[("%8", "# overlint: ignore[max-pods-range]"), ("%1", "# overlint: ignore-file[unused-suppression]")], "");
    // Used in part.
    let (told, count) = found(&[("%5", "# overlint: ignore[max-pods-range, cidr-host-bits-set] why")]);
    assert_eq!((told, count), (vec![BITS.into(), "this suppresses nothing: cidr-host-bits-set finds nothing here".into()], 1));
}

#[test]
fn what_a_run_cannot_know_is_not_told() {
    let unused = with(CLUSTER, &[("%8", "# overlint: ignore[max-pods-range] why"), ("300", "var.n")]);
    let project = Project::new(&[("main.tf", &unused)]);
    let told = |args: &[&str]| project.found(args).iter().any(|line| line.contains("unused-suppression"));
    // Undecided: the variable has no value; then it has a harmless one.
    project.write("v.tf", "variable \"n\" {\n  type = number\n}\n");
    assert!(!told(&[]));
    project.write("v.tf", "variable \"n\" {\n  default = 30\n}\n");
    assert!(told(&[]));
    assert!(told(&["--select", "max-pods-range,unused-suppression"]));
    for args in [
        &["--select", "max-pods-range"][..],
        &["--select", "unused-suppression"],
        &["--ignore", "max-pods-range"],
        &["--ignore", "unused-suppression"],
        &["--var", "n=40"],
        &["--as-of", "2024-01-01"],
    ] {
        assert!(!told(args), "{args:?}");
    }
    for (config, expected) in [
        ("[rules]\nmax-pods-range = \"off\"\n", false),
        ("[rules]\nunused-suppression = \"off\"\n", false),
        ("[rules]\nunused-suppression = \"note\"\n", true),
    ] {
        project.write("overlint.toml", config);
        assert_eq!(told(&[]), expected, "{config}");
    }
    std::fs::remove_file(project.path("overlint.toml")).unwrap();
    project.write("broken.tf", "locals {\n  x = \n}\n");
    assert!(!told(&[]), "something could not be read");
    std::fs::remove_file(project.path("broken.tf")).unwrap();
    // Who calls the module may need it elsewhere.
    project.write("live/main.tf", "module \"aks\" {\n  source = \"../module\"\n}\n");
    project.write("module/main.tf", &unused.replace("var.n", "30"));
    assert!(!project.found(&["live"]).iter().any(|line| line.contains("unused-suppression")));
    assert!(project.found(&["live", "module"]).iter().any(|line| line.contains("unused-suppression")));
}

#[test]
fn a_reason_is_asked_for_where_the_configuration_says_so() {
    let project = Project::new(&[("main.tf", &with(CLUSTER, &[("%5", "# overlint: ignore[max-pods-range]")]))]);
    assert_eq!(project.found(&[]), ["main.tf:10 cidr-host-bits-set"]);
    project.write("overlint.toml", "[rules]\nsuppression-without-reason = \"error\"\n");
    let run = project.check(&["--format", "compact"]);
    assert!(run.out.contains("main.tf:4:24: error: max-pods-range is suppressed without a reason"), "{}", run.out);
    project.write("main.tf", &with(CLUSTER, &[("%5", "# overlint: ignore[max-pods-range] because")]));
    assert_eq!(project.found(&[]), ["main.tf:10 cidr-host-bits-set"]);
}

#[test]
fn reports_count_what_is_suppressed() {
    let all = with(CLUSTER, &[("%1", "# overlint: ignore[max-pods-range, cidr-host-bits-set] why")]);
    let project = Project::new(&[("main.tf", &all)]);
    let run = project.check(&[]);
    assert_eq!((run.code, run.out.as_str()), (0, "nothing found in 1 cluster (1 file); 2 suppressed\n"));
    let run = project.check(&["--format", "json"]);
    assert!(run.out.contains("\"suppressed\": 2") && run.out.contains("\"findings\": []"), "{}", run.out);
}

#[test]
fn values_are_suppressed_where_the_finding_is() {
    // The place is the attribute; the variable's value is only where it came from.
    let code = with(CLUSTER, &[("300", "var.n")]) + "variable \"n\" {\n  type = number\n}\n";
    let values = "# overlint: ignore[max-pods-range] why\nn = 300\n";
    let told = |code: &str, values: &str| found_in(&[("main.tf", code), ("terraform.tfvars", values)]).0;
    assert_eq!(told(&code, values), [BITS, PODS, UNUSED_PODS]);
    let at_use = code.replace("    max_pods", "    # overlint: ignore[max-pods-range] why\n    max_pods");
    assert_eq!(told(&at_use, "n = 300\n"), [BITS]);
    // What a validation refuses is at the value.
    let refused =
        code.replace("  type = number", "  validation {\n    condition = var.n < 250\n    error_message = \"No.\"\n  }");
    let values = "# overlint: ignore[variable-validation-failed] why\nn = 300\n";
    assert_eq!(told(&refused, values), [BITS, PODS]);
}

const BICEP: &str = "%1
@description('a cluster')
%2
resource aks 'Microsoft.ContainerService/managedClusters@2025-05-01' = { %3
  name: 'c'
  location: 'westeurope'
  properties: {
    agentPoolProfiles: [
      %4
      {
        name: 'system'
        mode: 'System'
        count: 1
        %5
        maxPods: 300 %6
      }
    ]
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      %7
      podCidr: '10.244.1.0/16'
      serviceCidr: '10.96.0.0/16'
      dnsServiceIP: '10.96.0.10'
    }
  }
}
%8
";

#[test]
fn comments_and_directives_of_bicep_suppress() {
    let of = |comments: &[(&str, &str)]| {
        let (told, count) = found_in(&[("main.bicep", &with(BICEP, comments))]);
        format!("{} / {count}", told.join(", "))
    };
    assert_eq!(of(&[]), "cidr-host-bits-set, max-pods-range / 0");
    let pods = "// overlint: ignore[max-pods-range] why";
    for place in ["%1", "%2", "%3", "%4", "%5", "%6"] {
        assert_eq!(of(&[(place, pods)]), "cidr-host-bits-set / 1", "{place}");
    }
    assert_eq!(of(&[("%5", "/* overlint: ignore[max-pods-range] why */")]), "cidr-host-bits-set / 1");
    assert_eq!(of(&[("%7", pods)]), format!("cidr-host-bits-set, max-pods-range, {UNUSED_PODS} / 0"));
    assert_eq!(of(&[("%7", "text: '// overlint: ignore[cidr-host-bits-set]'")]), "cidr-host-bits-set, max-pods-range / 0");
    // Bicep's own directives are about the next line, or all up to the one that ends them.
    assert_eq!(of(&[("%5", "#disable-next-line no-unused-params max-pods-range // why")]), "cidr-host-bits-set / 1");
    let stacked = "// overlint: ignore[max-pods-range] why\n#disable-next-line no-hardcoded-env-urls";
    assert_eq!(of(&[("%5", stacked)]), "cidr-host-bits-set / 1");
    assert_eq!(
        of(&[("%4", "#disable-next-line max-pods-range")]),
        format!("cidr-host-bits-set, max-pods-range, {UNUSED_PODS} / 0")
    );
    let off = "#disable-diagnostics max-pods-range cidr-host-bits-set";
    assert_eq!(of(&[("%1", off)]), " / 2");
    let unused = "this suppresses nothing: cidr-host-bits-set finds nothing here";
    assert_eq!(
        of(&[("%1", off), ("%7", "#restore-diagnostics cidr-host-bits-set")]),
        format!("cidr-host-bits-set, {unused} / 1")
    );
    assert_eq!(of(&[("%8", "// overlint: ignore-file[max-pods-range] why")]), "cidr-host-bits-set / 1");
}

const ARM: &str = r#"{ %1
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  %2
  "resources": [
    {
      "type": "Microsoft.ContainerService/managedClusters",
      "apiVersion": "2025-05-01",
      %3
      "name": "c",
      "location": "westeurope",
      "properties": {
        "agentPoolProfiles": [
          %4
          { "name": "system", "mode": "System", "count": 1, "maxPods": 300 } %5
        ],
        "networkProfile": {
          "networkPlugin": "azure",
          "networkPluginMode": "overlay",
          %6
          "podCidr": "10.244.1.0/16",
          "serviceCidr": "10.96.0.0/16",
          "dnsServiceIP": "10.96.0.10"
        }
      }
    }
  ]
}
"#;

#[test]
fn comments_and_metadata_of_templates_suppress() {
    let of = |comments: &[(&str, &str)]| {
        let (told, count) = found_in(&[("azuredeploy.json", &with(ARM, comments))]);
        format!("{} / {count}", told.join(", "))
    };
    assert_eq!(of(&[]), "cidr-host-bits-set, max-pods-range / 0");
    let metadata = r#""metadata": {"overlint": {"ignore": {"max-pods-range": "why"}}},"#;
    for place in ["%2", "%3"] {
        assert_eq!(of(&[(place, metadata)]), "cidr-host-bits-set / 1", "{place}");
    }
    assert_eq!(of(&[("%6", metadata)]), format!("cidr-host-bits-set, max-pods-range, {UNUSED_PODS} / 0"));
    let both =
        r#""metadata": {"description": "x", "overlint": {"ignore": {"max-pods-range": "why", "cidr-host-bits-set": ""}}},"#;
    assert_eq!(of(&[("%3", both)]), " / 2");
    let wrong = "this suppresses nothing; write {\"ignore\": {\"rule\": \"reason\"}}";
    for written in [r#"{"ignore": ["max-pods-range"]}"#, r#"{"ignore": {}}"#, "{}"] {
        let metadata = format!("\"metadata\": {{\"overlint\": {written}}},");
        assert_eq!(of(&[("%3", &metadata)]), format!("cidr-host-bits-set, max-pods-range, {wrong} / 0"));
    }
    // With comments.
    let pods = "// overlint: ignore[max-pods-range] why";
    for place in ["%1", "%4", "%5"] {
        assert_eq!(of(&[(place, pods)]), "cidr-host-bits-set / 1", "{place}");
    }
    assert_eq!(of(&[("%6", "/* overlint: ignore[cidr-host-bits-set] */")]), "max-pods-range / 1");
    // Parameters, where a finding lies there.
    let template =
        with(ARM, &[("%2", r#""parameters": {"pods": {"type": "int", "maxValue": 250}},"#), ("300", "\"[parameters('pods')]\"")]);
    let values = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {"pods": {"value": 300}}
}"#;
    let told = |values: &str| found_in(&[("main.json", &template), ("main.parameters.json", values)]).0;
    assert_eq!(told(values), [BITS, PODS]);
}

const TERRAFORM_JSON: &str = r#"{
  %1
  "resource": {
    "azurerm_kubernetes_cluster": {
      "c": {
        %2
        "default_node_pool": {%3 "name": "system", "max_pods": 300 },
        "network_profile": {
          %4
          "network_plugin": "azure",
          "network_plugin_mode": "overlay",
          "pod_cidr": "10.244.1.0/16",
          "service_cidr": "10.96.0.0/16",
          "dns_service_ip": "10.96.0.10"
        }
      }
    }
  }
}
"#;

#[test]
fn terraforms_json_suppresses_by_its_key_for_comments() {
    let of = |comments: &[(&str, &str)]| {
        let (told, count) = found_in(&[("main.tf.json", &with(TERRAFORM_JSON, comments))]);
        format!("{} / {count}", told.join(", "))
    };
    assert_eq!(of(&[]), "cidr-host-bits-set, max-pods-range / 0");
    let pods = r#""//": "overlint: ignore[max-pods-range] why","#;
    for place in ["%1", "%2", "%3"] {
        assert_eq!(of(&[(place, pods)]), "cidr-host-bits-set / 1", "{place}");
    }
    assert_eq!(of(&[("%4", pods)]), format!("cidr-host-bits-set, max-pods-range, {UNUSED_PODS} / 0"));
    assert_eq!(of(&[("%4", &pods.replace("ignore", "ignore-file"))]), "cidr-host-bits-set / 1");
    let list = r#""//": ["generated", "overlint: ignore[max-pods-range, cidr-host-bits-set] why"],"#;
    assert_eq!(of(&[("%2", list)]), " / 2");
}

#[test]
fn yaml_suppresses_where_a_finding_lies_in_it() {
    let code = with(BICEP, &[]);
    let (start, end) = (code.find("    networkProfile: {").unwrap(), code.rfind("  }\n}").unwrap());
    let code =
        format!("{}    networkProfile: loadYamlContent('net.yaml')\n{}", code.get(..start).unwrap(), code.get(end..).unwrap());
    let of = |more: &str, comment: &str| {
        let yaml = format!(
            "networkPlugin: azure\nnetworkPluginMode: overlay\n{more}podCidr: 10.244.1.0/16{comment}\nserviceCidr: 10.96.0.0/16\ndnsServiceIP: 10.96.0.10\n"
        );
        let (_, report) = check_with(&[("main.bicep", &code), ("net.yaml", &yaml)], &Config::default());
        let found: Vec<&str> = report.findings.iter().map(|f| f.rule).filter(|rule| *rule != PODS).collect();
        format!("{} / {}", found.join(", "), report.suppressed)
    };
    assert_eq!(of("", ""), "cidr-host-bits-set / 0");
    assert_eq!(of("# overlint: ignore[cidr-host-bits-set] why\n", ""), " / 1");
    assert_eq!(of("", " # overlint: ignore[cidr-host-bits-set] why"), " / 1");
    assert_eq!(of("text: |\n  # overlint: ignore[cidr-host-bits-set]\n", ""), "cidr-host-bits-set / 0");
    assert_eq!(of("text: \"# overlint: ignore[cidr-host-bits-set]\"\n", ""), "cidr-host-bits-set / 0");
}

#[test]
fn a_suppression_in_a_module_counts_for_all_who_call_it() {
    let module = with(CLUSTER, &[("%5", "# overlint: ignore[max-pods-range] why")]);
    let call = "module \"aks\" {\n  source = \"../aks\"\n}\n";
    let project = Project::new(&[("aks/main.tf", &module), ("a/main.tf", call), ("b/main.tf", call)]);
    assert_eq!(project.found(&[]), ["aks/main.tf:10 cidr-host-bits-set"]);
    assert!(project.check(&[]).out.contains("; 1 suppressed"), "{}", project.check(&[]).out);
}

#[test]
fn code_that_is_cut_off_anywhere_is_read() {
    let said = "/* overlint: ignore[max-pods-range, é] why */";
    let all = [("main.tf", CLUSTER), ("main.bicep", BICEP), ("azuredeploy.json", ARM), ("main.tf.json", TERRAFORM_JSON)];
    for (path, template) in all {
        let text = with(template, &[("%1", said), ("%2", said), ("%3", said), ("%4", said), ("%5", said), ("%6", said)]);
        for end in (0..text.len()).step_by(7).filter(|end| text.is_char_boundary(*end)) {
            found_in(&[(path, text.get(..end).unwrap())]);
        }
    }
}
