//! Topic `addons`: add-ons of AKS that do not go with every network mode, or no longer exist.

use super::{Context, Decision, Out};
use crate::cidr::{Cidr, Family};
use crate::model::{Agic, Cluster, Deployer, Field, Subnet, SubnetId, Undecided, Vnet, VnetId};
use crate::value::At;

/// Virtual nodes reach pods by their own addresses, which overlay pods do not have in the VNet.
pub fn virtual_nodes_overlay(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    if cluster.virtual_nodes.known()?.copied().unwrap_or(false) {
        let name = cluster.virtual_nodes.name;
        out.report("default", &cluster.virtual_nodes.at, "the virtual nodes add-on does not work with Azure CNI Overlay")
            .azure("Virtual nodes need a network in which pods have addresses of the VNet.")
            .fix(format!("Remove {name} and let the cluster autoscaler add nodes, or use node subnet networking."))
            .related("the overlay mode is set here", &cluster.mode.at);
    }
    Ok(())
}

/// The HTTP application routing add-on is retired.
pub fn http_application_routing_retired(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    if cluster.http_application_routing.known()?.copied().unwrap_or(false) {
        let name = cluster.http_application_routing.name;
        let day = cx.facts.addons.http_application_routing_retirement.on(cx.day).map_or("", String::as_str);
        let message = format!("the HTTP application routing add-on was retired on {day}");
        let successor = match cluster.deployer {
            Deployer::Azurerm(_) => "web_app_routing",
            Deployer::ResourceManager { .. } => "ingressProfile.webAppRouting",
        };
        out.report("default", &cluster.http_application_routing.at, message)
            .azure("AKS does not create clusters with this add-on any more.")
            .fix(format!("Remove {name} and use the application routing add-on, {successor}."));
    }
    Ok(())
}

/// The Application Gateway ingress controller works with overlay only under conditions.
pub fn agic_overlay(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(agic) = cluster.agic.known()? else { return Ok(()) };
    let name = cluster.agic.name;
    if !cx.facts.addons.agic_with_overlay.on(cx.day).copied().unwrap_or(false) {
        let message = "the Application Gateway ingress controller add-on does not work with Azure CNI Overlay";
        out.report("default", &cluster.agic.at, message)
            .azure("AKS refuses the add-on on an overlay cluster.")
            .fix(format!("Remove {name} and use another ingress controller, such as NGINX."))
            .related("the overlay mode is set here", &cluster.mode.at);
        return Ok(());
    }
    let mut conditions = vec![supported_region(cx, cluster)];
    conditions.extend(gateway_subnet(cx, cluster, agic));
    let mut unknown = None;
    let mut violated = false;
    for condition in conditions {
        match condition {
            Ok(Some(broken)) => {
                violated = true;
                out.report("default", broken.at, broken.message)
                    .azure("Azure supports AGIC with Azure CNI Overlay only where this condition holds.")
                    .fix(broken.fix)
                    .related("the add-on is enabled here", &cluster.agic.at);
            }
            Ok(None) => {}
            Err(why) => unknown = unknown.or(Some(why)),
        }
    }
    // One broken condition decides, whatever the others are.
    unknown.filter(|_| !violated).map_or(Ok(()), Err)
}

/// `agc-overlay-subnet`: an Application Gateway for Containers needs a subnet of one certain size, in the VNet of the nodes.
pub fn agc_overlay_subnet(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let mut decision = Ok(());
    for association in &cx.world.ingress_subnets {
        match agc_conditions(cx, cluster, &association.subnet) {
            Ok(broken) => broken.into_iter().for_each(|broken| {
                out.report("default", broken.at, broken.message)
                    .azure("Azure supports Application Gateway for Containers with Azure CNI Overlay only where this condition holds.")
                    .fix(broken.fix)
                    .related("the overlay mode is set here", &cluster.mode.at);
            }),
            Err(why) => decision = decision.and(Err(why)),
        }
    }
    decision
}

