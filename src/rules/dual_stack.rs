//! Topic `dual-stack`: clusters with IPv4 and IPv6.

use super::egress::{USER_ASSIGNED_NAT_GATEWAY, USER_DEFINED_ROUTING, all_is_shown, is_one_of, type_of};
use super::node_subnet::each_subnet;
use super::repair::Change;
use super::{Context, Decision, Draft, Out, kubernetes};
use crate::cidr::{Cidr, Family};
use crate::model::{Cluster, Field, Pool, Undecided, both, either};
use crate::report::Safety;
use crate::suggest::{self, Advice, Kind};

/// The families of a dual-stack cluster, in the one order that AKS takes.
const BOTH: [Family; 2] = [Family::V4, Family::V6];

/// `dual-stack-family-list`: IPv4 alone, or IPv4 and then IPv6.
pub(super) fn family_list(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(families) = cluster.ip_families.known()?.filter(|f| !is_valid(f)) else { return Ok(()) };
    let name = cluster.ip_families.name;
    out.report("default", &cluster.ip_families.at, format!("{name} is {}", list(families)))
        .azure("AKS takes only IPv4 alone, or IPv4 first and then IPv6 (InvalidNetworkingConfig).")
        .fix(format!("Set {name} to {} for a dual-stack cluster, and list the ranges in that order.", list(&BOTH)));
    Ok(())
}

fn is_valid(families: &[Family]) -> bool {
    families == [Family::V4] || families == BOTH
}

fn list(families: &[Family]) -> String {
    let names = families.iter().map(|f| if *f == Family::V4 { "\"IPv4\"" } else { "\"IPv6\"" });
    format!("[{}]", names.collect::<Vec<_>>().join(", "))
}

/// `dual-stack-cidr-count-order`: one range for each family, in the order of the families.
pub(super) fn cidr_count_order(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let pods = ranges_match(cx, cluster, Kind::Pod, out);
    let services = ranges_match(cx, cluster, Kind::Service, out);
    pods.and(services)
}

fn ranges_match(cx: &Context, cluster: &Cluster, of: Kind, out: &mut Out) -> Decision {
    let ranges = if of == Kind::Pod { &cluster.pod_cidrs } else { &cluster.service_cidrs };
    // Attributes with a single range are for IPv4, and what is not written takes Azure's default.
    let Some(first) = ranges.first().filter(|range| range.is_of_list()) else { return Ok(()) };
    // What is wrong with the families is another rule's business.
    let Some(families) = cluster.ip_families.known()?.filter(|f| is_valid(f)) else { return Ok(()) };
    let mut unknown = None;
    let mut wrong = false;
    for (range, family) in ranges.iter().zip(families) {
        match range.known() {
            Ok(cidr) => wrong |= cidr.is_some_and(|c| c.family() != *family),
            Err(why) => unknown = unknown.or(Some(why)),
        }
    }
    let more = ranges.iter().skip(families.len()).find_map(|range| range.known().err());
    match unknown.or(more).filter(|_| !wrong) {
        Some(why) => return Err(why),
        None if !wrong && ranges.len() == families.len() => return Ok(()),
        None => {}
    }
    let name = cluster.ip_families.name;
    let implicit = if cluster.ip_families.is_default() { "the implicit default " } else { "" };
    let written: Vec<String> = ranges.iter().map(|r| r.raw.as_deref().map_or("?".to_owned(), |t| format!("\"{t}\""))).collect();
    let message = format!("{} is [{}], but {name} is {implicit}{}", first.name, written.join(", "), list(families));
    out.report("default", &first.at, message)
        .azure("AKS takes one range for each IP family, in the same order, and refuses the cluster otherwise.")
        .advise(list_both(cx, cluster, of, first))
        .related(format!("{name} is {implicit}{}", list(families)), &cluster.ip_families.at)
        .repair_all(
            Safety::Safe,
            format!("Write the ranges of {} in the order of the families", first.name),
            swap(ranges, families),
        );
    Ok(())
}

fn list_both(cx: &Context, cluster: &Cluster, of: Kind, first: &Field<Cidr>) -> Advice {
    let (list, families) = (first.name, cluster.ip_families.name);
    let text =
        format!("List one range for each family in {list}, IPv4 first, and both families in {families} if both are meant.");
    let added = suggest::second_family(cx, cluster, of, first);
    let text = added.as_ref().map_or(text.clone(), |added| format!("{text} As IPv6 range, {} is free.", added.suggested));
    Advice { text, suggestions: added.into_iter().collect() }
}

