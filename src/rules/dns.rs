//! The address of the cluster's DNS service.

use super::ranges::{self, Range};
use super::repair::{Change, Written};
use super::{Context, Decision, Out};
use crate::cidr::{Cidr, Family};
use crate::model::{Cluster, Deployer, Undecided};
use crate::report::Safety;
use crate::suggest::{self, Advice};
use crate::value::At;
use std::net::IpAddr;

/// `dns-service-ip-outside-service-cidr`
pub(super) fn outside_service_cidr(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some((ip, range)) = address_and_range(cluster)? else { return Ok(()) };
    if outside(ip, &range.cidr) {
        out.report("default", &cluster.dns_service_ip.at, format!("{} is outside {}", title(cluster, ip), range.title()))
            .azure("Azure refuses a DNS service IP that is not within the service CIDR (DnsServiceIpOutOfServiceCidr).")
            .related(range.title(), &range.field.at)
            .advise(suggest::dns_address(cx, cluster, &range))
            .repair(Safety::Safe, usual(cx, cluster, &range));
    }
    Ok(())
}

/// `dns-service-ip-first-address`
pub(super) fn first_address(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some((ip, range)) = address_and_range(cluster)? else { return Ok(()) };
    if is_api_address(cx, ip, &range.cidr) {
        out.report(
            "default",
            &cluster.dns_service_ip.at,
            format!("{} is the first address of {}", title(cluster, ip), range.title()),
        )
        .azure("The first address of the service CIDR belongs to the Kubernetes API (kubernetes.default.svc.cluster.local).")
        .related(range.title(), &range.field.at)
        .advise(suggest::dns_address(cx, cluster, &range))
        .repair(Safety::Safe, usual(cx, cluster, &range));
    }
    Ok(())
}

/// `dns-service-ip-boundary`
pub(super) fn boundary(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some((ip, range)) = address_and_range(cluster)? else { return Ok(()) };
    if is_boundary(ip, &range.cidr) {
        let which = if ip == range.cidr.first() { "network" } else { "last" };
        out.report(
            "default",
            &cluster.dns_service_ip.at,
            format!("{} is the {which} address of {}", title(cluster, ip), range.title()),
        )
        .azure("Azure refuses a DNS service IP at either end of the service CIDR.")
        .related(range.title(), &range.field.at)
        .advise(suggest::dns_address(cx, cluster, &range))
        .repair(Safety::Safe, usual(cx, cluster, &range));
    }
    Ok(())
}

/// `dns-service-cidr-pairing`
pub(super) fn pairing(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    if !half_written(cluster)? {
        return Ok(());
    }
    let dns = &cluster.dns_service_ip;
    let explain = "The azurerm provider refuses this, and only when it applies: the plan passes.";
    let ranges = ranges::services(cluster);
    if dns.is_written()? {
        let Some(service) = cluster.service_cidrs.first() else { return Ok(()) };
        let value = dns.known()?.map(|ip| format!(" {ip}")).unwrap_or_default();
        let advice = match ranges.known.first().filter(|range| range.field.is_default()) {
            Some(range) if dns.known().is_ok() => suggest::range_for_dns(cx, cluster, range),
            _ => Advice::words(format!("Add {} with the range that the address is to be part of.", service.name)),
        };
        let default = ranges.known.first().filter(|range| dns.known().ok().flatten().is_some_and(|ip| range.cidr.contains(*ip)));
        let change = default.and_then(|range| Change::attribute(service.name, Written::Text(range.cidr.to_string()), dns));
        out.report("default", &dns.at, format!("{}{value} is set without {}", dns.name, service.name))
            .azure(explain)
            .advise(advice)
            .repair(Safety::Unsafe, change);
        return Ok(());
    }
    for field in cluster.service_cidrs.iter().take(1) {
        let range = ranges.known.iter().find(|r| r.cidr.family() == Family::V4);
        let address = range.and_then(|r| usable_address(cx, &r.cidr));
        let advice = match range {
            Some(range) => suggest::dns_for_range(cx, cluster, range),
            None => Advice::words(format!("Add {} with an address of the service CIDR.", dns.name)),
        };
        let value = field.known().ok().flatten().map(|cidr| format!(" {cidr}")).unwrap_or_default();
        let value_of = |(ip, number)| Change::attribute(dns.name, Written::Address(ip, number), field);
        out.report("default", &field.at, format!("{}{value} is set without {}", field.name, dns.name))
            .azure(explain)
            .advise(advice)
            .repair(Safety::Safe, address.and_then(value_of));
    }
    Ok(())
}