/// The conditions on the subnet of an association that do not hold.
fn agc_conditions<'a>(cx: &Context<'a>, cluster: &Cluster, field: &'a Field<SubnetId>) -> Result<Vec<Broken<'a>>, Undecided> {
    let Some(subnet) = field.known()?.and_then(|&id| cx.world.subnet(id)) else { return Ok(Vec::new()) };
    let size = agc_size(cx, subnet);
    let place = in_node_vnet(cx, cluster, "the Application Gateway for Containers", field, subnet);
    if cx.world.clusters.len() < 2 {
        let conditions = [size, place];
        let broken = conditions.iter().any(|condition| matches!(condition, Ok(Some(_))));
        // One broken condition decides, whatever the other is.
        let kept = conditions.into_iter().filter(|condition| !broken || condition.is_ok());
        return kept.filter_map(Result::transpose).collect();
    }
    // In the VNet of another cluster, it serves that.
    match (place, size) {
        (Ok(Some(_)), _) | (_, Ok(None)) => Ok(Vec::new()),
        (Err(why), _) | (_, Err(why)) => Err(why),
        (Ok(None), Ok(broken)) if cx.world.clusters.iter().all(|c| c.is_overlay() == Ok(true)) => {
            Ok(broken.into_iter().collect())
        }
        _ => Err(Undecided::new("the code does not show which cluster this gateway serves", Some(field.at.site))),
    }
}

/// Whether the subnet has the one size that is supported.
fn agc_size<'a>(cx: &Context, subnet: &'a Subnet) -> Condition<'a> {
    let Some(&wanted) = cx.facts.addons.agc_subnet_prefix.on(cx.day) else { return Ok(None) };
    for field in &subnet.prefixes {
        let Some(range) = field.known()?.filter(|r| r.family() == Family::V4 && r.prefix() != wanted) else { continue };
        let than = if range.prefix() < wanted { "larger" } else { "smaller" };
        return Ok(Some(Broken {
            at: &field.at,
            message: format!(
                "the Application Gateway for Containers subnet {} is {range}, {than} than a /{wanted}",
                subnet.title()
            ),
            fix: format!("Give the Application Gateway for Containers a subnet that is exactly a /{wanted}."),
        }));
    }
    Ok(None)
}

/// A condition that does not hold.
struct Broken<'a> {
    at: &'a At,
    message: String,
    fix: String,
}

/// Whether a condition holds (`None`), and if not, why.
type Condition<'a> = Result<Option<Broken<'a>>, Undecided>;

fn supported_region<'a>(cx: &Context, cluster: &'a Cluster) -> Condition<'a> {
    let location = &cluster.location;
    let Some(region) = location.known()? else {
        return Err(Undecided::new("the code does not show the region of the cluster", Some(location.at.site)));
    };
    let excluded = cx.facts.addons.agic_excluded_regions.on(cx.day).map_or(&[][..], Vec::as_slice);
    Ok(excluded.iter().any(|start| region.starts_with(start)).then(|| Broken {
        at: &location.at,
        message: format!("AGIC does not work with Azure CNI Overlay in {region}"),
        fix: format!("Remove {} and use another ingress controller, such as NGINX.", cluster.agic.name),
    }))
}

/// The conditions on the subnet that the gateway is in.
fn gateway_subnet<'a>(cx: &Context<'a>, cluster: &'a Cluster, agic: &'a Agic) -> Vec<Condition<'a>> {
    let subnet = match agic.subnet.known() {
        Ok(id) => id.and_then(|&id| Some((id, cx.world.subnet(id)?))),
        Err(why) => return vec![Err(why)],
    };
    match (subnet, agic.subnet_cidr.known()) {
        (Some((_, subnet)), _) => vec![
            small_enough(cx, &subnet.title(), &subnet.prefixes),
            delegated(cx, subnet),
            in_node_vnet(cx, cluster, "the Application Gateway", &agic.subnet, subnet),
        ],
        // AGIC makes such a subnet itself: in the VNet of the nodes, and delegated. Only its size is up to the code.
        (None, Ok(Some(_))) => vec![small_enough(cx, "that AGIC makes", std::slice::from_ref(&agic.subnet_cidr))],
        (None, Ok(None)) => {
            let reason = "the code does not show the subnet of the Application Gateway";
            vec![Err(Undecided::new(reason, Some(cluster.agic.at.site)))]
        }
        (None, Err(why)) => vec![Err(why)],
    }
}

