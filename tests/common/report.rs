//! Reports in the making, for the tests of the formats.

use overlint::model::Undecided;
use overlint::report::{Edit, Finding, Format, Related, Repair, Report, Safety, Severity, Style, UndecidedRule, render};
use overlint::source::{FileId, Sources, Span};

pub const CLUSTER: &str = "azurerm_kubernetes_cluster.this";
const URL: &str = "https://learn.microsoft.com/azure/aks/azure-cni-overlay";

pub const MAIN: &str = r#"resource "azurerm_kubernetes_cluster" "this" {
  name     = "aks-prod"
  location = "westeurope"

  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = var.pod_cidr
    service_cidr        = "10.0.0.0/16"
    dns_service_ip      = "10.0.0.1"
  }

  tags = { owner = "team-network", cost_center = "4711", environment = "production", contact = "a@example.com", more = "x" }
}

locals {
  pod_range = "10.1.0.0/16"
}
"#;

const NETWORK: &str = "resource \"azurerm_subnet\" \"nodes\" {\r\n  name             = \"nodes\"\r\n  \
    address_prefixes = [\"10.1.4.0/22\"] # 节点 🚀\r\n}\r\n";

const VARIABLES: &str = "variable \"pod_cidr\" {\n  description = \"\u{1f680} 容器 range\"\n\tdefault\t= \"10.1.0.0/16\"\n}\n\n\
    variable \"mode\" {}";

/// A report in the making: files in memory, and places in them by their text.
pub struct Fixture {
    pub sources: Sources,
    pub report: Report,
}

impl Fixture {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let mut sources = Sources::new();
        for (path, text) in files {
            sources.add(path, text.as_bytes());
        }
        let report = Report { files: sources.len(), clusters: ["c".to_owned()].into(), ..Report::default() };
        Self { sources, report }
    }

    pub fn id(&self, path: &str) -> FileId {
        self.sources.iter().find(|(_, f)| f.path() == path).expect("a file of the fixture").0
    }

    /// The first occurrence of `text` in a file.
    pub fn at(&self, path: &str, text: &str) -> Span {
        let id = self.id(path);
        let start = self.sources.file(id).text().find(text).expect("a text of the file");
        Span::new(id, start, start + text.len())
    }

    pub fn find(&mut self, severity: Severity, rule: &'static str, message: &str, place: Span, related: Vec<Related>) {
        self.report.findings.push(Finding {
            rule,
            severity,
            message: message.to_owned(),
            cluster: CLUSTER.to_owned(),
            place,
            related,
            azure: "Azure refuses to create the cluster (InvalidParameter).".to_owned(),
            fix: "Choose another range, one that no network near the cluster uses: neither its own, nor a peered one.".to_owned(),
            url: URL.to_owned(),
            owners: Vec::new(),
            also: Vec::new(),
            scenarios: Vec::new(),
            repair: None,
        });
    }

    /// Gives the last finding a repair.
    pub fn repair(&mut self, safety: Safety, title: &str, edits: Vec<(Span, &str)>) {
        let edits = edits.into_iter().map(|(span, text)| Edit { span, text: text.to_owned() }).collect();
        let repair = Repair { title: title.to_owned(), safety, edits };
        self.report.findings.last_mut().expect("a finding").repair = Some(repair);
    }

    pub fn undecided(&mut self, rule: &'static str, cluster: &str, reason: &str, span: Option<Span>) {
        self.report.undecided.push(UndecidedRule { rule, cluster: cluster.to_owned(), why: Undecided::new(reason, span) });
    }

    pub fn sorted(mut self) -> Self {
        self.report.unreadable = self.sources.unreadable().to_vec();
        self.report.sort(&self.sources);
        self
    }

    pub fn render(&self, format: Format, style: &Style) -> String {
        let mut out = Vec::new();
        render(format, &self.report, &self.sources, style, &mut out).expect("a Vec takes everything");
        String::from_utf8(out).expect("reports are UTF-8")
    }
}

pub fn related(message: &str, span: Span, origin: bool) -> Related {
    Related { message: message.to_owned(), span, origin }
}

