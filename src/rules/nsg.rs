//! Topic `nsg`: network security groups at the node subnets.

use super::node_subnet::each_subnet;
use super::nsg_walk::{Contest, Ground, Loss, Step};
use super::ranges::{Ranges, node_subnets, pods};
use super::traffic::{Block, Side};
use super::{Context, Decision, Out};
use crate::cidr::Cidr;
use crate::model::{Addresses, Cluster, SecurityGroup, SecurityRule, Subnet, Taken, Undecided};
use crate::source::Span;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Traffic that the cluster needs.
struct Flow {
    /// `from nodes to pods`
    title: &'static str,
    block: Block,
}

/// The traffic that a security group sees in one direction.
struct Traffic {
    flows: Vec<Flow>,
    /// Why there may be more.
    missing: Option<Undecided>,
}

const PODS_TO_NODES: &str = "from pods to nodes";
const TAG_EXPLAINED: &str =
    "A rule before this one allows the service tag VirtualNetwork, but whether that holds the pods is not documented.";

/// What the traffic with another subnet costs, beside blocks of traffic that are compared.
const COST: usize = 20;

const DIRECTIONS: [&str; 2] = ["inbound", "outbound"];

/// `nsg-deny-blocks-overlay`: no rule at a node subnet denies traffic among its nodes and the pods.
pub(super) fn deny_blocks_overlay(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let mut walks = Walks::new(cx, cluster);
    let mut told = HashSet::new();
    each_group(cx, cluster, |subnet, group| {
        let wanted = within_subnet(cx, cluster, subnet, group)?;
        walks.each_deny(group, |direction, contest| {
            let (found, open) = lost(contest, &wanted);
            if let Some(found) = found.filter(|_| told.insert(identity(contest.rule()))) {
                report(out, cluster, (subnet, group), (direction, contest.rule()), &found);
            }
            open.map_or(Ok(()), Err)
        })
    })
}

/// `nsg-per-pool-subnet`: where nodes are in several subnets, none denies traffic with the nodes of the others.
pub(super) fn per_pool_subnet(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    // A lone pool is in one subnet, whichever that is.
    let alone = cluster.pools.len() < 2 && cluster.more_pools.is_none();
    if alone || cluster.node_subnets().len() < 2 && cluster.unknown_node_subnet().is_none() {
        return Ok(());
    }
    let mut walks = Walks::new(cx, cluster);
    let all = node_subnets(cx.world, cluster);
    let mut told = HashSet::new();
    each_group(cx, cluster, |subnet, group| {
        let own = within_subnet(cx, cluster, subnet, group)?;
        cx.walking.allows(COST * all.known.len(), group)?;
        let between = DIRECTIONS.map(|direction| between_subnets(&all, cluster, subnet, direction));
        walks.each_deny(group, |direction, contest| {
            // What a rule takes of the traffic within its subnet is the other rule's matter.
            if lost(contest, &own).0.is_some() {
                return Ok(());
            }
            let [inbound, outbound] = &between;
            let (found, open) = lost(contest, if direction == "inbound" { inbound } else { outbound });
            if let Some(found) = found.filter(|_| told.insert(identity(contest.rule()))) {
                report_between(out, (subnet, group), (direction, contest.rule()), &found);
            }
            open.map_or(Ok(()), Err)
        })
    })
}

/// Looks at the security group of each node subnet, where it has one and all of its rules are known.
fn each_group<'a>(
    cx: &Context<'a>,
    cluster: &'a Cluster,
    mut check: impl FnMut(&'a Subnet, &'a SecurityGroup) -> Decision,
) -> Decision {
    each_subnet(cx, cluster, |_, subnet| {
        let group = subnet.security_group.known()?.map(|group| &**group);
        let hidden = cx.world.more_resources.clone().or_else(|| group?.more_rules.clone());
        match (hidden, group) {
            (Some(why), _) => Err(why),
            (None, Some(group)) => check(subnet, group),
            (None, None) => Ok(()),
        }
    })
}

/// The rules of a group, in each direction.
type Steps<'a> = [Result<Vec<Step<'a>>, Undecided>; 2];

/// The rules of security groups as far as they have to do with a cluster, whose subnets may share them.
struct Walks<'a> {
    cx: &'a Context<'a>,
    ground: Ground,
    known: HashMap<*const SecurityGroup, Rc<Steps<'a>>>,
}