/// Changes two ranges for one another, if that puts them in order.
fn swap(ranges: &[Field<Cidr>], families: &[Family]) -> Vec<Change> {
    let family = |range: &Field<Cidr>| range.known().ok().flatten().map(Cidr::family);
    let value = |range: &Field<Cidr>, other: &Field<Cidr>| Change::value(range, other.raw.as_deref()?);
    match (ranges, families) {
        ([one, two], [first, second]) if family(two) == Some(*first) && family(one) == Some(*second) => {
            value(one, two).zip(value(two, one)).map_or_else(Vec::new, |(a, b)| vec![a, b])
        }
        _ => Vec::new(),
    }
}

/// Adds the place that makes a cluster dual-stack.
fn relate(draft: &mut Draft, cluster: &Cluster) {
    let from_families = matches!(cluster.ip_families.known(), Ok(Some(families)) if families.contains(&Family::V6));
    if from_families {
        draft.related(format!("{} makes the cluster dual-stack", cluster.ip_families.name), &cluster.ip_families.at);
        return;
    }
    let ranges = cluster.pod_cidrs.iter().chain(&cluster.service_cidrs);
    let six = |range: &&Field<Cidr>| matches!(range.known(), Ok(Some(cidr)) if cidr.family() == Family::V6);
    if let Some(range) = ranges.into_iter().find(six) {
        draft.related("an IPv6 range beside an IPv4 one makes the cluster dual-stack", &range.at);
    }
}

/// `dual-stack-requires-overlay`: IPv6 for pods comes with Azure CNI Overlay, or with static blocks of a pod subnet.
pub(super) fn requires_overlay(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let without = either(cluster.is_overlay(), cluster.has_static_pod_blocks()).map(|has| !has);
    if !both(cluster.is_dual_stack(), without)? {
        return Ok(());
    }
    let (plugin, mode) = (cluster.plugin.name, cluster.mode.name);
    let found = cluster.plugin.known()?.map_or("not set", String::as_str);
    // Dual-stack kubenet was generally available, and no note says that AKS refuses it now.
    let (case, azure) = if found == "azure" {
        ("default", "AKS gives pods IPv6 addresses only with Azure CNI Overlay (UnsupportedDualStackNetworkPlugin).")
    } else {
        ("other-plugin", "The documentation asks for Azure CNI Overlay (UnsupportedDualStackNetworkPlugin).")
    };
    let message = format!("the cluster is dual-stack, but {mode} is not \"overlay\" ({plugin} is \"{found}\")");
    let draft = out.report(case, &cluster.mode.at, message);
    draft.azure(azure).fix(format!("Set {plugin} to \"azure\" and {mode} to \"overlay\", or leave IPv6 out."));
    relate(draft, cluster);
    Ok(())
}

/// `dual-stack-network-policy`: Azure's own engine and Calico know IPv4 only.
pub(super) fn network_policy(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let policy = &cluster.policy;
    if both(cluster.is_dual_stack(), is_one_of(policy, cx.facts.dual_stack.policies_without_ipv6.on(cx.day)))? {
        let found = policy.known()?.map_or("", String::as_str);
        let message = format!("{} is \"{found}\", which does not go with dual-stack networking", policy.name);
        let draft = out.report("default", &policy.at, message);
        draft
            .azure("AKS supports neither Azure network policies nor Calico with dual-stack networking (UnsupportedDualStackNetworkPolicy).")
            .fix(format!(
                "Set {} to \"cilium\", together with {} \"cilium\", or remove it.",
                policy.name, cluster.data_plane.name
            ));
        relate(draft, cluster);
    }
    Ok(())
}

