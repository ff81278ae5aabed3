//! Maps as pictures and pages: the folders of `testdata/pictures/` in, SVG and HTML out, compared with files under `tests/golden/`.
//! `OVERLINT_BLESS=1 cargo test --test map_pictures` writes those anew. `tests/browser/run.sh` opens them in a browser.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panics")]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::golden;
use overlint::config::Config;
use overlint::map::{Format, render};
use overlint::report::Style;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::Path;

/// The map of some files.
fn drawn(format: Format, files: &[(&str, &str)]) -> String {
    let (sources, report) = common::check_with(files, &Config { maps: true, ..Config::default() });
    let mut out = Vec::new();
    render(format, &report, &sources, &Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn of_folder(format: Format, folder: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/pictures").join(folder).join("main.tf");
    drawn(format, &[("main.tf", &fs::read_to_string(file).unwrap())])
}

/// What stands between two texts, each time.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).map(|part| part.split_once(end).unwrap().0).collect()
}

/// The text without the styles and scripts, which are files of their own, and without the version.
fn brief(text: &str) -> String {
    let mut brief = text.replace(&format!("overlint {}", env!("CARGO_PKG_VERSION")), "overlint 0.0.0");
    for (start, end) in [("<style>", "</style>"), ("<script>", "</script>"), ("'sha256-", "'")] {
        for part in between(text, start, end) {
            brief = brief.replace(&format!("{start}{part}{end}"), &format!("{start}..{end}"));
        }
    }
    brief
}

/// Panics unless all elements are closed in the order in which they were opened, and all attributes are quoted.
fn is_well_formed(text: &str) {
    let text = brief(text);
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('<') {
        assert!(!before.contains('>'), "a stray > in {before:?}");
        let (tag, next) = after.split_once('>').expect("tags end");
        let name = tag.split([' ', '/', '\n']).find(|part| !part.is_empty()).expect("tags have names");
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "in {tag}");
        } else if !tag.ends_with('/') && !["!doctype", "meta", "br"].contains(&name) {
            open.push(name);
        }
        assert!(tag.matches('"').count().is_multiple_of(2), "quotes in {tag}");
        rest = next;
    }
    assert_eq!(open, Vec::<&str>::new(), "all is closed");
}

#[test]
fn golden_files() {
    for folder in ["overlap", "unknown", "dual-stack"] {
        for (format, ending) in [(Format::Svg, "svg"), (Format::Html, "html")] {
            let text = of_folder(format, folder);
            is_well_formed(&text);
            golden(&format!("tests/golden/map/{folder}.{ending}"), &brief(&text));
        }
    }
}

#[test]
fn names_are_only_text() {
    for format in [Format::Svg, Format::Html] {
        let text = of_folder(format, "hostile");
        is_well_formed(&text);
        let scripts = usize::from(format == Format::Html);
        assert_eq!(text.matches("<script").count(), scripts, "names are no elements");
        assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;'&amp;"), "names are shown");
        assert!(text.contains("\\u{202e}abc"), "what turns the text is spelled out");
        assert!(!text.contains('\u{202e}'));
    }
}

#[test]
fn the_policy_allows_what_is_in_the_page_and_nothing_else() {
    for folder in ["overlap", "hostile"] {
        let page = of_folder(Format::Html, folder);
        let hash = |part: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(part.as_bytes())));
        let (styles, scripts) = (between(&page, "<style>", "</style>"), between(&page, "<script>", "</script>"));
        assert_eq!((styles.len(), scripts.len()), (1, 1));
        let policy = format!(
            "content=\"default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'\"",
            hash(styles[0]),
            hash(scripts[0])
        );
        assert!(page.contains(&policy), "{policy}");
        for forbidden in [" style=\"", " src=\"", " onclick", "@import", "url(", "href=\"http"] {
            assert!(!page.contains(forbidden), "{forbidden} is blocked, or would ask the network");
        }
    }
}

#[test]
fn every_place_in_the_page_has_its_rule() {
    let page = of_folder(Format::Html, "hostile");
    let style = between(&page, "<style>", "</style>")[0];
    for class in between(&page, "class=\"", "\"").into_iter().flat_map(|classes| classes.split(' ')) {
        let number = class.strip_prefix(['x', 's']).and_then(|number| number.parse::<u32>().ok());
        assert!(number.is_none() || style.contains(&format!("\n.{class}{{")), "{class}");
    }
}

#[test]
fn ranges_tell_every_place_that_they_come_from() {
    for format in [Format::Svg, Format::Html] {
        let text = of_folder(format, "overlap").replace("<code>", "").replace("</code>", "");
        for place in ["written: main.tf:66:27", "local.pods: main.tf:6:10", "default of var.pod_cidr: main.tf:2:13"] {
            assert!(text.contains(place), "{place} in {text}");
        }
    }
}

#[test]
fn many_clusters_have_contents_and_take_no_more_room_each() {
    let main = |number: usize| {
        format!(
            "resource \"azurerm_kubernetes_cluster\" \"main\" {{\n  count = {number}\n  default_node_pool {{\n    name = \"a\"\n  }}\n  \
             network_profile {{\n    network_plugin = \"azure\"\n    network_plugin_mode = \"overlay\"\n  }}\n}}\n"
        )
    };
    for format in [Format::Svg, Format::Html] {
        let size = |number: usize| drawn(format, &[("main.tf", &main(number))]).len();
        let (few, many) = (size(100), size(400));
        assert!(many < few * 4 + few / 2, "{few} bytes for 100 clusters, {many} for 400");
    }
    let page = drawn(Format::Html, &[("main.tf", &main(40))]);
    assert_eq!(page.matches("<a href=\"#c").count(), 40, "each cluster is in the table of contents");
    assert!(page.contains("<main id=\"maps\" class=\"many\">"));
}

#[test]
fn without_clusters_that_is_what_is_said() {
    for format in [Format::Svg, Format::Html] {
        let text = drawn(format, &[("main.tf", "resource \"azurerm_virtual_network\" \"a\" {}\n")]);
        is_well_formed(&text);
        assert!(text.contains("No AKS clusters in 1 file"), "{text}");
    }
}