impl<'a> Walks<'a> {
    fn new(cx: &'a Context<'a>, cluster: &Cluster) -> Self {
        let (nodes, pods) = (node_subnets(cx.world, cluster), pods(cluster));
        let both = nodes.known.iter().chain(&pods.known).map(|range| range.cidr);
        let ground = Ground {
            incomplete: nodes.decision().and(pods.decision()).is_err(),
            taken: Taken::of(both),
            nodes: nodes.known.iter().map(|range| range.cidr).collect(),
            pods: pods.known.iter().map(|range| range.cidr).collect(),
            never_internet: cx.facts.addresses.never_internet_ranges.on(cx.day).cloned().unwrap_or_default(),
            public: OnceCell::new(),
        };
        Self { cx, ground, known: HashMap::new() }
    }

    /// Looks at each rule of a group that may deny something, in each direction, all of them whatever happens.
    fn each_deny(
        &mut self,
        group: &'a SecurityGroup,
        mut check: impl FnMut(&'static str, &Contest<'_, 'a>) -> Decision,
    ) -> Decision {
        let work = &self.cx.walking;
        let steps = || Rc::new(DIRECTIONS.map(|direction| self.ground.steps(group, direction, work)));
        let steps = Rc::clone(self.known.entry(group).or_insert_with(steps));
        let mut decision = Ok(());
        for (direction, steps) in DIRECTIONS.into_iter().zip(&*steps) {
            match steps {
                Ok(steps) => {
                    for contest in steps.iter().filter_map(|step| Contest::new(steps, step, work)) {
                        decision = decision.and(check(direction, &contest));
                    }
                }
                Err(why) => decision = decision.and(Err(why.clone())),
            }
        }
        decision
    }
}

/// The traffic among the nodes of a subnet and the pods, or why it is too much to look at with this group.
fn within_subnet(cx: &Context, cluster: &Cluster, subnet: &Subnet, group: &SecurityGroup) -> Result<Traffic, Undecided> {
    let nodes = known_prefixes(subnet);
    let pods = pods(cluster);
    cx.walking.allows((nodes.len() + pods.known.len()).saturating_pow(2), group)?;
    let pod_ranges: Vec<Cidr> = pods.known.iter().map(|range| range.cidr).collect();
    let mut flows = between("from nodes to nodes", &nodes, &nodes);
    flows.extend(between("from nodes to pods", &nodes, &pod_ranges));
    flows.extend(between(PODS_TO_NODES, &pod_ranges, &nodes));
    flows.extend(between("from pods to pods", &pod_ranges, &pod_ranges));
    let missing = pods.decision().err().or_else(|| subnet.prefixes.iter().find_map(|p| p.known().err()));
    Ok(Traffic { flows, missing })
}

/// The traffic between the nodes of other subnets, and what is in a subnet.
fn between_subnets(all: &Ranges<'_>, cluster: &Cluster, subnet: &Subnet, direction: &str) -> Traffic {
    let own = known_prefixes(subnet);
    let pods = pods(cluster);
    let others: Vec<Cidr> = all.known.iter().map(|range| range.cidr).filter(|cidr| !own.contains(cidr)).collect();
    let pod_ranges: Vec<Cidr> = pods.known.iter().map(|range| range.cidr).collect();
    let flows = if direction == "inbound" {
        let mut flows = between("from nodes of other subnets to nodes", &others, &own);
        flows.extend(between("from nodes of other subnets to pods", &others, &pod_ranges));
        flows
    } else {
        let mut flows = between("from nodes to nodes of other subnets", &own, &others);
        flows.extend(between("from pods to nodes of other subnets", &pod_ranges, &others));
        flows
    };
    Traffic { flows, missing: all.decision().and(pods.decision()).err() }
}

fn known_prefixes(subnet: &Subnet) -> Vec<Cidr> {
    subnet.prefixes.iter().filter_map(|field| field.known().ok().flatten().copied()).collect()
}

fn between(title: &'static str, from: &[Cidr], to: &[Cidr]) -> Vec<Flow> {
    let pairs = from.iter().flat_map(|from| to.iter().map(move |to| Block::all(Side::of(from), Side::of(to))));
    pairs.flatten().map(|block| Flow { title, block }).collect()
}

/// What a rule takes of the traffic that the cluster needs.
struct Found {
    /// Of which flows, each once.
    flows: Vec<&'static str>,
    lost: Vec<Block>,
    /// Whether `VirtualNetwork` would save it, if it held the pods.
    by_tag: bool,
}

/// What a rule takes of some traffic, and why it may take more.
fn lost(contest: &Contest<'_, '_>, wanted: &Traffic) -> (Option<Found>, Option<Undecided>) {
    let (mut sure, mut by_tag) = (Vec::new(), Vec::new());
    let mut open = None;
    for flow in &wanted.flows {
        if contest.is_given_up() && open.is_some() {
            break;
        }
        match contest.loss(&flow.block) {
            Loss::Sure(blocks) => sure.push((flow.title, blocks)),
            Loss::ByTag(blocks) => by_tag.push((flow.title, blocks)),
            Loss::Open(why) => _ = open.get_or_insert(why),
            Loss::None => {}
        }
    }
    let is_tag = sure.is_empty();
    let parts = if is_tag { by_tag } else { sure };
    if parts.is_empty() {
        // Traffic that is not known may be any.
        let anywhere = || Block::all(Side::ANY, Side::ANY).is_some_and(|all| !matches!(contest.loss(&all), Loss::None));
        let missing = wanted.missing.clone().filter(|_| open.is_none() && anywhere());
        return (None, open.or(missing));
    }
    let mut flows: Vec<&'static str> = parts.iter().map(|(title, _)| *title).collect();
    flows.dedup();
    (Some(Found { flows, lost: parts.into_iter().flat_map(|(_, blocks)| blocks).collect(), by_tag: is_tag }), None)
}

/// What tells a rule from others, to tell of it once: subnets may share a group.
fn identity(rule: &SecurityRule) -> (Span, Option<String>) {
    (rule.at.site, rule.name.known().ok().flatten().cloned())
}

fn report(
    out: &mut Out,
    cluster: &Cluster,
    (subnet, group): (&Subnet, &SecurityGroup),
    (direction, rule): (&str, &SecurityRule),
    found: &Found,
) {
    let case = case(cluster, rule, found);
    let pods = pods(cluster);
    let pod_ranges = list(pods.known.iter().map(|range| range.cidr));
    let nodes = list(known_prefixes(subnet));
    let tag = if found.by_tag { format!("{TAG_EXPLAINED} ") } else { String::new() };
    let draft = out.report(case, &rule.at, message(group, direction, rule, found));
    draft
        .azure(format!(
            "{tag}Azure applies the rules of the node subnet's security group to pods, too: overlay does not wrap what they send."
        ))
        .fix(format!(
            "{} allow all {direction} traffic among {nodes} (nodes) and {pod_ranges} (pods). To keep pods apart, use network policies.",
            earlier(rule)
        ))
        .related(format!("node subnet {}", subnet.title()), &subnet.security_group.at);
    for range in &pods.known {
        draft.related(range.title(), &range.field.at);
    }
}

fn report_between(
    out: &mut Out,
    (subnet, group): (&Subnet, &SecurityGroup),
    (direction, rule): (&str, &SecurityRule),
    found: &Found,
) {
    out.report("default", &rule.at, message(group, direction, rule, found))
        .azure("Nodes of all subnets of a cluster must reach each other, and the pods, on all ports and protocols.")
        .fix(format!("{} allow all {direction} traffic among the ranges of all node subnets and the pod CIDR.", earlier(rule)))
        .related(format!("node subnet {}", subnet.title()), &subnet.security_group.at);
}

fn list(ranges: impl IntoIterator<Item = Cidr>) -> String {
    ranges.into_iter().map(|range| range.to_string()).collect::<Vec<_>>().join(" and ")
}

/// `With a lower priority number than 4000,`
fn earlier(rule: &SecurityRule) -> String {
    match rule.priority.known() {
        Ok(Some(priority)) => format!("With a lower priority number than {priority},"),
        _ => "Before this rule,".to_owned(),
    }
}

fn message(group: &SecurityGroup, direction: &str, rule: &SecurityRule, found: &Found) -> String {
    let name = rule.name.known().ok().flatten().map_or_else(String::new, |name| format!(" {name}"));
    let example = found.lost.first().map(Block::describe).unwrap_or_default();
    let more = if found.lost.len() > 1 { ", and more" } else { "" };
    format!("{direction} rule{name} of {} denies traffic {}: {example}{more}", group.address, found.flows.join(" and "))
}

/// How bad it is: see the document.
fn case(cluster: &Cluster, rule: &SecurityRule, found: &Found) -> &'static str {
    let pods = pods(cluster);
    let names_pods = rule.sources.iter().chain(&rule.destinations).any(|field| match field.known() {
        Ok(Some(Addresses::Range(range))) => range.prefix() > 0 && pods.overlap(range),
        _ => false,
    });
    let matters = |block: &Block| block.has_tcp_or_udp() && (names_pods || block.has_all_ports());
    if found.by_tag {
        "virtual-network-tag"
    } else if found.flows == [PODS_TO_NODES] {
        "pods-to-nodes"
    } else if found.lost.iter().any(matters) {
        "default"
    } else {
        "some-ports"
    }
}
