//! Peerings: which VNets reach each other directly.

use super::{Networks, Part, Undecided, VnetId, read};
use crate::model::Peer;
use crate::tree::Resource;
use crate::value::At;
use std::sync::Arc;

const REMOTE: &str = "remote_virtual_network_id";
/// The peerings that a VNet lists.
const LISTED: &str = "virtual_network_peering";

/// Attributes that leave out a part of the two VNets when they are false. Both are true when they are not set.
const WHOLE: [&str; 2] = ["allow_virtual_network_access", "peer_complete_virtual_networks_enabled"];

impl Networks {
    /// Adds what a peering connects. Azure needs one in each direction, but the other one may be made elsewhere, so that either counts.
    pub(super) fn add_peering(&mut self, resource: &Resource) {
        let body = Part::resource(resource);
        let near = self.vnet_of(&body, &resource.module);
        self.add_ends(resource, Arc::clone(&resource.address), &body, near);
    }

    /// Adds the peerings that a VNet lists itself.
    pub(super) fn add_listed_peerings(&mut self, resource: &Resource) {
        let Some(&near) = self.vnet_by_address.get(&resource.address) else { return };
        let body = Part::resource(resource);
        match body.parts(LISTED) {
            Ok(listed) => listed.iter().enumerate().for_each(|(i, part)| {
                let address = format!("{}.{}[{i}]", resource.address, body.spelled(LISTED));
                self.add_ends(resource, address.into(), part, Ok(near));
            }),
            Err((why, _)) => self.may_have_more(near, &why),
        }
    }

    /// Adds a peering, which a resource is or lists, to the two VNets.
    fn add_ends(&mut self, resource: &Resource, address: Arc<str>, body: &Part<'_>, near: Result<VnetId, Undecided>) {
        let [near, far] = match self.ends(resource, body, near) {
            Ok(ends) => ends,
            // An end that is not known may be any VNet, and so may, for it, the other end.
            Err(why) => return (0..self.vnets.len()).for_each(|i| self.may_have_more(VnetId(i), &why)),
        };
        let peer = |vnet, names: &[&'static str], uses_gateways| {
            let at: At = body.either(names).1.map_or_else(|| body.at.clone(), |val| val.at.clone());
            Peer { vnet, by: "peering", address: Arc::clone(&address), uses_gateways, at }
        };
        let uses = body.truth(&["use_remote_gateways"]).known().map(|on| on == Some(&true));
        let offers = body.truth(&["allow_gateway_transit"]).known().map(|on| on == Some(&true));
        match self.doubt(resource, body, near) {
            None => {
                let back = offers.and_then(|offers| if offers { Err(other_direction(resource)) } else { Ok(false) });
                self.add_peer(near, peer(far, &[REMOTE], uses), true);
                self.add_peer(far, peer(near, &["virtual_network_id", "virtual_network_name"], back), false);
            }
            Some(why) => [near, far].into_iter().for_each(|end| self.may_have_more(end, &why)),
        }
        [near, far].into_iter().for_each(|end| self.doubt_look_alikes(end, [near, far]));
    }

    /// The two VNets that a peering names: its own and the remote one.
    fn ends(&mut self, resource: &Resource, body: &Part<'_>, near: Result<VnetId, Undecided>) -> Result<[VnetId; 2], Undecided> {
        let undecided = |why| Err(Undecided::new(why, Some(resource.header)));
        let near = near?;
        let Some(remote) = body.find(REMOTE)? else { return undecided("this peering names no remote VNet") };
        let far = self.vnet_by_id(remote)?;
        if near == far {
            return undecided("both ends of this peering seem to be the same VNet");
        }
        Ok([near, far])
    }

    /// Why a peering may not be there, or not connect all of its VNets.
    fn doubt(&self, resource: &Resource, body: &Part<'_>, near: VnetId) -> Option<Undecided> {
        let at = Some(resource.header);
        if let Some(repeated) = &resource.repeated {
            return Some(read::undecided(repeated));
        }
        let module = self.names.get(near.0).map_or("", |(_, module)| module);
        if let Some(why) = super::may_be_missing(resource, module) {
            return Some(why);
        }
        let partly = |name| format!("{} is false, so not all of the two VNets may be connected", body.spelled(name));
        WHOLE.iter().find_map(|name| match body.truth(&[name]).known() {
            Ok(None | Some(true)) => None,
            Ok(Some(false)) => Some(Undecided::new(partly(name), at)),
            Err(why) => Some(why),
        })
    }

    /// Adds a VNet that another one reaches. What the peering `from_here` says of gateways holds.
    pub(super) fn add_peer(&mut self, vnet: VnetId, peer: Peer, from_here: bool) {
        let Some(vnet) = self.vnets.get_mut(vnet.0) else { return };
        match vnet.peers.iter_mut().find(|p| p.vnet == peer.vnet) {
            None => vnet.peers.push(peer),
            Some(known) if from_here => known.uses_gateways = peer.uses_gateways,
            Some(_) => {}
        }
    }

    pub(super) fn may_have_more(&mut self, vnet: VnetId, why: &Undecided) {
        if let Some(vnet) = self.vnets.get_mut(vnet.0) {
            vnet.more_peers.get_or_insert_with(|| why.clone());
        }
    }

    /// When an end is a VNet that the code does not declare, it may still be a declared one, by a name that is not known.
    fn doubt_look_alikes(&mut self, end: VnetId, ends: [VnetId; 2]) {
        if end.0 < self.declared {
            return;
        }
        let Some(unseen) = self.vnets.get(end.0).cloned() else { return };
        let Some(why) = &unseen.more_peers else { return };
        for id in (0..self.declared).map(VnetId).filter(|id| !ends.contains(id)) {
            if self.vnets.get(id.0).is_some_and(|v| v.is_same(&unseen) != Ok(false)) {
                self.may_have_more(id, why);
            }
        }
    }
}

fn other_direction(peering: &Resource) -> Undecided {
    let why = format!("whether the other direction of {} uses remote gateways is not in the code", peering.address);
    Undecided::new(why, Some(peering.header))
}
