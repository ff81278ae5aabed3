//! The rules: one visible list, and the runner that applies it to a [`World`].

mod addons;
mod api_server;
mod cidr_syntax;
mod compiled;
pub(crate) mod dns;
mod document;
mod dual_stack;
mod egress;
mod kubernetes;
mod label_name;
mod max_pods;
mod node_limit;
mod node_provisioning;
mod node_subnet;
mod nsg;
mod nsg_walk;
mod places;
mod plugin;
pub(crate) mod pod_cidr;
mod properties;
pub(crate) mod ranges;
mod repair;
mod replacement;
pub(crate) mod room;
mod service_cidr;
pub(crate) mod subnet_room;
pub(crate) mod surge;
mod tally;
mod terraform;
mod traffic;
mod upgrade;
mod vm;
mod vm_size;

pub use document::{Document, Example, ExampleKind};

use crate::config::Config;
use crate::date::Date;
use crate::facts::Facts;
use crate::model::{Cluster, Pool, Undecided, World};
use crate::report::{Finding, Related, Report, Safety, UndecidedRule};
use crate::source::Sources;
use crate::suggest::{self, Advice, Suggestion};
use crate::value::{At, Hop, USED_INSIDE};
use repair::{Change, Wish};
use std::cell::LazyCell;

/// A rule: its name, its document, what it applies to, and the function that checks it.
pub struct Rule {
    /// The name, as in its document, in suppressions and in the config.
    pub name: &'static str,
    /// The text of its document under `rules/`.
    pub document: &'static str,
    /// The clusters it applies to.
    pub scope: Scope,
    /// The check.
    pub check: Check,
}

/// The clusters that a rule applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All clusters.
    All,
    /// Clusters with Azure CNI Overlay.
    Overlay,
    /// Clusters whose pods have a range of their own: overlay and kubenet.
    PodRange,
    /// Clusters with kubenet.
    Kubenet,
}

impl Scope {
    /// Whether a cluster is in it.
    fn holds(self, cluster: &Cluster) -> Result<bool, Undecided> {
        match self {
            Self::All => Ok(true),
            Self::Overlay => cluster.is_overlay(),
            Self::PodRange => cluster.has_pod_range(),
            Self::Kubenet => cluster.is_kubenet(),
        }
    }
}

/// What a rule looks at, one at a time: an unknown value stops it for that one only.
#[derive(Clone, Copy)]
pub enum Check {
    /// Each cluster.
    Cluster(fn(&Context, &Cluster, &mut Out) -> Decision),
    /// Each node pool of each cluster.
    Pool(fn(&Context, &Cluster, &Pool, &mut Out) -> Decision),
    /// Comments that suppress findings, once all are known: `suppress/mod.rs`.
    Suppressions,
}

/// A check's end: decided (with or without findings), or stopped at something unknown.
pub type Decision = Result<(), Undecided>;

/// What a check may look at beside its cluster.
pub struct Context<'a> {
    /// Everything that was declared.
    pub world: &'a World,
    /// What is known about Azure.
    pub facts: &'a Facts,
    /// The day whose rules apply.
    pub day: Date,
    /// The work that walking security groups may still make.
    walking: nsg_walk::Work,
    /// Which node pools are in which subnets.
    residents: subnet_room::Residents,
    /// Which ranges clusters should rather have.
    pub(crate) choices: suggest::Cache,
}

impl<'a> Context<'a> {
    /// Of a world on a day.
    pub fn new(world: &'a World, facts: &'a Facts, day: Date) -> Self {
        Self {
            world,
            facts,
            day,
            walking: nsg_walk::Work::default(),
            residents: subnet_room::Residents::default(),
            choices: suggest::Cache::default(),
        }
    }
}

/// Where a check leaves its findings.
#[derive(Default)]
pub struct Out {
    drafts: Vec<Draft>,
}

/// A finding in the making.
pub struct Draft {
    case: &'static str,
    at: At,
    message: String,
    related: Vec<(String, At)>,
    azure: String,
    fix: String,
    suggestions: Vec<Suggestion>,
    wish: Option<Wish>,
}

