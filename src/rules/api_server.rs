//! The subnet that the API server is in, with API Server VNet Integration.

use super::{Context, Decision, Out, node_subnet};
use crate::cidr::Cidr;
use crate::model::{Cluster, Subnet, Undecided};

/// `apiserver-subnet-rules`: large enough, and delegated to AKS.
pub(super) fn subnet(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    if cluster.vnet_integration.known() == Ok(None) || cluster.vnet_integration.known() == Ok(Some(&false)) {
        return Ok(());
    }
    let Some(subnet) = cluster.api_server_subnet.known()?.and_then(|&id| cx.world.subnet(id)) else { return Ok(()) };
    let size = too_small(cx, subnet);
    let delegated = is_delegated(cx, subnet);
    if size == Ok(None) && delegated == Ok(true) {
        return Ok(());
    }
    cluster.vnet_integration.known()?;
    if let Ok(Some((range, longest))) = size {
        let wider = Cidr::new(range.first(), longest).map(|wider| format!(", for instance {wider}")).unwrap_or_default();
        let message = format!("the API server subnet {} is {range}, smaller than a /{longest}", subnet.title());
        report(cluster, subnet, out, message, format!("Make the subnet a /{longest} or larger{wider}."));
    }
    if let (Ok(false), Some(service)) = (&delegated, cx.facts.nodes.api_server_delegation.on(cx.day)) {
        let message = format!("the API server subnet {} is not delegated to {service}", subnet.title());
        report(cluster, subnet, out, message, format!("Delegate the subnet to {service}."));
    }
    size.map(|_| ()).and(delegated.map(|_| ()))
}

fn report(cluster: &Cluster, subnet: &Subnet, out: &mut Out, message: String, fix: String) {
    out.report("default", &cluster.api_server_subnet.at, message)
        .azure("AKS refuses the cluster (ApiserverSubnetConfigError).")
        .fix(fix)
        .related("the subnet", &subnet.at);
}

/// The range of the subnet if it is too small, and the longest prefix that is not.
fn too_small(cx: &Context, subnet: &Subnet) -> Result<Option<(Cidr, u8)>, Undecided> {
    let Some(&longest) = cx.facts.nodes.api_server_subnet_prefix.on(cx.day) else { return Ok(None) };
    let small = node_subnet::ipv4_ranges(subnet).map(|(range, _)| *range).find(|range| range.prefix() > longest);
    match small {
        Some(range) => Ok(Some((range, longest))),
        None => subnet.prefixes.iter().find_map(|field| field.known().err()).map_or(Ok(None), Err),
    }
}

fn is_delegated(cx: &Context, subnet: &Subnet) -> Result<bool, Undecided> {
    let Some(service) = cx.facts.nodes.api_server_delegation.on(cx.day) else { return Ok(true) };
    Ok(subnet.delegations.known()?.is_some_and(|services| services.iter().any(|s| s.eq_ignore_ascii_case(service))))
}
