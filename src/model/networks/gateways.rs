//! Gateways: which networks outside Azure a VNet reaches through gateways in it, or in a virtual hub that it is connected to.

use super::{Networks, Part, Undecided, VnetId, read};
use crate::cidr::Cidr;
use crate::model::fields::is_kind;
use crate::model::{Field, Outside, arm};
use crate::tree::Resource;
use crate::value::Val;
use std::sync::Arc;

const GATEWAY: &str = "azurerm_virtual_network_gateway";
/// A server that tells the routers of a VNet and its gateways about one another; Resource Manager takes it for a kind of virtual hub.
pub(super) const ROUTE_SERVER: &str = "azurerm_route_server";
const CONNECTION: &str = "azurerm_virtual_network_gateway_connection";
const LOCAL: &str = "azurerm_local_network_gateway";
const HUB_GATEWAY: &str = "azurerm_vpn_gateway";
const HUB_GATEWAY_CONNECTION: &str = "azurerm_vpn_gateway_connection";
const SITE: &str = "azurerm_vpn_site";
const USERS: &str = "azurerm_point_to_site_vpn_gateway";
const EXPRESS_ROUTE: &str = "azurerm_express_route_gateway";
const EXPRESS_ROUTE_CONNECTION: &str = "azurerm_express_route_connection";
const HUB: &str = "azurerm_virtual_hub";
const HUB_ROUTES: &str = "azurerm_virtual_hub_route_table";
/// A resource for one route, which Resource Manager does not have.
pub(super) const HUB_ROUTE: &str = "azurerm_virtual_hub_route_table_route";
const HUB_BGP: &str = "azurerm_virtual_hub_bgp_connection";

/// The resources that gateways are made of.
pub(super) struct Gateways<'r> {
    resources: &'r [Resource],
}

impl<'r> Gateways<'r> {
    pub(super) fn new(resources: &'r [Resource]) -> Self {
        Self { resources }
    }

    fn of(&self, kind: &'static str) -> impl Iterator<Item = &'r Resource> + use<'r> {
        self.resources.iter().filter(move |r| is_kind(&r.kind, kind) && !r.existing && !arm::is_update(r))
    }

    /// Gateways in VNets that the code only reads.
    fn read_from_azure(&self) -> impl Iterator<Item = &'r Resource> + use<'r> {
        self.resources.iter().filter(|r| is_kind(&r.kind, GATEWAY) && r.existing)
    }

    fn declares(&self, kind: &'static str, id: Option<&Val>) -> bool {
        let address = id.and_then(arm::address);
        address.is_some_and(|address| self.of(kind).any(|r| r.address == address))
    }

    /// What a gateway in a VNet reaches.
    fn behind(&self, gateway: &Resource) -> Vec<Outside> {
        if is_kind(&gateway.kind, ROUTE_SERVER) {
            return vec![learned(gateway, "a route server").or_doubt(repeated(gateway).as_ref())];
        }
        let body = Part::resource(gateway);
        let mut found = Vec::new();
        match body.text(&["gateway_type", "type"]).is("ExpressRoute") {
            Ok(true) => found.push(learned(gateway, "an ExpressRoute gateway")),
            Ok(false) => {}
            Err(why) => found.push(Outside::unknown(why)),
        }
        let users = body.part("vpn_client_configuration");
        let pool = users.ranges(&["address_space", "vpn_client_address_pool.address_prefixes"]);
        if !pool.is_empty() {
            found.push(outside("the point-to-site address pool of", gateway, pool));
        }
        for connection in self.of(CONNECTION) {
            let body = Part::resource(connection);
            let from = body.get("virtual_network_gateway_id").and_then(arm::address);
            let to = body.get("peer_virtual_network_gateway_id").and_then(arm::address);
            if from.as_ref() == Some(&gateway.address) {
                found.extend(self.end_of(connection, &body));
            } else if to.as_ref() == Some(&gateway.address) && !self.declares(GATEWAY, body.get("virtual_network_gateway_id")) {
                found.push(Outside::unknown(to_unseen_vnet(connection)));
            }
        }
        let doubt = repeated(gateway);
        found.into_iter().map(|outside| outside.or_doubt(doubt.as_ref())).collect()
    }