impl Out {
    /// Adds a finding at a place. `case` is the key in the document's `[severity]` table that says how bad it is on which day.
    /// The message says what is wrong with the evaluated values: no capital at the start, no full stop at the end.
    pub fn report(&mut self, case: &'static str, at: &At, message: impl Into<String>) -> &mut Draft {
        let draft = Draft {
            case,
            at: at.clone(),
            message: message.into(),
            related: Vec::new(),
            azure: String::new(),
            fix: String::new(),
            suggestions: Vec::new(),
            wish: None,
        };
        self.drafts.push(draft);
        let last = self.drafts.len() - 1;
        #[allow(clippy::indexing_slicing, reason = "an element was pushed just above")]
        &mut self.drafts[last]
    }
}

impl Draft {
    /// Says what Azure does about it, in whole sentences, with its error code if known.
    pub fn azure(&mut self, text: impl Into<String>) -> &mut Self {
        self.azure = text.into();
        self
    }

    /// Says what to change, in whole sentences.
    pub fn fix(&mut self, text: impl Into<String>) -> &mut Self {
        self.fix = text.into();
        self
    }

    /// Says what to change, in whole sentences, and which values come of it.
    fn advise(&mut self, advice: Advice) -> &mut Self {
        self.fix = advice.text;
        self.suggestions = advice.suggestions;
        self
    }

    /// Says what to change in the files, if the value is written in one place. It is safe when the present value is refused for certain,
    /// and the new one is what the code means.
    fn repair(&mut self, safety: Safety, change: Option<Change>) -> &mut Self {
        self.repair_all(safety, change.as_ref().map(Change::title).unwrap_or_default(), change.into_iter().collect())
    }

    /// The same for what may break something: `but` says what to know before.
    fn repair_but(&mut self, change: Option<Change>, but: &str) -> &mut Self {
        let title = change.as_ref().map(|change| format!("{} ({but})", change.title())).unwrap_or_default();
        self.repair_all(Safety::Unsafe, title, change.into_iter().collect())
    }

    /// The same for several changes that belong together.
    fn repair_all(&mut self, safety: Safety, title: String, changes: Vec<Change>) -> &mut Self {
        self.wish = Some(Wish { safety, title, changes });
        self
    }

    /// Adds another place that the finding is about. The places that its value came from follow by themselves.
    pub fn related(&mut self, message: impl Into<String>, at: &At) -> &mut Self {
        self.related.push((message.into(), at.clone()));
        self
    }
}

/// Lists one rule: the folder and the name of its document, its scope, its check. Without the last two it is one on suppressions.
macro_rules! rule {
    ($topic:literal, $name:literal, $scope:ident, $kind:ident($check:path)) => {
        Rule {
            name: $name,
            document: include_str!(concat!("../../rules/", $topic, "/", $name, ".md")),
            scope: Scope::$scope,
            check: Check::$kind($check),
        }
    };
    ($topic:literal, $name:literal) => {
        Rule {
            name: $name,
            document: include_str!(concat!("../../rules/", $topic, "/", $name, ".md")),
            scope: Scope::All,
            check: Check::Suppressions,
        }
    };
}

