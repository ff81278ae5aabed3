//! Virtual hubs: the VNets that are connected to one reach each other, and what is behind its gateways.

use super::gateways::Gateways;
use super::{Networks, Part, Undecided, VnetId, name_in_id, parts_of_id, read};
use crate::model::fields::is_kind;
use crate::model::{Outside, Peer, arm};
use crate::tree::Resource;
use crate::value::{At, Term, TermPart, Val};
use std::sync::Arc;

const HUB: &str = "azurerm_virtual_hub";
pub(super) const CONNECTION: &str = "azurerm_virtual_hub_connection";
const REMOTE: &str = "remote_virtual_network_id";

/// A connection of a VNet to a hub.
struct Connection {
    hub: Term,
    hub_at: At,
    vnet: VnetId,
    address: Arc<str>,
    at: At,
}

impl Networks {
    /// Adds what virtual hubs connect.
    pub(super) fn add_hubs(&mut self, resources: &[Resource], gateways: &Gateways<'_>) {
        let mut connections: Vec<Connection> = Vec::new();
        let of_kind = |r: &&Resource| is_kind(&r.kind, CONNECTION) && !r.existing && !arm::is_update(r);
        for resource in resources.iter().filter(of_kind) {
            match self.hub_connection(resource) {
                Ok(connection) => connections.push(connection),
                // It may connect any VNet to any hub.
                Err(why) => (0..self.vnets.len()).for_each(|id| {
                    self.may_have_more(VnetId(id), &why);
                    self.reaches(VnetId(id), std::iter::once(Outside::unknown(why.clone())));
                }),
            }
        }
        for one in &connections {
            for other in connections.iter().filter(|other| other.hub == one.hub && other.vnet != one.vnet) {
                let (address, at) = (Arc::clone(&other.address), other.at.clone());
                let peer = Peer { vnet: other.vnet, by: "hub connection", address, uses_gateways: Ok(false), at };
                self.add_peer(one.vnet, peer, false);
            }
            match declared(&one.hub, resources) {
                Some(hub) => self.reaches(one.vnet, gateways.behind_hub(hub).into_iter()),
                None => {
                    let why = "the code does not show what else is connected to this virtual hub";
                    let why = Undecided::new(why, Some(one.hub_at.site));
                    self.may_have_more(one.vnet, &why);
                    self.reaches(one.vnet, std::iter::once(Outside::unknown(why)));
                    if is_nameless(&one.hub) {
                        let why = Undecided::new("this virtual hub may be any", Some(one.hub_at.site));
                        let others = connections.iter().filter(|other| other.hub != one.hub);
                        others.for_each(|other| self.may_have_more(other.vnet, &why));
                    }
                }
            }
        }
    }

    fn hub_connection(&mut self, resource: &Resource) -> Result<Connection, Undecided> {
        let body = Part::resource(resource);
        let missing = |what: &str| Undecided::new(format!("this hub connection names no {what}"), Some(resource.header));
        let hub = body.either(&["virtual_hub_id", "parent"]).1.ok_or_else(|| missing("virtual hub"))?;
        let vnet = body.find(REMOTE)?.ok_or_else(|| missing("VNet"))?;
        if let Some(doubt) = doubt(resource, &body) {
            return Err(doubt);
        }
        Ok(Connection {
            hub: Term(parts_of_id(hub)?),
            hub_at: hub.at.clone(),
            vnet: self.vnet_by_id(vnet)?,
            address: Arc::clone(&resource.address),
            at: vnet.at.clone(),
        })
    }
}

/// Why a connection may not be there, or not connect its VNet to all others.
fn doubt(resource: &Resource, body: &Part<'_>) -> Option<Undecided> {
    let routing = |_: &Val| {
        let why = format!("{} has routing of its own, which is not followed", resource.address);
        Undecided::new(why, Some(resource.header))
    };
    resource
        .repeated
        .as_ref()
        .map(read::undecided)
        .or_else(|| super::may_be_missing(resource, ""))
        .or_else(|| body.find("routing").map_or_else(Some, |found| found.map(routing)))
}

/// Whether neither an id nor what it refers to tells the name of a hub.
fn is_nameless(hub: &Term) -> bool {
    let refers = matches!(&*hub.0, [TermPart::Attribute(_, path)] if &**path == "id");
    !refers && name_in_id(&hub.0, "virtualHubs").is_none()
}

/// The address of the hub with an id, where the code makes it.
fn declared<'r>(hub: &Term, resources: &'r [Resource]) -> Option<&'r Arc<str>> {
    let hubs = resources.iter().filter(|r| is_kind(&r.kind, HUB) && !r.existing && !arm::is_update(r));
    hubs.map(|r| &r.address).find(|address| Term::attribute(address, "id") == *hub)
}