    /// What is at the other end of a connection.
    fn end_of(&self, connection: &Resource, body: &Part<'_>) -> Vec<Outside> {
        let peer = body.find("peer_virtual_network_gateway_id");
        let found = match body.find("local_network_gateway_id") {
            Ok(Some(id)) => Some(self.declared(LOCAL, id)),
            Ok(None) if matches!(peer, Ok(None)) || self.declares(GATEWAY, peer.ok().flatten()) => None,
            Ok(None) => Some(Outside::unknown(to_unseen_vnet(connection))),
            Err(why) => Some(Outside::unknown(why)),
        };
        let doubt = repeated(connection);
        found.into_iter().chain(by_bgp(connection, body)).map(|outside| outside.or_doubt(doubt.as_ref())).collect()
    }

    /// The connections between two gateways in VNets that the code declares, with these.
    fn between_vnets(&self) -> impl Iterator<Item = [&'r Resource; 3]> {
        self.of(CONNECTION).filter_map(|connection| {
            let body = Part::resource(connection);
            let gateway = |name| {
                let address = body.get(name).and_then(arm::address)?;
                self.of(GATEWAY).find(|gateway| gateway.address == address)
            };
            Some([connection, gateway("virtual_network_gateway_id")?, gateway("peer_virtual_network_gateway_id")?])
        })
    }

    /// The network on premises that an id names.
    fn declared(&self, kind: &'static str, id: &Val) -> Outside {
        let address = arm::address(id);
        match self.of(kind).find(|r| Some(&r.address) == address.as_ref()) {
            Some(resource) => on_premises(resource),
            None => {
                let what = id.value.as_str().map(str::to_owned).or(address.map(|a| a.to_string()));
                let why = what.map(|what| format!("what is behind {what} is not in this code"));
                Outside::unknown(why.map_or_else(|| read::undecided(id), |why| Undecided::new(why, Some(id.at.site))))
            }
        }
    }

    /// What a virtual hub reaches, where the code makes the hub.
    pub(super) fn behind_hub(&self, hub: &Arc<str>) -> Vec<Outside> {
        let mut found = Vec::new();
        for (kind, gateway) in [HUB_GATEWAY, USERS, EXPRESS_ROUTE].into_iter().flat_map(|k| self.of(k).map(move |g| (k, g))) {
            let body = Part::resource(gateway);
            let behind = match body.find("virtual_hub_id") {
                Ok(Some(id)) => match arm::address(id) {
                    Some(address) if address == *hub => self.behind_hub_gateway(kind, gateway, &body),
                    Some(_) => continue,
                    None => vec![Outside::unknown(read::undecided(id))],
                },
                Ok(None) => continue,
                Err(why) => vec![Outside::unknown(why)],
            };
            let doubt = repeated(gateway);
            found.extend(behind.into_iter().map(|outside| outside.or_doubt(doubt.as_ref())));
        }
        found.extend(self.routed_by_hub(hub));
        found
    }