/// All rules, by topic. A new rule is one document, one function and one line here.
pub const RULES: &[Rule] = &[
    rule!("plugin", "overlay-requires-azure-plugin", Overlay, Cluster(plugin::overlay_requires_azure_plugin)),
    rule!("plugin", "pod-cidr-without-overlay", All, Cluster(plugin::pod_cidr_without_overlay)),
    rule!("plugin", "overlay-mode-not-set", All, Cluster(plugin::overlay_mode_not_set)),
    rule!("plugin", "kubenet-retirement", Kubenet, Cluster(plugin::kubenet_retirement)),
    rule!("plugin", "kubenet-node-limit", Kubenet, Cluster(plugin::kubenet_node_limit)),
    rule!("plugin", "overlay-with-pod-subnet", Overlay, Cluster(plugin::overlay_with_pod_subnet)),
    rule!("plugin", "network-plugin-mode-casing", Overlay, Cluster(plugin::network_plugin_mode_casing)),
    rule!("plugin", "deprecated-network-attribute", All, Cluster(plugin::deprecated_network_attribute)),
    rule!("plugin", "arm-api-version-lacks-overlay", All, Cluster(properties::lacks_overlay)),
    rule!("plugin", "cilium-dataplane-combination", All, Cluster(plugin::cilium_dataplane_combination)),
    rule!("plugin", "windows-requires-azure-cni", Kubenet, Cluster(plugin::windows_requires_azure_cni)),
    rule!("addons", "agic-overlay", Overlay, Cluster(addons::agic_overlay)),
    rule!("addons", "agc-overlay-subnet", Overlay, Cluster(addons::agc_overlay_subnet)),
    rule!("addons", "virtual-nodes-overlay", Overlay, Cluster(addons::virtual_nodes_overlay)),
    rule!("addons", "http-application-routing-retired", All, Cluster(addons::http_application_routing_retired)),
    rule!("cidr", "invalid-cidr", All, Cluster(cidr_syntax::invalid_cidr)),
    rule!("cidr", "cidr-host-bits-set", All, Cluster(cidr_syntax::host_bits_set)),
    rule!("pod-cidr", "pod-cidr-below-one-node", Overlay, Cluster(pod_cidr::below_one_node)),
    rule!("pod-cidr", "pod-cidr-capacity", Overlay, Cluster(pod_cidr::capacity)),
    rule!("pod-cidr", "pod-cidr-upgrade-headroom", Overlay, Cluster(pod_cidr::upgrade_headroom)),
    rule!("pod-cidr", "pod-cidr-overlaps-node-subnet", PodRange, Cluster(pod_cidr::overlaps_node_subnet)),
    rule!("pod-cidr", "pod-cidr-overlaps-vnet-subnet", PodRange, Cluster(pod_cidr::overlaps_vnet_subnet)),
    rule!("pod-cidr", "pod-cidr-overlaps-vnet-space", PodRange, Cluster(pod_cidr::overlaps_vnet_space)),
    rule!("pod-cidr", "pod-cidr-overlaps-peered-vnet", PodRange, Cluster(pod_cidr::overlaps_peered_vnet)),
    rule!("pod-cidr", "pod-cidr-overlaps-onprem", PodRange, Cluster(pod_cidr::overlaps_onprem)),
    rule!("pod-cidr", "pod-cidr-overlaps-service-cidr", PodRange, Cluster(pod_cidr::overlaps_service_cidr)),
    rule!("pod-cidr", "reserved-range-overlap", All, Cluster(pod_cidr::reserved_range_overlap)),
    rule!("pod-cidr", "pod-cidr-public-range", PodRange, Cluster(pod_cidr::public_range)),
    rule!("pod-cidr", "implicit-cidr-default", All, Cluster(pod_cidr::implicit_default)),
    rule!("service-cidr", "service-cidr-too-large", All, Cluster(service_cidr::too_large)),
    rule!("service-cidr", "service-cidr-overlaps-vnet-subnet", All, Cluster(service_cidr::overlaps_vnet_subnet)),
    rule!("service-cidr", "service-cidr-overlaps-vnet-space", All, Cluster(service_cidr::overlaps_vnet_space)),
    rule!("service-cidr", "service-cidr-overlaps-connected", All, Cluster(service_cidr::overlaps_connected)),
    rule!("service-cidr", "service-cidr-public-or-multicast", All, Cluster(service_cidr::public_or_multicast)),
    rule!("service-cidr", "ipv6-service-cidr-too-large", All, Cluster(service_cidr::ipv6_too_large)),
    rule!("service-cidr", "service-cidr-immutable", All, Cluster(replacement::service_cidr)),
    rule!("dns", "dns-service-ip-outside-service-cidr", All, Cluster(dns::outside_service_cidr)),
    rule!("dns", "dns-service-ip-first-address", All, Cluster(dns::first_address)),
    rule!("dns", "dns-service-ip-boundary", All, Cluster(dns::boundary)),
    rule!("dns", "dns-service-cidr-pairing", All, Cluster(dns::pairing)),
    rule!("nodes", "max-pods-range", All, Pool(max_pods::max_pods_range)),
    rule!("nodes", "max-pods-pool-minimum-30", All, Pool(max_pods::pool_minimum)),
    rule!("nodes", "windows-max-pods", Overlay, Pool(max_pods::windows_max_pods)),
    rule!("nodes", "availability-set-not-supported", Overlay, Pool(vm::availability_set)),
    rule!("nodes", "dcsv2-not-supported", Overlay, Pool(vm::dcsv2)),
    rule!("nodes", "arm64-overlay-region", Overlay, Pool(vm::arm64_overlay_region)),
    rule!("nodes", "arm64-overlay-upgrade", All, Pool(vm::arm64_overlay_upgrade)),
    rule!("nodes", "arm64-windows", All, Pool(vm::arm64_windows)),
    rule!("nodes", "windows-server-2019", All, Pool(vm::windows_server_2019)),
    rule!("nodes", "node-subnet-capacity", All, Cluster(subnet_room::capacity)),
    rule!("nodes", "node-subnet-upgrade-headroom", All, Cluster(subnet_room::upgrade_headroom)),
    rule!("nodes", "cluster-node-limit", All, Cluster(node_limit::cluster_node_limit)),
    rule!("nodes", "node-pools-same-vnet", All, Cluster(node_subnet::same_vnet)),
    rule!("nodes", "node-subnet-delegated", All, Cluster(node_subnet::delegated)),
    rule!("nodes", "apiserver-subnet-rules", All, Cluster(api_server::subnet)),
    rule!("nodes", "node-subnet-multiple-prefixes", All, Cluster(node_subnet::multiple_prefixes)),
    rule!("nodes", "nap-network-compat", All, Cluster(node_provisioning::network_compat)),
    rule!("nodes", "label-name-length", All, Cluster(label_name::length)),
    rule!("nodes", "label-name-charset", All, Cluster(label_name::charset)),
    rule!("egress", "managed-nat-with-byo-vnet", All, Cluster(egress::managed_nat_with_byo_vnet)),
    rule!("egress", "user-assigned-nat-association", All, Cluster(egress::user_assigned_nat_association)),
    rule!("egress", "udr-default-route", All, Cluster(egress::udr_default_route)),
    rule!("egress", "outbound-type-requires-standard-lb", All, Cluster(egress::requires_standard_load_balancer)),
    rule!("dual-stack", "dual-stack-family-list", All, Cluster(dual_stack::family_list)),
    rule!("dual-stack", "dual-stack-cidr-count-order", All, Cluster(dual_stack::cidr_count_order)),
    rule!("dual-stack", "dual-stack-requires-overlay", All, Cluster(dual_stack::requires_overlay)),
    rule!("dual-stack", "dual-stack-network-policy", All, Cluster(dual_stack::network_policy)),
    rule!("dual-stack", "dual-stack-nat-gateway", All, Cluster(dual_stack::nat_gateway)),
    rule!("dual-stack", "dual-stack-virtual-nodes", All, Cluster(dual_stack::virtual_nodes)),
    rule!("dual-stack", "dual-stack-windows", All, Pool(dual_stack::windows)),
    rule!("dual-stack", "dual-stack-k8s-version", All, Cluster(dual_stack::k8s_version)),
    rule!("dual-stack", "dual-stack-subnet-ipv6", All, Cluster(dual_stack::subnet_ipv6)),
    rule!("dual-stack", "dual-stack-udr-ipv6-route", All, Cluster(dual_stack::udr_ipv6_route)),
    rule!("nsg", "nsg-deny-blocks-overlay", Overlay, Cluster(nsg::deny_blocks_overlay)),
    rule!("nsg", "nsg-per-pool-subnet", Overlay, Cluster(nsg::per_pool_subnet)),
    rule!("upgrade", "upgrade-k8s-version", All, Cluster(upgrade::k8s_version)),
    rule!("upgrade", "upgrade-network-policy", All, Cluster(upgrade::network_policy)),
    rule!("upgrade", "upgrade-dynamic-ip", All, Cluster(upgrade::dynamic_ip)),
    rule!("upgrade", "upgrade-missing-pod-cidr", All, Cluster(upgrade::missing_pod_cidr)),
    rule!("upgrade", "upgrade-pod-cidr-overlap", All, Cluster(upgrade::pod_cidr_overlap)),
    rule!("upgrade", "upgrade-combined-ipam-dataplane", All, Cluster(upgrade::combined_ipam_dataplane)),
    rule!("upgrade", "upgrade-irreversible", All, Cluster(upgrade::irreversible)),
    rule!("upgrade", "upgrade-simultaneous-reimage", All, Cluster(upgrade::simultaneous_reimage)),
    rule!("upgrade", "upgrade-kubenet-identity", All, Cluster(upgrade::kubenet_identity)),
    rule!("upgrade", "upgrade-kubenet-route-table", All, Cluster(upgrade::kubenet_route_table)),
    rule!("upgrade", "upgrade-ip-masq-config", All, Cluster(upgrade::ip_masq_config)),
    rule!("upgrade", "upgrade-windows-build", All, Cluster(upgrade::windows_build)),
    rule!("upgrade", "plan-forces-cluster-replacement", All, Cluster(replacement::forces_replacement)),
    rule!("upgrade", "pod-cidr-expansion", All, Cluster(replacement::pod_cidr_expansion)),
    rule!("terraform", "variable-validation-failed", All, Cluster(terraform::validation_failed)),
    rule!("templates", "compiled-template-outdated", All, Cluster(compiled::outdated)),
    rule!("suppressions", "unused-suppression"),
    rule!("suppressions", "suppression-without-reason"),
];

