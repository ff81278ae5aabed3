//! Topic `egress`: how traffic leaves the cluster.

use super::node_subnet::each_subnet;
use super::repair::Change;
use super::{Context, Decision, Draft, Out};
use crate::model::{Cluster, Field, Pool, Route, RouteTable, Subnet, Undecided, both};

pub(super) const USER_ASSIGNED_NAT_GATEWAY: &str = "userAssignedNATGateway";
pub(super) const USER_DEFINED_ROUTING: &str = "userDefinedRouting";

/// `managed-nat-with-byo-vnet`: AKS attaches its own NAT gateway only to the VNet that it makes itself.
pub(super) fn managed_nat_with_byo_vnet(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let managed = is_one_of(&cluster.outbound_type, cx.facts.egress.managed_nat_gateway.on(cx.day));
    let pool = pool_in_own_subnet(cluster);
    if both(managed, pool.clone().map(|pool| pool.is_some()))?
        && let Some(pool) = pool?
    {
        let (name, subnet) = (cluster.outbound_type.name, pool.subnet.name);
        let message = format!("{}, but {} is in a subnet of your own", type_of(cluster), pool.title());
        out.report("default", &cluster.outbound_type.at, message)
            .azure("AKS puts the NAT gateway that it manages only into a VNet that it manages too (ManagedNATGatewayWithCustomVNetNotAllowed).")
            .fix(format!(
                "Set {name} to \"{USER_ASSIGNED_NAT_GATEWAY}\" and associate a NAT gateway with the subnet, or remove {subnet} from all pools."
            ))
            .related(format!("{subnet} is set here"), &pool.subnet.at);
    }
    Ok(())
}

/// `user-assigned-nat-association`: a NAT gateway of one's own is at the node subnets, and the outbound type says so.
pub(super) fn user_assigned_nat_association(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    if cluster.outbound_type.is(USER_ASSIGNED_NAT_GATEWAY)? {
        return gateway_at_each_subnet(cx, cluster, out);
    }
    // AKS looks when it creates a cluster, not when it updates one.
    let updated = cluster.change.as_ref().is_some_and(|change| !change.replaces);
    if !updated && is_one_of(&cluster.outbound_type, cx.facts.egress.refused_with_own_nat_gateway.on(cx.day))? {
        return no_gateway_at_any_subnet(cx, cluster, out);
    }
    Ok(())
}

fn gateway_at_each_subnet(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let (name, at) = (cluster.outbound_type.name, &cluster.outbound_type.at);
    if pool_in_own_subnet(cluster)?.is_none() {
        let subnet = subnet_attribute(cluster);
        out.report("default", at, format!("{}, but no node pool is in a subnet of your own", type_of(cluster)))
            .azure("AKS refuses the cluster: in a VNet that it makes itself, only it can attach a NAT gateway (UserAssignedNATGatewayWithManagedVNetNotAllowed).")
            .fix(format!("Set {subnet} to a subnet that has a NAT gateway, or set {name} to \"managedNATGateway\"."));
        return Ok(());
    }
    each_subnet(cx, cluster, |pool, subnet| {
        if subnet.nat_gateway.known()?.is_none() {
            all_is_shown(cx)?;
            report_subnet(out, cluster, (pool, subnet), "has no NAT gateway")
                .azure("AKS refuses to create the cluster or the pool (SubnetNotAssociatedWithNATGateway).")
                .fix(format!("Associate a NAT gateway with subnet {}, and let the cluster depend on that.", subnet.title()));
        }
        Ok(())
    })
}

