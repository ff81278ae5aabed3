//! How ranges and addresses are written.

use super::repair::Change;
use super::{Context, Decision, Out};
use crate::cidr::Cidr;
use crate::model::{Cluster, Field, State};
use crate::report::Safety;
use crate::suggest::{Advice, Kind, canonical};
use std::net::IpAddr;

/// `invalid-cidr`
pub(super) fn invalid_cidr(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let mut decision = Ok(());
    for field in cluster.pod_cidrs.iter().chain(&cluster.service_cidrs) {
        decision = decision.and(check_range(field, field.name, out)).and(check_family(field, out));
    }
    decision = decision.and(check_address(&cluster.dns_service_ip, out));
    for (_, id) in cluster.node_subnets() {
        let Some(subnet) = cx.world.subnet(id) else { continue };
        for field in &subnet.prefixes {
            decision = decision.and(check_range(field, &format!("prefix of node subnet {}", subnet.title()), out));
        }
    }
    for vnet in cx.world.node_vnets(cluster).into_iter().filter_map(|id| cx.world.vnet(id)) {
        for field in &vnet.space {
            decision = decision.and(check_range(field, &format!("address space of VNet {}", vnet.title()), out));
        }
    }
    let unknown_vnet = cluster.node_subnets().into_iter().find_map(|(_, id)| cx.world.subnet(id)?.vnet.known().err());
    decision.and(cluster.unknown_node_subnet().or(unknown_vnet).map_or(Ok(()), Err))
}

fn check_range(field: &Field<Cidr>, what: &str, out: &mut Out) -> Decision {
    let State::Unknown(why) = &field.state else { return Ok(()) };
    let Some((text, error)) = field.raw.as_deref().and_then(|text| Some((text, text.parse::<Cidr>().err()?))) else {
        return Err(why.clone());
    };
    out.report("default", &field.at, format!("{what} {text:?} is not a CIDR: {error}"))
        .azure("Azure cannot read it (CidrStringParseError).")
        .fix("Write an address, a slash and a prefix length, for instance 10.244.0.0/16.");
    Ok(())
}

/// Attributes with one range, not a list, are for IPv4.
fn check_family(field: &Field<Cidr>, out: &mut Out) -> Decision {
    if let State::Set(cidr) = &field.state
        && cidr.v6().is_some()
        && !field.is_of_list()
    {
        out.report("default", &field.at, format!("{} {cidr} is not an IPv4 range", field.name))
            .azure("Azure takes an IPv6 range only in the list of ranges of a dual-stack cluster.")
            .fix(format!(
                "Set {} to an IPv4 range, and list both ranges in {}s for a dual-stack cluster.",
                field.name, field.name
            ));
    }
    Ok(())
}

fn check_address(field: &Field<IpAddr>, out: &mut Out) -> Decision {
    let wrong = match (&field.state, &field.raw) {
        (State::Set(IpAddr::V6(ip)), _) => format!("{} {ip} is not an IPv4 address", field.name),
        (State::Unknown(_), Some(text)) if text.parse::<IpAddr>().is_err() => {
            format!("{} {text:?} is not an IP address", field.name)
        }
        (State::Unknown(why), _) => return Err(why.clone()),
        _ => return Ok(()),
    };
    out.report("default", &field.at, wrong)
        .azure("Azure takes one IPv4 address here.")
        .fix(format!("Set {} to an IPv4 address of the service CIDR.", field.name));
    Ok(())
}

/// `cidr-host-bits-set`
pub(super) fn host_bits_set(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let refused = "Azure refuses a service CIDR that does not start at its network address.";
    let services =
        check_host_bits("default", refused, &cluster.service_cidrs, out, |field| canonical(cx, cluster, Kind::Service, field));
    let unsure = "Azure refuses this for a service CIDR; whether it does for a pod CIDR is not documented.";
    let pods = check_host_bits("pod", unsure, &cluster.pod_cidrs, out, |field| canonical(cx, cluster, Kind::Pod, field));
    services.and(pods)
}

fn check_host_bits(
    case: &'static str,
    azure: &str,
    fields: &[Field<Cidr>],
    out: &mut Out,
    advice: impl Fn(&Field<Cidr>) -> Advice,
) -> Decision {
    // Where Azure may take a range as it is, another text for it may make another cluster.
    let safety = if case == "default" { Safety::Safe } else { Safety::Unsafe };
    let mut decision = Ok(());
    for field in fields {
        match field.set() {
            Ok(Some(cidr)) if cidr.has_host_bits() => {
                let written = field.raw.as_deref().map_or_else(|| cidr.to_string(), str::to_owned);
                let message = format!("{} {written} does not start at its network address {}", field.name, cidr.first());
                out.report(case, &field.at, message)
                    .azure(azure)
                    .advise(advice(field))
                    .repair(safety, Change::value(field, cidr));
            }
            Ok(_) => {}
            Err(why) => decision = decision.and(Err(why)),
        }
    }
    decision
}