/// The rules whose findings are about addresses that could be others.
pub const SUGGESTING: &[&str] = &[
    "cidr-host-bits-set",
    "pod-cidr-below-one-node",
    "pod-cidr-capacity",
    "pod-cidr-upgrade-headroom",
    "pod-cidr-overlaps-node-subnet",
    "pod-cidr-overlaps-vnet-subnet",
    "pod-cidr-overlaps-vnet-space",
    "pod-cidr-overlaps-peered-vnet",
    "pod-cidr-overlaps-onprem",
    "pod-cidr-overlaps-service-cidr",
    "reserved-range-overlap",
    "pod-cidr-public-range",
    "service-cidr-too-large",
    "service-cidr-overlaps-vnet-subnet",
    "service-cidr-overlaps-vnet-space",
    "service-cidr-overlaps-connected",
    "service-cidr-public-or-multicast",
    "ipv6-service-cidr-too-large",
    "dns-service-ip-outside-service-cidr",
    "dns-service-ip-first-address",
    "dns-service-ip-boundary",
    "dns-service-cidr-pairing",
    "node-subnet-capacity",
    "node-subnet-upgrade-headroom",
    "dual-stack-cidr-count-order",
    "dual-stack-subnet-ipv6",
    "upgrade-pod-cidr-overlap",
];