    /// What a virtual hub reaches by routes of its own, and by BGP with routers in its VNets. Where such routes lead is not followed.
    fn routed_by_hub(&self, hub: &Arc<str>) -> Vec<Outside> {
        let of_hub = |part: &Part<'_>| {
            let id = part.either(&["virtual_hub_id", "parent"]).1.and_then(arm::address);
            id.is_none_or(|address| address == *hub)
        };
        let tables: Vec<&Resource> = self.of(HUB_ROUTES).filter(|table| of_hub(&Part::resource(table))).collect();
        let in_table = |part: &Part<'_>| {
            let table = part.get("route_table_id").and_then(arm::address);
            table.is_none_or(|address| tables.iter().any(|table| table.address == address))
        };
        let mut found = Vec::new();
        for holder in self.of(HUB).filter(|r| r.address == *hub).chain(tables.iter().copied()) {
            let body = Part::resource(holder);
            for routes in [body.parts("route"), body.part("route_table").parts("route")] {
                match routes {
                    Ok(routes) => found.extend(routes.iter().filter_map(|route| by_route(holder, route))),
                    Err((why, _)) => found.push(Outside::unknown(why)),
                }
            }
        }
        for route in self.of(HUB_ROUTE).filter(|route| in_table(&Part::resource(route))) {
            found.extend(by_route(route, &Part::resource(route)));
        }
        let learning = self.of(HUB_BGP).filter(|r| of_hub(&Part::resource(r)));
        found.extend(learning.map(|r| learned(r, "a BGP connection of a virtual hub")));
        found
    }

    fn behind_hub_gateway(&self, kind: &str, gateway: &Resource, body: &Part<'_>) -> Vec<Outside> {
        let listed = if kind == USERS { "connection_configuration" } else { "vpn_connection" };
        let parts = match body.parts(listed) {
            _ if kind == EXPRESS_ROUTE => return vec![learned(gateway, "an ExpressRoute gateway")],
            Ok(parts) => parts,
            Err((why, _)) => return vec![Outside::unknown(why)],
        };
        if kind == USERS {
            let pools = parts.iter().map(|part| part.ranges(&["vpn_client_address_pool.address_prefixes"]));
            return pools.map(|pool| outside("the point-to-site address pool of", gateway, pool)).collect();
        }
        let of_own = self.of(HUB_GATEWAY_CONNECTION).filter_map(|connection| {
            let body = Part::resource(connection);
            let from = body.get("vpn_gateway_id").and_then(arm::address);
            (from.as_ref() == Some(&gateway.address)).then_some((connection, body))
        });
        let all = parts.into_iter().map(|part| (gateway, part)).chain(of_own);
        all.flat_map(|(connection, part)| self.end_of_hub_connection(connection, &part)).collect()
    }

    /// What is at the other end of a connection of a VPN gateway in a hub.
    fn end_of_hub_connection(&self, connection: &Resource, part: &Part<'_>) -> Vec<Outside> {
        let site = part.get("remote_vpn_site_id").map(|id| self.declared(SITE, id));
        let links = match part.parts("vpn_link") {
            Ok(links) => links.iter().find_map(|link| by_bgp(connection, link)),
            Err((why, _)) => Some(Outside::unknown(why)),
        };
        let doubt = repeated(connection);
        let all = site.into_iter().chain(links.or_else(|| by_bgp(connection, part)));
        all.map(|outside| outside.or_doubt(doubt.as_ref())).collect()
    }

    /// The networks that the code shows without saying which VNet they are connected to.
    fn loose(&self) -> Vec<Outside> {
        let mut connected: Vec<Arc<str>> = Vec::new();
        let mut found = Vec::new();
        for (kind, gateway, of, end, of_end) in CONNECTIONS {
            for connection in self.of(kind) {
                let part = Part::resource(connection);
                let end = part.get(end);
                match self.declares(of, part.get(gateway)) {
                    true => connected.extend(end.and_then(arm::address)),
                    // What is at the end, if that is declared, is loose itself.
                    false if self.declares(of_end, end) => {}
                    false => found.push(of_unseen_gateway(connection)),
                }
            }
        }
        for part in self.of(HUB_GATEWAY).filter_map(|gateway| Part::resource(gateway).parts("vpn_connection").ok()).flatten() {
            connected.extend(part.get("remote_vpn_site_id").and_then(arm::address));
        }
        let sites = self.of(LOCAL).chain(self.of(SITE)).filter(|r| !connected.contains(&r.address));
        found.extend(sites.map(|r| {
            let why = format!("the code does not show which VNet {} is connected to", r.address);
            on_premises(r).or_doubt(Some(&Undecided::new(why, Some(r.header))))
        }));
        found.extend(self.read_from_azure().map(|gateway| learned(gateway, "a gateway that is read from Azure")));
        found
    }
}