fn small_enough<'a>(cx: &Context, title: &str, ranges: &'a [Field<Cidr>]) -> Condition<'a> {
    let Some(&shortest) = cx.facts.addons.agic_subnet_prefix.on(cx.day) else { return Ok(None) };
    let mut unknown = None;
    let mut seen = false;
    for field in ranges {
        match field.known() {
            Ok(Some(range)) if range.family() == Family::V4 && range.prefix() < shortest => {
                return Ok(Some(Broken {
                    at: &field.at,
                    message: format!(
                        "the Application Gateway subnet {title} is {range}; for AGIC with Azure CNI Overlay it must be a /{shortest} or smaller"
                    ),
                    fix: match Cidr::new(range.first(), shortest) {
                        Some(smaller) => format!("Make the subnet a /{shortest} or smaller, such as {smaller}."),
                        None => format!("Make the subnet a /{shortest} or smaller."),
                    },
                }));
            }
            Ok(range) => seen |= range.is_some(),
            Err(why) => unknown = unknown.or(Some(why)),
        }
    }
    match unknown {
        Some(why) => Err(why),
        None if !seen => Err(Undecided::new(format!("the code does not show the range of the subnet {title}"), None)),
        None => Ok(None),
    }
}

fn delegated<'a>(cx: &Context, subnet: &'a Subnet) -> Condition<'a> {
    let Some(service) = cx.facts.addons.agic_subnet_delegation.on(cx.day) else { return Ok(None) };
    let delegations = subnet.delegations.known()?.map_or(&[][..], Vec::as_slice);
    let found = delegations.iter().any(|d| d.eq_ignore_ascii_case(service));
    Ok((!found).then(|| Broken {
        at: &subnet.delegations.at,
        message: format!("the Application Gateway subnet {} is not delegated to {service}", subnet.title()),
        fix: format!("Delegate the subnet to {service}."),
    }))
}

/// All pools are in one VNet, so one pool whose VNet is known decides.
fn in_node_vnet<'a>(
    cx: &Context<'a>,
    cluster: &Cluster,
    what: &str,
    gateway: &'a Field<SubnetId>,
    subnet: &Subnet,
) -> Condition<'a> {
    let Some(&home) = subnet.vnet.known()? else {
        let reason = format!("the code does not show the VNet of the subnet {}", subnet.title());
        return Err(Undecided::new(reason, Some(subnet.at.site)));
    };
    let home_title = cx.world.vnet(home).map(Vnet::title).unwrap_or_default();
    let broken = |nodes: String| {
        Ok(Some(Broken {
            at: &gateway.at,
            message: format!("{what} is in the VNet {home_title}, but the nodes are in {nodes}"),
            fix: format!("Put {what} into a subnet of the VNet of the nodes; peering is not enough."),
        }))
    };
    let mut unknown = cluster.unknown_node_subnet();
    let node_subnets = cluster.node_subnets();
    if node_subnets.is_empty() && unknown.is_none() {
        return broken("a VNet that AKS makes itself".to_owned());
    }
    let mut elsewhere = None;
    for (_, id) in node_subnets {
        match vnet_of(cx, id).and_then(|vnet| Ok((vnet, cx.world.is_same_vnet(home, vnet)?))) {
            Ok((_, true)) => return Ok(None),
            Ok((vnet, false)) => elsewhere = elsewhere.or(Some(vnet)),
            Err(why) => unknown = unknown.or(Some(why)),
        }
    }
    match (elsewhere, unknown) {
        (Some(vnet), _) => broken(format!("the VNet {}", cx.world.vnet(vnet).map(Vnet::title).unwrap_or_default())),
        (None, Some(why)) => Err(why),
        (None, None) => Ok(None),
    }
}

fn vnet_of(cx: &Context, id: SubnetId) -> Result<VnetId, Undecided> {
    let subnet = cx.world.subnet(id);
    let vnet = subnet.map(|s| s.vnet.known()).transpose()?.flatten().copied();
    vnet.ok_or_else(|| Undecided::new("the code does not show the VNet of the nodes", subnet.map(|s| s.at.site)))
}
