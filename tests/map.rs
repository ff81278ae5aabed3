//! `overlint map`: files in, maps out. `OVERLINT_BLESS=1 cargo test --test map` writes the golden files anew.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "tests fail by panics")]

mod common;

use overlint::config::Config;
use overlint::discover::{Options, discover};
use overlint::map::{Format, render};
use overlint::report::Style;
use serde_json::Value;
use std::fmt::Write as _;
use textwrap::core::display_width;

/// The map of some files of the project.
fn drawn(path: &str, format: Format, style: &Style) -> String {
    let (sources, report) = overlint::with_threads(1, || {
        let sources = discover(&[path.to_owned()], &Options::default());
        let report = overlint::check(&sources, &Config { maps: true, ..Config::default() });
        (sources, report)
    })
    .unwrap();
    let mut out = Vec::new();
    render(format, &report, &sources, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The map of some texts.
fn map(files: &[(&str, &str)], format: Format) -> String {
    let (sources, report) = common::check_with(files, &Config { maps: true, ..Config::default() });
    let mut out = Vec::new();
    render(format, &report, &sources, &Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(files: &[(&str, &str)]) -> Value {
    serde_json::from_str(&map(files, Format::Json)).unwrap()
}

#[test]
fn text() {
    for name in ["demo", "map/hub", "map/dual-stack"] {
        let map = drawn(&format!("testdata/{name}"), Format::Text, &Style::default());
        common::golden(&format!("tests/golden/map/{}.txt", name.trim_start_matches("map/")), &map);
        assert!(map.lines().all(|line| display_width(line) <= 80), "{map}");
    }
}

#[test]
fn colors_add_nothing_but_colors() {
    let plain = drawn("testdata/map", Format::Text, &Style::default());
    let mut colored = drawn("testdata/map", Format::Text, &Style { color: true, ..Style::default() });
    assert_ne!(plain, colored);
    while let Some(start) = colored.find('\u{1b}') {
        let end = colored[start..].find('m').unwrap();
        colored.replace_range(start..=start + end, "");
    }
    assert_eq!(plain, colored);
}

#[test]
fn other_widths() {
    for width in [0, 40, 60, 100, 500] {
        let map = drawn("testdata/map", Format::Text, &Style { width, ..Style::default() });
        let widest = map.lines().map(display_width).max().unwrap();
        assert!(widest <= width.clamp(60, 120), "{widest} columns of {width}");
    }
}

#[test]
fn markdown() {
    common::golden("tests/golden/map/hub.md", &drawn("testdata/map/hub", Format::Markdown, &Style::default()));
}

#[test]
fn json_has_the_whole_model() {
    common::golden("tests/golden/map/dual-stack.json", &drawn("testdata/map/dual-stack", Format::Json, &Style::default()));
}

/// A VNet with a subnet for nodes and others, and a cluster in it.
fn cluster_among(subnets: usize, pod_cidr: &str) -> String {
    let mut code =
        String::from("resource \"azurerm_virtual_network\" \"v\" {\n  name = \"v\"\n  address_space = [\"10.0.0.0/8\"]\n");
    for number in 0..subnets {
        let _ = writeln!(
            code,
            "  subnet {{\n    name = \"s{number}\"\n    address_prefixes = [\"10.{}.{}.0/24\"]\n  }}",
            number / 256,
            number % 256
        );
    }
    format!(
        "{code}}}
resource \"azurerm_subnet\" \"nodes\" {{
  name                 = \"nodes\"
  virtual_network_name = azurerm_virtual_network.v.name
  address_prefixes     = [\"10.200.0.0/16\"]
}}
resource \"azurerm_kubernetes_cluster\" \"c\" {{
  default_node_pool {{
    name           = \"system\"
    vnet_subnet_id = azurerm_subnet.nodes.id
  }}
  network_profile {{
    network_plugin      = \"azure\"
    network_plugin_mode = \"overlay\"
    pod_cidr            = {pod_cidr}
    service_cidr        = \"172.16.0.0/16\"
    dns_service_ip      = \"172.16.0.10\"
  }}
}}
"
    )
}

#[test]
fn of_very_many_subnets_those_that_collide_are_drawn() {
    let json = json(&[("main.tf", &cluster_among(300, "\"10.1.43.0/24\""))]);
    let cluster = &json["clusters"][0];
    let names: Vec<&str> = cluster["ranges"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["kind"] == "subnet")
        .map(|r| r["name"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), 41);
    assert_eq!(names.last(), Some(&"s299"), "10.1.43.0/24 is that of s299");
    assert_eq!(cluster["subnets_left_out"], 259);
    let text = map(&[("main.tf", &cluster_among(300, "\"10.1.43.0/24\""))], Format::Text);
    assert!(text.contains("and 259 more subnets that overlap nothing of the cluster"), "{text}");
}

#[test]
fn even_of_those_that_collide_not_all_are_drawn() {
    let text = map(&[("main.tf", &cluster_among(300, "\"10.0.0.0/14\""))], Format::Text);
    assert!(text.contains("and 100 more subnets, 100 of which overlap ranges of the cluster"), "{text}");
}

#[test]
fn what_is_not_known_is_said_to_be_so() {
    let code = format!("variable \"pods\" {{}}\n{}", cluster_among(0, "var.pods"));
    let text = map(&[("main.tf", &code)], Format::Text);
    assert!(text.lines().any(|line| line.starts_with("pod CIDR                  unknown              ? ? ")), "{text}");
    assert!(text.contains("? pod CIDR not known: var.pods has no value"), "{text}");
    let json = json(&[("main.tf", &code)]);
    let pods = json["clusters"][0]["ranges"].as_array().unwrap().iter().find(|range| range["kind"] == "pod-cidr").unwrap();
    assert_eq!(pods["unknown"], "var.pods has no value");
    assert!(pods.get("cidr").is_none());
}

#[test]
fn a_limit_is_met_at_its_bound_and_not_before() {
    let code = |nodes: u32| {
        cluster_among(0, "\"10.250.0.0/20\"")
            .replace("name           = \"system\"", &format!("name = \"system\"\nnode_count = {nodes}"))
    };
    let limit = |nodes: u32| json(&[("main.tf", &code(nodes))])["clusters"][0]["limits"][0].clone();
    // The default surge is 10%, rounded up: 14 nodes need 2 more.
    for (nodes, with_surge) in [(14, 16), (15, 17)] {
        let limit = limit(nodes);
        assert_eq!((&limit["room"], &limit["surge"]["certain"]), (&16.into(), &with_surge.into()));
    }
    let text = |nodes: u32| map(&[("main.tf", &code(nodes))], Format::Text);
    assert!(text(14).contains("16 in an upgrade, which leaves 0\n"), "{}", text(14));
    assert!(text(15).contains("17 in an upgrade (1 too many)\n"), "{}", text(15));
}

#[test]
fn a_pool_without_a_subnet_leaves_its_neighbours_room_open() {
    let pool = "resource \"azurerm_kubernetes_cluster_node_pool\" \"p\" {\n  name = \"p\"\n  kubernetes_cluster_id = azurerm_kubernetes_cluster.c.id\n}\n";
    let code = format!("{}{pool}", cluster_among(0, "\"10.250.0.0/20\""));
    let limits = json(&[("main.tf", &code)])["clusters"][0]["limits"].clone();
    assert_eq!(limits[0]["max"]["certain"], 2, "both take blocks of the pod CIDR");
    assert_eq!(limits[1]["max"]["certain"], 1);
    assert_eq!(limits[1]["max"]["more"], "node pool p names no subnet");
    let text = map(&[("main.tf", &code)], Format::Text);
    assert!(text.contains("node pool p: ? subnet not named: perhaps that of other pools"), "{text}");
}

#[test]
fn a_pod_cidr_that_is_not_used_collides_with_nothing() {
    let code = cluster_among(0, "\"10.0.0.0/16\"").replace("network_plugin_mode = \"overlay\"", "");
    let cluster = json(&[("main.tf", &code)])["clusters"][0].clone();
    assert_eq!(cluster["overlaps"].as_array().unwrap().len(), 0, "{cluster}");
    let names: Vec<&str> = cluster["ranges"].as_array().unwrap().iter().map(|range| range["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"(not used)"), "{names:?}");
}

#[test]
fn names_do_no_harm() {
    let code = cluster_among(1, "\"10.0.0.0/16\"").replace("\"s0\"", "\"\\u001b[31m|`<script>\\\"\\u202e\"");
    for format in [Format::Text, Format::Markdown, Format::Json, Format::Svg, Format::Html] {
        let map = map(&[("main.tf", &code)], format);
        assert!(
            !map.contains(['\u{1b}', '\u{202e}'])
                && (format == Format::Text || format == Format::Json || !map.contains("<script>\"")),
            "{map}"
        );
    }
    let table = map(&[("main.tf", &code)], Format::Markdown);
    let rows = table.lines().filter(|line| line.starts_with("| <code>"));
    assert!(rows.clone().count() > 3 && rows.clone().all(|row| row.matches('|').count() == 6), "{table}");
}

#[test]
fn where_there_is_nothing_to_draw() {
    assert_eq!(map(&[("main.tf", "locals {}\n")], Format::Text), "no AKS clusters in 1 file\n");
    let broken = map(&[("main.tf", "locals {\n")], Format::Text);
    assert!(broken.starts_with("could not be read: main.tf:1:8: this { is never closed\n"), "{broken}");
    let far = "module \"aks\" {\n  source = \"git::https://example.org/aks.git\"\n}\n";
    let text = map(&[("main.tf", far)], Format::Text);
    assert!(text.starts_with("not drawn: module.aks, for "), "{text}");
}