/// Connections: what names their gateway, and what kind that is; what names their other end, and what kind that is.
const CONNECTIONS: [(&str, &str, &str, &str, &str); 3] = [
    (CONNECTION, "virtual_network_gateway_id", GATEWAY, "local_network_gateway_id", LOCAL),
    (HUB_GATEWAY_CONNECTION, "vpn_gateway_id", HUB_GATEWAY, "remote_vpn_site_id", SITE),
    (EXPRESS_ROUTE_CONNECTION, "express_route_gateway_id", EXPRESS_ROUTE, "express_route_circuit_peering_id", EXPRESS_ROUTE),
];

impl Networks {
    /// Adds what VNets reach through gateways in them.
    pub(super) fn add_gateways(&mut self, gateways: &Gateways<'_>) {
        for gateway in gateways.of(GATEWAY).chain(gateways.of(ROUTE_SERVER)) {
            let behind = gateways.behind(gateway);
            let vnet = self.vnet_of_gateway(gateway);
            for (id, doubt) in self.which_vnets(&vnet) {
                self.reaches(id, behind.iter().map(|outside| outside.clone().or_doubt(doubt.as_ref())));
            }
        }
        for resources in gateways.between_vnets() {
            self.connect_vnets(resources);
        }
        let loose = gateways.loose();
        (0..self.vnets.len()).for_each(|id| self.reaches(VnetId(id), loose.iter().cloned()));
    }

    /// Adds to each of the VNets of two gateways that the other one is reached.
    fn connect_vnets(&mut self, [connection, one, other]: [&Resource; 3]) {
        let doubt = [connection, one, other].into_iter().find_map(repeated);
        let [one, other] = [one, other].map(|gateway| self.vnet_of_gateway(gateway));
        for (near, far) in [(&one, &other), (&other, &one)] {
            let behind = match far {
                Ok(far) => self.as_outside(*far),
                Err(why) => Some(Outside::unknown(why.clone())),
            };
            let Some(behind) = behind.map(|outside| outside.or_doubt(doubt.as_ref())) else { continue };
            for (id, doubt) in self.which_vnets(near) {
                // A connection is often declared once for each direction.
                let is_new =
                    self.vnets.get(id.0).is_some_and(|vnet| vnet.outside.iter().all(|known| known.title != behind.title));
                if is_new || behind.title.is_empty() {
                    self.reaches(id, std::iter::once(behind.clone().or_doubt(doubt.as_ref())));
                }
            }
        }
    }

    /// A VNet as seen through a gateway of another one.
    fn as_outside(&self, id: VnetId) -> Option<Outside> {
        let vnet = self.vnets.get(id.0)?;
        let title = format!("the VNet {} at the other end of a gateway connection", vnet.title());
        let why = || Undecided::new(format!("the address space of {} is not known", vnet.title()), Some(vnet.at.site));
        let doubt = vnet.space.is_empty().then(why);
        Some(Outside { title, ranges: vnet.space.clone(), doubt })
    }

    pub(super) fn reaches(&mut self, vnet: VnetId, outside: impl Iterator<Item = Outside>) {
        if let Some(vnet) = self.vnets.get_mut(vnet.0) {
            vnet.outside.extend(outside);
        }
    }

    fn vnet_of_gateway(&mut self, gateway: &Resource) -> Result<VnetId, Undecided> {
        let body = Part::resource(gateway);
        let configuration = body.part("ip_configuration");
        let undecided = || Undecided::new(format!("the subnet of {} is not known", gateway.address), Some(gateway.header));
        let subnet = configuration.either(&["subnet.id", "subnet_id"]).1.or_else(|| body.get("subnet_id"));
        let subnet = self.find_subnet(subnet.ok_or_else(undecided)?)?;
        let subnet = self.subnets.get(subnet.0).ok_or_else(undecided)?;
        subnet.vnet.known()?.copied().ok_or_else(undecided)
    }