/// The rule of this name.
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|r| r.name == name)
}

/// Runs the wanted rules over a world and adds what they find to the report.
pub fn run(world: &World, sources: &Sources, facts: &Facts, config: &Config, report: &mut Report) {
    let context = Context::new(world, facts, config.day());
    for rule in RULES.iter().filter(|r| config.wants(r.name)) {
        // Read only for a rule that has something to say, and once for all that it says.
        let document = LazyCell::new(|| Document::parse(rule.document).unwrap_or_default());
        for cluster in &world.clusters {
            match rule.check {
                Check::Suppressions => {}
                Check::Cluster(check) => {
                    apply(rule, &document, (cluster, sources), config, report, |out| check(&context, cluster, out));
                }
                Check::Pool(check) => {
                    for pool in &cluster.pools {
                        apply(rule, &document, (cluster, sources), config, report, |out| check(&context, cluster, pool, out));
                    }
                    if let Some(why) = &cluster.more_pools {
                        apply(rule, &document, (cluster, sources), config, report, |_| Err(why.clone()));
                    }
                }
            }
        }
    }
    report.clusters.extend(world.clusters.iter().map(|c| c.address.to_string()));
}

/// Runs one check. When it is unknown whether the rule applies at all, the check still runs: only if it would find something, or is
/// itself undecided, does that matter.
fn apply(
    rule: &Rule,
    document: &LazyCell<Document, impl FnOnce() -> Document>,
    (cluster, sources): (&Cluster, &Sources),
    config: &Config,
    report: &mut Report,
    check: impl Fn(&mut Out) -> Decision,
) {
    let applies = rule.scope.holds(cluster);
    if applies == Ok(false) {
        return;
    }
    let mut out = Out::default();
    let decision = check(&mut out);
    if decision.is_ok() && out.drafts.is_empty() {
        return;
    }
    let undecided = match applies {
        Err(why) => Some(why),
        Ok(_) => {
            report.findings.extend(out.drafts.into_iter().filter_map(|d| finish(rule, document, (cluster, sources), config, d)));
            decision.err()
        }
    };
    // What is off on that day need not be decided.
    if let Some(why) = undecided.filter(|_| document.is_on(config.day(), config.severity(rule.name))) {
        report.undecided.push(UndecidedRule { rule: rule.name, cluster: cluster.address.to_string(), why });
    }
}