/// `dual-stack-nat-gateway`: the NAT gateway sends IPv6.
pub(super) fn nat_gateway(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let outbound = &cluster.outbound_type;
    if both(cluster.is_dual_stack(), is_one_of(outbound, cx.facts.dual_stack.outbound_types_without_ipv6.on(cx.day)))? {
        let message = format!("{}, but the cluster is dual-stack", type_of(cluster));
        let draft = out.report("default", &outbound.at, message);
        draft
            .azure("The NAT gateway that AKS makes for this outbound type has the SKU Standard, which sends no IPv6.")
            .fix(format!("Set {} to \"loadBalancer\", or use a NAT gateway of the SKU StandardV2.", outbound.name));
        relate(draft, cluster);
    }
    if !both(cluster.is_dual_stack(), outbound.is(USER_ASSIGNED_NAT_GATEWAY))? {
        return Ok(());
    }
    each_subnet(cx, cluster, |_, subnet| {
        let Some(gateway) = subnet.nat_gateway.known()? else { return Ok(()) };
        let sku = gateway.sku.known()?.map_or("Standard", String::as_str);
        let able = cx.facts.dual_stack.nat_gateway_skus_with_ipv6.on(cx.day).map_or(&[][..], Vec::as_slice);
        if !able.iter().any(|one| one.eq_ignore_ascii_case(sku)) {
            let message = format!("the cluster is dual-stack, but NAT gateway {} has the SKU {sku}", gateway.address);
            let draft = out.report("default", &gateway.sku.at, message);
            draft
                .azure("A NAT gateway of this SKU sends no IPv6.")
                .fix(format!("Use a NAT gateway of the SKU StandardV2, or set {} to \"loadBalancer\".", outbound.name))
                .related(format!("node subnet {} has the NAT gateway", subnet.title()), &subnet.nat_gateway.at);
            relate(draft, cluster);
        }
        Ok(())
    })
}

/// `dual-stack-virtual-nodes`: virtual nodes have no IPv6.
pub(super) fn virtual_nodes(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let on = cluster.virtual_nodes.known().map(|on| on.copied().unwrap_or(false));
    if both(cluster.is_dual_stack(), on)? {
        let message = "the virtual nodes add-on does not go with dual-stack networking";
        let draft = out.report("default", &cluster.virtual_nodes.at, message);
        draft
            .azure("Virtual nodes do not support IPv6.")
            .fix(format!("Remove {}, or use IPv4 alone.", cluster.virtual_nodes.name));
        relate(draft, cluster);
    }
    Ok(())
}

/// `dual-stack-windows`: Windows nodes came to dual-stack clusters late.
pub(super) fn windows(_: &Context, cluster: &Cluster, pool: &Pool, out: &mut Out) -> Decision {
    if both(pool.is_windows(), cluster.is_dual_stack())? {
        let draft = out.report("default", &pool.os.at, format!("{} runs Windows, but the cluster is dual-stack", pool.title()));
        draft
            .azure("AKS took no Windows node pools in dual-stack clusters, and then only with the feature flag AzureOverlayDualStackPreview.")
            .fix("Use Linux nodes only, or IPv4 alone.");
        relate(draft, cluster);
    }
    Ok(())
}

/// `dual-stack-k8s-version`: the lowest version, which is higher with Cilium.
pub(super) fn k8s_version(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let facts = &cx.facts.dual_stack;
    let Some(least) = facts.kubernetes_least.on(cx.day) else { return Ok(()) };
    let with_cilium = facts.kubernetes_least_with_cilium.on(cx.day).unwrap_or(least);
    // kubenet had IPv6 long before.
    let dual_stack = both(cluster.is_dual_stack(), cluster.is_kubenet().map(|kubenet| !kubenet));
    if both(dual_stack.clone(), is_below(cluster, least))? {
        return report_version(cluster, least, "", out);
    }
    let cilium = both(cluster.data_plane.is("cilium"), is_below(cluster, with_cilium));
    if both(dual_stack, cilium)? {
        return report_version(cluster, with_cilium, " with the Cilium data plane", out);
    }
    Ok(())
}

fn report_version(cluster: &Cluster, least: &str, with: &str, out: &mut Out) -> Decision {
    let field = &cluster.kubernetes_version;
    let written = field.known()?.map_or("", String::as_str);
    let message = format!("{} is \"{written}\", but dual-stack networking{with} needs {least}", field.name);
    let draft = out.report("default", &field.at, message);
    draft
        .azure("AKS refuses dual-stack clusters of older versions (UnsupportedDualStackKubernetesVersion).")
        .fix(format!("Set {} to {least} or a later version.", field.name));
    if !with.is_empty() {
        draft.related(format!("{} is set here", cluster.data_plane.name), &cluster.data_plane.at);
    }
    relate(draft, cluster);
    Ok(())
}