    /// The VNets that something may be in, and why it may not be.
    fn which_vnets(&self, vnet: &Result<VnetId, Undecided>) -> Vec<(VnetId, Option<Undecided>)> {
        let all = (0..self.vnets.len()).map(VnetId);
        match vnet {
            Err(why) => all.map(|id| (id, Some(why.clone()))).collect(),
            Ok(vnet) if vnet.0 < self.declared => vec![(*vnet, None)],
            // One that the code does not declare may have another name elsewhere.
            Ok(vnet) => {
                let Some(unseen) = self.vnets.get(vnet.0) else { return Vec::new() };
                let doubt = |id: VnetId| match self.vnets.get(id.0)?.is_same(unseen) {
                    _ if id == *vnet => Some(None),
                    Ok(same) => same.then_some(None),
                    Err(why) => Some(Some(why)),
                };
                all.filter_map(|id| Some((id, doubt(id)?))).collect()
            }
        }
    }
}

fn outside(what: &str, resource: &Resource, ranges: Vec<Field<Cidr>>) -> Outside {
    Outside { title: format!("{what} {}", resource.address), ranges, doubt: None }
}

/// The ranges of a local network gateway or VPN site.
fn on_premises(resource: &Resource) -> Outside {
    let body = Part::resource(resource);
    let (what, names): (_, &[&'static str]) = match is_kind(&resource.kind, LOCAL) {
        true => ("the local network gateway", &["address_space", "local_network_address_space"]),
        false => ("the VPN site", &["address_cidrs", "address_space"]),
    };
    let ranges = body.ranges(names);
    if ranges.is_empty() {
        return learned(resource, what);
    }
    outside(what, resource, ranges).or_doubt(repeated(resource).as_ref())
}

/// What a gateway learns from the other side.
fn learned(resource: &Resource, what: &str) -> Outside {
    let why = format!("which networks are behind {what}, {}, is not in the code", resource.address);
    Outside::unknown(Undecided::new(why, Some(resource.header)))
}

/// What is learned over a connection, or a link of one, where it speaks BGP.
fn by_bgp(connection: &Resource, part: &Part<'_>) -> Option<Outside> {
    match part.truth(&["enable_bgp", "bgp_enabled"]).known() {
        Ok(Some(true)) => Some(learned(connection, "a connection with BGP")),
        Ok(_) => None,
        Err(why) => Some(Outside::unknown(why)),
    }
}

/// The ranges of a route of a virtual hub, but not that for all addresses.
fn by_route(holder: &Resource, route: &Part<'_>) -> Option<Outside> {
    let mut ranges = route.ranges(&["address_prefixes", "destinations"]);
    ranges.retain(|range| !matches!(range.known(), Ok(Some(cidr)) if cidr.prefix() == 0));
    let why = format!("where a route of {} leads is not followed", holder.address);
    let doubt = Undecided::new(why, Some(holder.header));
    (!ranges.is_empty()).then(|| outside("a route of", holder, ranges).or_doubt(Some(&doubt)))
}

fn of_unseen_gateway(connection: &Resource) -> Outside {
    let why = format!("the code does not show which VNet {} leads from, nor where to", connection.address);
    Outside::unknown(Undecided::new(why, Some(connection.header)))
}

fn to_unseen_vnet(connection: &Resource) -> Undecided {
    let why = format!("{} leads to a VNet that is not in this code", connection.address);
    Undecided::new(why, Some(connection.header))
}

/// Why a resource may not be there.
fn repeated(resource: &Resource) -> Option<Undecided> {
    resource.repeated.as_ref().map(read::undecided).or_else(|| super::may_be_missing(resource, ""))
}