fn no_gateway_at_any_subnet(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let mut found = Vec::new();
    let decision = each_subnet(cx, cluster, |_, subnet| {
        if let Some(gateway) = subnet.nat_gateway.known()? {
            found.push((subnet, gateway));
        }
        Ok(())
    });
    let Some((subnet, _)) = found.first() else { return decision };
    let name = cluster.outbound_type.name;
    let message = format!("{}, but node subnet {} has a NAT gateway", type_of(cluster), subnet.title());
    let draft = out.report("default", &cluster.outbound_type.at, message);
    draft
        .azure(format!(
            "AKS creates a cluster in a subnet with a NAT gateway only when the outbound type is {USER_ASSIGNED_NAT_GATEWAY}."
        ))
        .fix(format!("Set {name} to \"{USER_ASSIGNED_NAT_GATEWAY}\", or take the NAT gateway away from the subnet."));
    for (subnet, gateway) in found {
        draft.related(format!("subnet {} has {}", subnet.title(), gateway.address), &subnet.nat_gateway.at);
    }
    Ok(())
}

/// `udr-default-route`: the node subnets have a route table, and it says where to send what leaves the cluster.
pub(super) fn udr_default_route(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    if !cluster.outbound_type.is(USER_DEFINED_ROUTING)? {
        return Ok(());
    }
    if pool_in_own_subnet(cluster)?.is_none() {
        let subnet = subnet_attribute(cluster);
        let at = &cluster.outbound_type.at;
        out.report("default", at, format!("{}, but no node pool is in a subnet of your own", type_of(cluster)))
            .azure("AKS refuses the cluster: the routes must be there before the cluster is.")
            .fix(format!("Set {subnet} to a subnet with a route table that has a default route."));
        return Ok(());
    }
    let mut seen = Vec::new();
    each_subnet(cx, cluster, |pool, subnet| {
        let Some(table) = subnet.route_table.known()? else {
            all_is_shown(cx)?;
            report_subnet(out, cluster, (pool, subnet), "has no route table")
                .azure("AKS refuses to create the cluster or the pool: it checks that the subnet has a route table with a default route.")
                .fix(format!(
                    "Associate a route table that has a default route with subnet {}, and let the cluster depend on that.",
                    subnet.title()
                ));
            return Ok(());
        };
        // Subnets may share a table.
        if seen.contains(&&table.at.site) {
            return Ok(());
        }
        seen.push(&table.at.site);
        default_route(cx, cluster, table, subnet, out)
    })
}

fn default_route(cx: &Context, cluster: &Cluster, table: &RouteTable, subnet: &Subnet, out: &mut Out) -> Decision {
    let facts = &cx.facts.egress;
    let Some(wanted) = facts.default_route.on(cx.day) else { return Ok(()) };
    let Some(hops) = facts.default_route_next_hops.on(cx.day) else { return Ok(()) };
    let mut open = table.more_routes.clone();
    for route in &table.routes {
        match route.prefix.is(wanted) {
            Ok(false) => {}
            Ok(true) => return next_hop(cluster, subnet, route, hops, out),
            Err(why) => _ = open.get_or_insert(why),
        }
    }
    let learned = || {
        both(
            cluster.private.known().map(|p| p.copied().unwrap_or(false)),
            table.learns_routes.known().map(|l| l.copied().unwrap_or(true)),
        )
    };
    match open {
        Some(why) => Err(why),
        None if learned()? => {
            let reason = "the cluster is private, and may learn its default route over BGP";
            Err(Undecided::new(reason, Some(table.at.site)))
        }
        None => {
            all_is_shown(cx)?;
            let message = format!("{}, but {} has no route for {wanted}", type_of(cluster), table.address);
            about_route(cluster, subnet, out.report("default", &table.at, message))
                .azure("AKS refuses to create the cluster or the pool (RouteTableMissingDefaultRouteError).")
                .fix(format!("Add a route for {wanted} with the next hop {} to the table.", hops.join(" or ")));
            Ok(())
        }
    }
}

/// The default route leads to one of these.
fn next_hop(cluster: &Cluster, subnet: &Subnet, route: &Route, hops: &Vec<String>, out: &mut Out) -> Decision {
    if is_one_of(&route.next_hop, Some(hops))? {
        return Ok(());
    }
    let hop = route.next_hop.known()?.map_or("not set", String::as_str);
    let wanted = route.prefix.known()?.map_or("", String::as_str);
    let message = format!("{}, but the route for {wanted} leads to {hop}", type_of(cluster));
    let hops = hops.join(" or ");
    about_route(cluster, subnet, out.report("default", &route.next_hop.at, message))
        .azure(format!("AKS takes only {hops} as the next hop of the default route (RouteTableInvalidNextHop)."))
        .fix(format!("Set {} to {hops}.", route.next_hop.name));
    Ok(())
}