/// The values that the rules suggest for a cluster, in the order of the rules: those that belong to their findings on that day.
pub(crate) fn suggestions(cx: &Context, cluster: &Cluster) -> Vec<Suggestion> {
    let mut found = Vec::new();
    for rule in RULES.iter().filter(|rule| SUGGESTING.contains(&rule.name) && rule.scope.holds(cluster) == Ok(true)) {
        let Check::Cluster(check) = rule.check else { continue };
        let mut out = Out::default();
        // What is undecided suggests nothing.
        let _ = check(cx, cluster, &mut out);
        if !out.drafts.is_empty() {
            let document = Document::parse(rule.document).unwrap_or_default();
            let on = out.drafts.into_iter().filter(|draft| document.severity_as(draft.case, cx.day, None).is_some());
            found.extend(on.flat_map(|draft| draft.suggestions));
        }
    }
    found
}

/// Makes a finding of a draft; `None` when its case is off on that day.
fn finish(
    rule: &Rule,
    document: &Document,
    (cluster, sources): (&Cluster, &Sources),
    config: &Config,
    draft: Draft,
) -> Option<Finding> {
    // A case that the document does not have would be as silent as one that is off.
    debug_assert!(document.history().any(|(case, _)| case == draft.case), "{} has no case {:?}", rule.name, draft.case);
    let severity = document.severity_as(draft.case, config.day(), config.severity(rule.name))?;
    Some(Finding {
        rule: rule.name,
        severity,
        message: draft.message,
        cluster: cluster.address.to_string(),
        place: draft.at.site,
        related: related(&draft.at, draft.related),
        azure: draft.azure,
        fix: draft.fix,
        url: document.url.clone(),
        also: Vec::new(),
        owners: Vec::new(),
        scenarios: Vec::new(),
        repair: draft.wish.and_then(|wish| wish.repair(sources)),
    })
}

/// The places that the value at a site came from, then other places, each with those that it came from.
fn related(site: &At, others: Vec<(String, At)>) -> Vec<Related> {
    let came_from = |at: &At, origin| {
        let one = |h: &Hop| Related { message: h.label.to_string(), span: h.span, origin: origin && &*h.label != USED_INSIDE };
        at.hops.iter().map(one).collect::<Vec<_>>()
    };
    let mut related = came_from(site, true);
    for (message, at) in others {
        related.push(Related { message, span: at.site, origin: false });
        related.extend(came_from(&at, false));
    }
    let mut kept: Vec<Related> = Vec::new();
    for r in related {
        // What a module takes by default is told at its call, which may be the place of the finding, too.
        let elsewhere = r.span != site.site || r.message.starts_with("default of ");
        if elsewhere && !kept.iter().any(|k| k.span == r.span && (k.message == r.message || r.origin)) {
            kept.push(r);
        }
    }
    kept
}
