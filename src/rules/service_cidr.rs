//! The service CIDR: its size, and what it must not overlap.

use super::pod_cidr::outside_private_space;
use super::ranges::{self, Range, report_overlaps};
use super::repair::Change;
use super::{Context, Decision, Out};
use crate::cidr::Family;
use crate::model::Cluster;
use crate::suggest::{self, Kind, move_away};

/// `service-cidr-too-large`
pub(super) fn too_large(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(&bound) = cx.facts.addresses.service_cidr_bound.on(cx.day) else { return Ok(()) };
    let ranges = ranges::services(cluster);
    for range in ranges.known.iter().filter(|r| r.cidr.family() == Family::V4 && r.cidr.prefix() <= bound) {
        let (case, message) = match range.cidr.prefix() == bound {
            true => ("exactly-12", format!("{} is not smaller than a /{bound}", range.title())),
            false => ("default", format!("{} is larger than a /{bound}", range.title())),
        };
        out.report(case, &range.field.at, message)
            .azure(format!(
                "Azure asks for a service CIDR smaller than a /{bound}, and Kubernetes itself takes no more than a /{bound}."
            ))
            .advise(move_away(cx, cluster, Kind::Service, range).and("It cannot be changed once the cluster exists."))
            .repair_but(smaller(cx, cluster, range), ONLY_NEW);
    }
    ranges.decision()
}

/// What to know before a service CIDR is changed.
const ONLY_NEW: &str = "only before the cluster exists, which would be created anew";

/// The range made as small as it must be, where it is.
fn smaller(cx: &Context, cluster: &Cluster, range: &Range<'_>) -> Option<Change> {
    Change::value(range.field, suggest::in_place(cx, cluster, Kind::Service, range)?)
}

/// `ipv6-service-cidr-too-large`
pub(super) fn ipv6_too_large(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(&bound) = cx.facts.addresses.ipv6_service_cidr_bound.on(cx.day) else { return Ok(()) };
    let ranges = ranges::services(cluster);
    for range in ranges.known.iter().filter(|r| r.cidr.family() == Family::V6 && r.cidr.prefix() < bound) {
        out.report("default", &range.field.at, format!("IPv6 {} is larger than a /{bound}", range.title()))
            .azure(format!("An IPv6 service CIDR can be a /{bound} at most (InvalidServiceCidrIPv6MaskSize)."))
            .advise(move_away(cx, cluster, Kind::Service, range))
            .repair_but(smaller(cx, cluster, range), ONLY_NEW);
    }
    ranges.decision()
}

/// `service-cidr-overlaps-vnet-subnet`
pub(super) fn overlaps_vnet_subnet(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    report_overlaps(ranges::services(cluster), ranges::all_subnets(cx.world, cluster), out, |draft, range| {
        draft
            .azure(
                "Azure refuses this when the cluster is made, and again at every upgrade (ServiceCidrOverlapExistingSubnetsCidr). \
                 The service CIDR of a cluster cannot be changed later.",
            )
            .advise(move_away(cx, cluster, Kind::Service, range));
    })
}

/// `service-cidr-overlaps-vnet-space`
pub(super) fn overlaps_vnet_space(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let subnets = ranges::all_subnets(cx.world, cluster);
    let mut services = ranges::services(cluster);
    services.known.retain(|r| !subnets.overlap(&r.cidr));
    report_overlaps(services, ranges::vnet_spaces(cx.world, cluster), out, |draft, range| {
        draft
            .azure(
                "Azure accepts this while no subnet is in the shared part, but advises against it: a subnet made there later stops \
                 upgrades, and hosts there cannot be reached from the cluster.",
            )
            .advise(move_away(cx, cluster, Kind::Service, range));
    })
}

/// `service-cidr-overlaps-connected`
pub(super) fn overlaps_connected(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    report_overlaps(ranges::services(cluster), ranges::connected(cx.world, cluster), out, |draft, range| {
        draft
            .azure(
                "Azure does not check this. What has an address in the shared part cannot be reached from the cluster: nodes and pods \
                 take it for a service. The service CIDR of a cluster cannot be changed later.",
            )
            .advise(move_away(cx, cluster, Kind::Service, range));
    })
}

/// `service-cidr-public-or-multicast`
pub(super) fn public_or_multicast(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let unusable = cx.facts.addresses.unusable_service_ranges.on(cx.day).map(Vec::as_slice).unwrap_or_default();
    let ranges = ranges::services(cluster);
    for range in &ranges.known {
        let message = match unusable.iter().find(|u| u.overlaps(&range.cidr)) {
            Some(hit) => format!("{} overlaps {hit}, which no service can use", range.title()),
            None if outside_private_space(cx, &range.cidr) => format!("{} is not within private address space", range.title()),
            None => continue,
        };
        out.report("default", &range.field.at, message)
            .azure("Azure refuses service CIDRs in public and multicast address space.")
            .advise(move_away(cx, cluster, Kind::Service, range));
    }
    ranges.decision()
}