/// Why the default route matters, and where.
fn about_route<'d>(cluster: &Cluster, subnet: &Subnet, draft: &'d mut Draft) -> &'d mut Draft {
    draft
        .related(format!("{} is set here", cluster.outbound_type.name), &cluster.outbound_type.at)
        .related(format!("node subnet {}", subnet.title()), &subnet.route_table.at)
}

/// `outbound-type-requires-standard-lb`: no load balancer of the Basic SKU.
pub(super) fn requires_standard_load_balancer(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let sku = &cluster.load_balancer_sku;
    if sku.is("basic")? {
        let day = cx.facts.egress.basic_load_balancer_retirement.on(cx.day).map_or("", String::as_str);
        out.report("default", &sku.at, format!("{} is \"basic\"", sku.name))
            .azure(format!("Outbound types and large clusters need the Standard SKU, and Azure retired the Basic one on {day}."))
            .fix(format!("Set {} to \"standard\". The cluster must be created anew.", sku.name))
            .repair_but(Change::value(sku, "standard"), "a cluster that exists is created anew");
    }
    Ok(())
}

/// Whether nothing in the code is hidden, so that what is not there is absent.
pub(super) fn all_is_shown(cx: &Context) -> Decision {
    cx.world.more_resources.clone().map_or(Ok(()), Err)
}

/// Reports a node subnet that lacks something which the outbound type needs.
fn report_subnet<'o>(out: &'o mut Out, cluster: &Cluster, (pool, subnet): (&Pool, &Subnet), lacks: &str) -> &'o mut super::Draft {
    let message = format!("{}, but subnet {} of {} {lacks}", type_of(cluster), subnet.title(), pool.title());
    out.report("default", &pool.subnet.at, message)
        .related(format!("{} is set here", cluster.outbound_type.name), &cluster.outbound_type.at)
        .related(format!("subnet {}", subnet.title()), &subnet.at)
}

/// `outbound_type is "loadBalancer"`, as the start of a message.
pub(super) fn type_of(cluster: &Cluster) -> String {
    let field = &cluster.outbound_type;
    let value = field.known().ok().flatten().map_or("", String::as_str);
    if field.is_default() {
        format!("the implicit default {} is \"{value}\"", field.name)
    } else {
        format!("{} is \"{value}\"", field.name)
    }
}

/// The first pool that surely is in a subnet which AKS does not make itself; `None` when no pool is.
fn pool_in_own_subnet(cluster: &Cluster) -> Result<Option<&Pool>, Undecided> {
    let (repeated, certain): (Vec<&Pool>, Vec<&Pool>) = cluster.pools.iter().partition(|pool| pool.repeated.is_some());
    let in_own = |pool: &&&Pool| matches!(pool.subnet.known(), Ok(Some(_)));
    if let Some(pool) = certain.iter().find(in_own) {
        return Ok(Some(pool));
    }
    let doubt = repeated.iter().find(in_own).and_then(|pool| pool.repeated.clone());
    cluster.unknown_node_subnet().or(doubt).map_or(Ok(None), Err)
}

/// What the attribute for a pool's subnet is called.
fn subnet_attribute(cluster: &Cluster) -> &'static str {
    cluster.pools.first().map_or("the subnet", |pool| pool.subnet.name)
}

pub(super) fn is_one_of(field: &Field<String>, values: Option<&Vec<String>>) -> Result<bool, Undecided> {
    let value = field.known()?;
    Ok(value.is_some_and(|value| values.is_some_and(|all| all.iter().any(|one| one.eq_ignore_ascii_case(value)))))
}