/// Whether the version is surely lower; a version that the code leaves to Azure is a current one.
fn is_below(cluster: &Cluster, least: &str) -> Result<bool, Undecided> {
    let field = &cluster.kubernetes_version;
    let Some(version) = field.known()? else { return Ok(false) };
    let not_a_version = || Undecided::new(format!("{version:?} is not a Kubernetes version"), Some(field.at.site));
    kubernetes::is_below(version, least).ok_or_else(not_a_version)
}

/// `dual-stack-subnet-ipv6`: the node subnets have an IPv6 range.
pub(super) fn subnet_ipv6(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let dual_stack = cluster.is_dual_stack();
    if dual_stack == Ok(false) {
        return Ok(());
    }
    each_subnet(cx, cluster, |pool, subnet| {
        let known: Vec<&Cidr> = subnet.prefixes.iter().filter_map(|prefix| prefix.known().ok().flatten()).collect();
        if known.iter().any(|cidr| cidr.family() == Family::V6) {
            return Ok(());
        }
        if let Some(why) = subnet.prefixes.iter().find_map(|prefix| prefix.known().err()) {
            return Err(why);
        }
        let Some(first) = subnet.prefixes.first() else {
            let why = format!("the ranges of subnet {} are not in the code", subnet.title());
            return Err(Undecided::new(why, Some(subnet.at.site)));
        };
        // Only a subnet without IPv6 makes it matter.
        dual_stack.clone()?;
        let ranges = known.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let message = format!("the cluster is dual-stack, but subnet {} of {} has only {ranges}", subnet.title(), pool.title());
        let draft = out.report("default", &pool.subnet.at, message);
        draft
            .azure("Nodes of a dual-stack cluster need an IPv6 address of their subnet (VnetSubnetMissingIPv6).")
            .advise(add_ipv6(cx, cluster, pool))
            .related(format!("{} of subnet {}", first.name, subnet.title()), &first.at);
        relate(draft, cluster);
        Ok(())
    })
}

fn add_ipv6(cx: &Context, cluster: &Cluster, pool: &Pool) -> Advice {
    let known = pool.subnet.known().ok().flatten();
    let suggestions = known.map(|id| suggest::ipv6_of_subnet(cx, cluster, *id)).unwrap_or_default();
    let text = match suggestions.as_slice() {
        [subnet] => format!("Add an IPv6 /64 to the subnet: {} is free in the VNet.", subnet.suggested),
        [vnet, subnet] => format!(
            "Add an IPv6 /64 to the subnet, and to the address space of the VNet a range that has it: {} and {} are free.",
            subnet.suggested, vnet.suggested
        ),
        _ => "Add an IPv6 /64 to the subnet, and to the address space of the VNet a range that has it.".to_owned(),
    };
    Advice { text, suggestions }
}

/// `dual-stack-udr-ipv6-route`: the route table of the nodes sends IPv6 somewhere, too.
pub(super) fn udr_ipv6_route(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    if !both(cluster.is_dual_stack(), cluster.outbound_type.is(USER_DEFINED_ROUTING))? {
        return Ok(());
    }
    let Some(wanted) = cx.facts.dual_stack.default_route.on(cx.day) else { return Ok(()) };
    let mut seen = Vec::new();
    each_subnet(cx, cluster, |_, subnet| {
        // Subnets may share a table; one without a table is another rule's business.
        let Some(table) = subnet.route_table.known()?.filter(|table| !seen.contains(&table.at.site)) else { return Ok(()) };
        seen.push(table.at.site);
        let routes = table.routes.iter().map(|route| route.prefix.is(wanted));
        let hidden = table.more_routes.clone().map_or(Ok(false), Err);
        if routes.fold(hidden, |found, route| either(route, found))? {
            return Ok(());
        }
        all_is_shown(cx)?;
        let message = format!("{}, but {} has no route for {wanted}", type_of(cluster), table.address);
        let draft = out.report("default", &table.at, message);
        draft
            .azure(
                "AKS creates the cluster with a warning. IPv6 traffic does not take the way that the routes for IPv4 describe.",
            )
            .fix(format!("Add a route for {wanted} to the table if the cluster is to reach IPv6 addresses outside."))
            .related(format!("node subnet {}", subnet.title()), &subnet.route_table.at);
        relate(draft, cluster);
        Ok(())
    })
}
