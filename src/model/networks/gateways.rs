//! Gateways: which networks outside Azure a VNet reaches through gateways in it, or in a virtual hub that it is connected to.

use super::{Networks, Part, Undecided, VnetId, read};
use crate::cidr::Cidr;
use crate::model::fields::is_kind;
use crate::model::{Field, Outside, arm};
use crate::tree::Resource;
use crate::value::Val;
use std::sync::Arc;

const GATEWAY: &str = "azurerm_virtual_network_gateway";
const CONNECTION: &str = "azurerm_virtual_network_gateway_connection";
const LOCAL: &str = "azurerm_local_network_gateway";
const HUB_GATEWAY: &str = "azurerm_vpn_gateway";
const HUB_GATEWAY_CONNECTION: &str = "azurerm_vpn_gateway_connection";
const SITE: &str = "azurerm_vpn_site";
const USERS: &str = "azurerm_point_to_site_vpn_gateway";
const EXPRESS_ROUTE: &str = "azurerm_express_route_gateway";

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

    fn is_gateway_in_vnet(&self, address: &str) -> bool {
        self.of(GATEWAY).any(|gateway| *gateway.address == *address)
    }

    /// What a gateway in a VNet reaches.
    fn behind(&self, gateway: &Resource) -> Vec<Outside> {
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
            } else if to.as_ref() == Some(&gateway.address) {
                found.push(Outside::unknown(between_vnets(connection)));
            }
        }
        let doubt = repeated(gateway);
        found.into_iter().map(|outside| outside.or_doubt(doubt.as_ref())).collect()
    }

    /// What is at the other end of a connection.
    fn end_of(&self, connection: &Resource, body: &Part<'_>) -> Option<Outside> {
        let found = match body.find("local_network_gateway_id") {
            Ok(Some(id)) => self.declared(LOCAL, id),
            Ok(None) if matches!(body.find("peer_virtual_network_gateway_id"), Ok(None)) => return None,
            Ok(None) => Outside::unknown(between_vnets(connection)),
            Err(why) => Outside::unknown(why),
        };
        Some(found.or_doubt(repeated(connection).as_ref()))
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
            (from.as_ref() == Some(&gateway.address)).then_some((repeated(connection), body))
        });
        let all = parts.into_iter().map(|part| (None, part)).chain(of_own);
        all.filter_map(|(doubt, part)| Some(self.declared(SITE, part.get("remote_vpn_site_id")?).or_doubt(doubt.as_ref())))
            .collect()
    }

    /// The networks on premises that the code declares without saying which VNet they are connected to.
    fn loose(&self) -> Vec<Outside> {
        let named = |id: &str, gateway: &str, of: &dyn Fn(&str) -> bool, part: &Part<'_>| {
            let known = part.get(gateway).and_then(arm::address).is_some_and(|address| of(&address));
            part.get(id).and_then(arm::address).filter(|_| known)
        };
        let in_vnet = |address: &str| self.is_gateway_in_vnet(address);
        let in_hub = |address: &str| self.of(HUB_GATEWAY).any(|gateway| *gateway.address == *address);
        let mut connected: Vec<Arc<str>> = Vec::new();
        for part in self.of(CONNECTION).map(Part::resource) {
            connected.extend(named("local_network_gateway_id", "virtual_network_gateway_id", &in_vnet, &part));
        }
        for part in self.of(HUB_GATEWAY_CONNECTION).map(Part::resource) {
            connected.extend(named("remote_vpn_site_id", "vpn_gateway_id", &in_hub, &part));
        }
        for part in self.of(HUB_GATEWAY).filter_map(|gateway| Part::resource(gateway).parts("vpn_connection").ok()).flatten() {
            connected.extend(part.get("remote_vpn_site_id").and_then(arm::address));
        }
        let all = self.of(LOCAL).chain(self.of(SITE)).filter(|r| !connected.contains(&r.address));
        all.map(|r| {
            let why = format!("the code does not show which VNet {} is connected to", r.address);
            on_premises(r).or_doubt(Some(&Undecided::new(why, Some(r.header))))
        })
        .collect()
    }
}

impl Networks {
    /// Adds what VNets reach through gateways in them.
    pub(super) fn add_gateways(&mut self, gateways: &Gateways<'_>) {
        for gateway in gateways.of(GATEWAY) {
            let behind = gateways.behind(gateway);
            let vnet = self.vnet_of_gateway(gateway);
            for (id, doubt) in self.which_vnets(&vnet) {
                self.reaches(id, behind.iter().map(|outside| outside.clone().or_doubt(doubt.as_ref())));
            }
        }
        let loose = gateways.loose();
        (0..self.vnets.len()).for_each(|id| self.reaches(VnetId(id), loose.iter().cloned()));
    }

    pub(super) fn reaches(&mut self, vnet: VnetId, outside: impl Iterator<Item = Outside>) {
        if let Some(vnet) = self.vnets.get_mut(vnet.0) {
            vnet.outside.extend(outside);
        }
    }

    fn vnet_of_gateway(&mut self, gateway: &Resource) -> Result<VnetId, Undecided> {
        let configuration = Part::resource(gateway).part("ip_configuration");
        let undecided = || Undecided::new(format!("the subnet of {} is not known", gateway.address), Some(gateway.header));
        let subnet = self.find_subnet(configuration.either(&["subnet.id", "subnet_id"]).1.ok_or_else(undecided)?)?;
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

fn between_vnets(connection: &Resource) -> Undecided {
    let why = format!("{} connects two gateways of VNets, which is not followed", connection.address);
    Undecided::new(why, Some(connection.header))
}

/// Why a resource may not be there.
fn repeated(resource: &Resource) -> Option<Undecided> {
    resource.repeated.as_ref().map(read::undecided).or_else(|| super::may_be_missing(resource, ""))
}