/// Whether the code writes only one of service CIDR and DNS service IP, which the azurerm provider refuses. For other deployers, Azure's
/// default completes the pair.
///
/// # Errors
/// The reason, when it cannot be known whether one is written.
pub(crate) fn half_written(cluster: &Cluster) -> Result<bool, Undecided> {
    if !matches!(cluster.deployer, Deployer::Azurerm(_)) {
        return Ok(false);
    }
    let dns = cluster.dns_service_ip.is_written()?;
    let mut services = Ok(false);
    for field in &cluster.service_cidrs {
        services = crate::model::either(services, field.is_written());
    }
    Ok(dns != services?)
}

/// The default DNS address with its attribute, when the code omits it and nothing is wrong with it.
pub(super) fn harmless_default<'a>(cx: &Context, cluster: &'a Cluster) -> Option<(String, &'a At)> {
    let field = &cluster.dns_service_ip;
    let (ip, range) = address_and_range(cluster).ok()??;
    (field.is_default() && is_good(cx, ip, &range.cidr)).then(|| (format!("{} {ip}", field.name), &field.at))
}

/// The DNS address and the service CIDR that it is to be in, the first IPv4 one. `None` when there is nothing to compare: where only one
/// of the two is written and the provider refuses that, or where the address is no IPv4 address; other rules say so.
fn address_and_range(cluster: &Cluster) -> Result<Option<(IpAddr, Range<'_>)>, Undecided> {
    if half_written(cluster)? {
        return Ok(None);
    }
    let Some(&ip) = cluster.dns_service_ip.known()?.filter(|ip| ip.is_ipv4()) else { return Ok(None) };
    for field in &cluster.service_cidrs {
        if field.known()?.is_some_and(|c| c.family() == Family::V4) {
            let range = ranges::services(cluster).known.into_iter().find(|r| r.cidr.family() == Family::V4);
            return Ok(range.map(|r| (ip, r)));
        }
    }
    Ok(None)
}

fn outside(ip: IpAddr, range: &Cidr) -> bool {
    !range.contains(ip)
}

/// Whether no rule objects to an address in a range.
pub(crate) fn is_good(cx: &Context, ip: IpAddr, range: &Cidr) -> bool {
    !outside(ip, range) && !is_api_address(cx, ip, range) && !is_boundary(ip, range)
}

fn is_api_address(cx: &Context, ip: IpAddr, range: &Cidr) -> bool {
    let position = cx.facts.addresses.api_service_position.on(cx.day);
    position.is_some_and(|&position| range.nth(position) == Some(ip))
}

fn is_boundary(ip: IpAddr, range: &Cidr) -> bool {
    ip == range.first() || ip == range.last()
}

fn title(cluster: &Cluster, ip: IpAddr) -> String {
    let default = if cluster.dns_service_ip.is_default() { "the implicit default " } else { "" };
    format!("{default}DNS service IP {ip}")
}

/// The usual DNS address in the place of the present one.
fn usual(cx: &Context, cluster: &Cluster, range: &Range<'_>) -> Option<Change> {
    Change::value(&cluster.dns_service_ip, usable_address(cx, &range.cidr)?.0)
}

/// The usual DNS address of a range, or in a small range the one behind the Kubernetes API's; and its number in the range.
pub(crate) fn usable_address(cx: &Context, range: &Cidr) -> Option<(IpAddr, u128)> {
    let addresses = &cx.facts.addresses;
    let usual = *addresses.dns_service_position.on(cx.day)?;
    let behind_api = addresses.api_service_position.on(cx.day)? + 1;
    [usual, behind_api].into_iter().filter_map(|n| Some((range.nth(n)?, n))).find(|(ip, _)| *ip != range.last())
}