/// Something of everything.
pub fn everything() -> Fixture {
    let mut f = Fixture::new(&[
        ("main.tf", MAIN),
        ("modules/net work/network.tf", NETWORK),
        ("variables.tf", VARIABLES),
        ("empty.tf", ""),
        ("broken.tf", "resource \"azurerm_subnet\" \"x\" {\n  name = \n"),
    ]);
    let network = "modules/net work/network.tf";
    let (pod, subnet) = (f.at("main.tf", "var.pod_cidr"), f.at(network, "[\"10.1.4.0/22\"]"));
    let default = f.at("variables.tf", "\"10.1.0.0/16\"");
    let from = vec![related("default of var.pod_cidr", default, true), related("node subnet 10.1.4.0/22", subnet, false)];
    f.find(
        Severity::Error,
        "pod-cidr-overlaps-node-subnet",
        "pod CIDR 10.1.0.0/16 overlaps the node subnet 10.1.4.0/22",
        pod,
        from,
    );
    let (dns, service) = (f.at("main.tf", "\"10.0.0.1\""), f.at("main.tf", "\"10.0.0.0/16\""));
    f.find(
        Severity::Error,
        "dns-service-ip-first-address",
        "DNS service IP 10.0.0.1 is the first address of the service CIDR 10.0.0.0/16, which the API server has",
        dns,
        vec![related("service CIDR", service, false)],
    );
    f.repair(
        Safety::Safe,
        "Set dns_service_ip to 10.0.0.10",
        vec![(Span { start: dns.start + 1, end: dns.end - 1, ..dns }, "10.0.0.10")],
    );
    let range = f.at("main.tf", "\"10.1.0.0/16\"");
    f.find(
        Severity::Warning,
        "pod-cidr-upgrade-headroom",
        "pod CIDR 10.1.0.0/16 has no room for the nodes of an upgrade",
        pod,
        vec![related("local.pod_range", range, true)],
    );
    let emoji = f.at(network, "🚀");
    let after = Span { start: emoji.end, ..emoji };
    f.repair(Safety::Unsafe, "Change two files", vec![(range, "\"10.0.0.0/15\""), (after, "\r\n  more = 1")]);
    let (header, location) =
        (f.at("main.tf", "resource \"azurerm_kubernetes_cluster\" \"this\""), f.at("main.tf", "\"westeurope\""));
    f.find(Severity::Note, "implicit-cidr-default", "no outbound type is written, so Azure takes loadBalancer", header, vec![]);
    f.find(Severity::Note, "deprecated-attribute", "this spelling is older than API 2024-09-01", location, vec![]);
    let tags = f.at("main.tf", "\"a@example.com\"");
    f.find(Severity::Warning, "label-value", "a value in a line that is too long for the screen", tags, vec![]);
    let wide = f.at("variables.tf", "range");
    f.find(Severity::Warning, "wide-characters", "after an emoji and two wide characters", wide, vec![]);
    let after = f.at(network, "🚀");
    f.find(Severity::Warning, "wide-characters", "an emoji before CRLF", after, vec![]);
    let end = f.sources.file(f.id("variables.tf")).text().len();
    f.find(
        Severity::Warning,
        "end-of-file",
        "at the end of a file without a line end",
        Span::new(f.id("variables.tf"), end, end),
        vec![],
    );
    f.find(Severity::Warning, "empty-file", "in an empty file", Span::new(f.id("empty.tf"), 0, 0), vec![]);
    let end = f.sources.file(f.id("broken.tf")).text().len();
    f.find(
        Severity::Warning,
        "end-of-file",
        "at the end of a file, after a line end",
        Span::new(f.id("broken.tf"), end, end),
        vec![],
    );
    let mode = f.at("variables.tf", "variable \"mode\"");
    f.undecided("pod-cidr-capacity", CLUSTER, "var.mode has no value", Some(mode));
    f.undecided("pod-cidr-upgrade-headroom", CLUSTER, "var.mode has no value", Some(mode));
    f.undecided("node-subnet-capacity", CLUSTER, "var.mode has no value", Some(mode));
    f.undecided("cluster-node-limit", CLUSTER, "the number of pools is not known", None);
    f.undecided("*", "module.aks[\"blue\"]", "the module is not in this repository", Some(f.at("main.tf", "locals")));
    f.sources.add("latin.tf", b"# caf\xe9\n");
    f.sources.add_unreadable("secret.tf", "permission denied");
    f.sorted()
}

/// Paths and texts that mean something else in one format or another.
pub const HOSTILE_PATHS: [&str; 9] = [
    "a b/100%0A,x:y=z;]#?.tf",
    "]]><\"&'.tf",
    "na\u{ef}ve-\u{1f680}/`|`<b>*x*.tf",
    "line\nbreak.tf",
    "\u{1b}[2J.tf",
    "caf\\xe9.tf",
    "::error::x.tf",
    "##vso[task.complete]x.tf",
    "__init__/[a](b)\\|.tf",
];

pub const HOSTILE_TEXTS: [&str; 9] = [
    "100% of a,b:c;d]e %0A %25 %AZP25 %3B",
    "line\nbreak\r\n::error::fake\n##vso[task.complete result=Failed]",
    "##vso[task.setvariable variable=x]y ##[error] ::stop-commands::x",
    "]]> <script>alert('\"')</script> &amp; &#124; <!-- -->",
    "| `code` **bold** _u_ [l](http://x) ~~s~~ $x$ \\| \\",
    "\u{1f680} \u{5bb9}\u{5668} \u{202e}abc\u{2066} \u{fffe}\u{ffff}",
    "\u{0}\u{b}\u{1b}[31m\u{7f}\u{9b}\u{85}\t.",
    "# heading\n- item\n```",
    "  @everyone #1 :tada: ${var.x} ",
];

/// A report in which nothing is harmless: each finding has a path and a text of the lists above.
pub fn hostile() -> Fixture {
    let files = HOSTILE_PATHS.map(|path| (path, "x = \"\u{1f680}\" y\n"));
    let mut f = Fixture::new(&files);
    let severities = [Severity::Error, Severity::Warning, Severity::Note];
    for (i, (path, text)) in HOSTILE_PATHS.into_iter().zip(HOSTILE_TEXTS).enumerate() {
        let place = f.at(path, "y");
        f.find(severities[i % 3], "hostile-text", text, place, vec![related(text, place, true)]);
        let last = f.report.findings.last_mut().expect("a finding");
        (last.cluster, last.azure, last.fix) = (text.to_owned(), text.to_owned(), text.to_owned());
        f.undecided("hostile-reason", text, text, Some(place));
        f.sources.add_unreadable(path, text);
    }
    f.sorted()
}

/// Compares with a golden file that does not depend on the version of overlint.
pub fn golden(name: &str, actual: &str) {
    let actual = actual.replace(concat!('"', env!("CARGO_PKG_VERSION"), '"'), "\"0.0.0\"");
    super::golden(&format!("tests/golden/{name}"), &actual);
}
