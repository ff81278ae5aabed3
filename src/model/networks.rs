//! VNets and subnets: what code declares and reads.

mod gateways;
mod hubs;
mod names;
mod peering;
mod routes;
mod security;

pub(super) use names::{name_in_id, parts_of_id};

use super::fields::{self, Vocabulary, is_kind};
use super::read::{self, Part};
use super::{Field, State, Subnet, SubnetId, SubnetRanges, Taken, Undecided, Vnet, VnetId, World, arm};
use crate::tree::Resource;
use crate::value::{At, Term, Val};
use names::{Candidates, id_in_code, named_in_id, other_name, unseen_subnet};
use std::collections::HashMap;
use std::sync::Arc;

const VNET: &str = "azurerm_virtual_network";
const SUBNET: &str = "azurerm_subnet";
const PEERING: &str = "azurerm_virtual_network_peering";

/// Whether networks are made of resources of this type.
pub fn is_part(kind: &str) -> bool {
    fields::is_listed(kind)
        || routes::KINDS.contains(&kind)
        || [security::OF_SUBNET, gateways::HUB_ROUTE, gateways::ROUTE_SERVER].contains(&kind)
}

/// Networks in the making.
#[derive(Default)]
pub struct Networks {
    /// The VNets, those that the code declares first.
    vnets: Vec<Vnet>,
    /// How many VNets the code declares.
    declared: usize,
    /// The subnets, those that the code declares first.
    subnets: Vec<Subnet>,
    /// How many subnets the code declares.
    declared_subnets: usize,
    /// What subnets may have to send traffic to.
    outbound: routes::Outbound,
    /// What subnets may have to filter traffic.
    security: security::Security,
    /// Which resource declares a VNet.
    vnet_by_address: HashMap<Arc<str>, VnetId>,
    subnet_by_term: HashMap<Term, SubnetId>,
    /// VNets that the code does not declare, by their ids without those of subnets.
    unseen_by_term: HashMap<Term, VnetId>,
    /// The value of each VNet's name and the module it stands in, to link what names it.
    names: Vec<(Option<Val>, Arc<str>)>,
}

const NOT_DECLARED: &str = "is not declared in this code";
const AMBIGUOUS: &str = "several VNets have this name";
/// How addresses show a module that is called an unknown number of times.
const UNKNOWN_TIMES: &str = "[?]";

impl Networks {
    /// Adds the networks that resources declare or read. `updates` are those of them that only change others.
    pub fn read(resources: &[Resource], updates: &[Resource]) -> Self {
        let mut networks = Networks {
            outbound: routes::Outbound::read(resources),
            security: security::Security::read(resources),
            ..Networks::default()
        };
        let of = |kind: &'static str, existing: bool| {
            resources.iter().filter(move |r| is_kind(&r.kind, kind) && r.existing == existing && !arm::is_update(r))
        };
        of(VNET, false).for_each(|r| networks.add_vnet(r, updates));
        networks.declared = networks.vnets.len();
        of(VNET, true).for_each(|r| networks.add_existing_vnet(r));
        of(SUBNET, false).for_each(|r| networks.add_subnet(r, updates));
        networks.declared_subnets = networks.subnets.len();
        of(SUBNET, true).for_each(|r| networks.add_existing_subnet(r));
        of(PEERING, false).chain(of(PEERING, true)).for_each(|r| networks.add_peering(r));
        of(VNET, false).for_each(|r| networks.add_listed_peerings(r));
        networks.add_outbound(resources);
        networks.add_security(resources);
        let gateways = gateways::Gateways::new(resources);
        networks.add_hubs(resources, &gateways);
        networks.add_gateways(&gateways);
        networks
    }

    /// Puts them into a world.
    pub fn finish(mut self, world: &mut World) {
        let lost = self.subnets.iter().find_map(|s| s.vnet.known().err());
        if let Some(why) = lost {
            self.vnets.iter_mut().filter(|v| v.more_subnets.is_none()).for_each(|v| v.more_subnets = Some(why.clone()));
        }
        self.vnets.iter_mut().for_each(|vnet| vnet.ranges = SubnetRanges::of(&vnet.subnets, &self.subnets));
        let spaces = self.vnets.iter().flat_map(|vnet| &vnet.space);
        world.spaces = Taken::of(spaces.filter_map(|field| field.known().ok().flatten().copied()));
        world.vnets = self.vnets;
        world.subnets = self.subnets;
    }

    fn add_vnet(&mut self, resource: &Resource, updates: &[Resource]) {
        let body = arm::body(resource, updates);
        let id = self.push_vnet(
            Vnet {
                address: Arc::clone(&resource.address),
                at: body.at.clone(),
                name: body.text(&["name"]),
                resource_group: resource_group(&body),
                space: body.ranges(&["address_space"]),
                subnets: Vec::new(),
                ranges: SubnetRanges::default(),
                more_subnets: None,
                peers: Vec::new(),
                more_peers: None,
                declared: true,
                outside: Vec::new(),
            },
            body.get("name").cloned(),
            &resource.module,
        );
        if matches!(body.find("address_space"), Ok(None)) {
            let unknown = Undecided::new("the address space is assigned by Azure", Some(resource.header));
            if let Some(vnet) = self.vnets.get_mut(id.0) {
                vnet.space = vec![Field::new(body.spelled("address_space"), State::Unknown(unknown), body.at.clone())];
            }
        }
        self.vnet_by_address.insert(Arc::clone(&resource.address), id);
        match body.parts("subnet") {
            Ok(parts) => parts.iter().enumerate().for_each(|(i, part)| self.add_inline_subnet(resource, id, i, part)),
            Err((why, _)) => {
                if let Some(vnet) = self.vnets.get_mut(id.0) {
                    vnet.more_subnets = Some(why);
                }
            }
        }
    }

    fn add_inline_subnet(&mut self, resource: &Resource, vnet: VnetId, index: usize, part: &Part<'_>) {
        let path = format!("{}[{index}]", part.spelled("subnet"));
        let subnet = self.subnet_of(part, format!("{}.{path}", resource.address).into(), Ok(vnet));
        let id = self.push_subnet(subnet);
        // azapi shows what Azure answered as `output`.
        for before in ["", "properties.", "output.properties."] {
            self.subnet_by_term.insert(Term::attribute(&resource.address, format!("{before}{path}.id")), id);
        }
    }

    /// A VNet that code only reads: the declared one of that name, if there is one.
    fn add_existing_vnet(&mut self, resource: &Resource) {
        let body = Part::resource(resource);
        let id = match (id_in_code(&body), body.get("name")) {
            (Some(id), _) => self.vnet_by_id(id),
            (None, Some(name)) => self.vnet_named(name, &resource_group(&body), &resource.module),
            (None, None) => Err(Undecided::new("this VNet has no name", Some(resource.header))),
        };
        if let Ok(id) = id {
            self.vnet_by_address.insert(Arc::clone(&resource.address), id);
            // A plan shows what was read.
            let space = body.ranges(&["address_space"]);
            if let Some(vnet) = self.vnets.get_mut(id.0).filter(|_| id.0 >= self.declared && !space.is_empty()) {
                vnet.space = space;
            }
        }
    }

    fn add_subnet(&mut self, resource: &Resource, updates: &[Resource]) {
        let body = arm::body(resource, updates);
        let vnet = self.vnet_of(&body, &resource.module);
        let subnet = self.subnet_of(&body, Arc::clone(&resource.address), vnet);
        let vnet = subnet.vnet.known().ok().flatten().copied();
        let id = self.push_subnet(subnet);
        self.subnet_by_term.insert(Term::attribute(&resource.address, "id"), id);
        if let (Some(repeated), Some(vnet)) = (&resource.repeated, vnet.and_then(|v| self.vnets.get_mut(v.0))) {
            vnet.more_subnets.get_or_insert(read::undecided(repeated));
        }
    }

    /// A subnet that code only reads: the declared one of that name in that VNet, if there is one.
    fn add_existing_subnet(&mut self, resource: &Resource) {
        let body = Part::resource(resource);
        let term = Term::attribute(&resource.address, "id");
        if let Some(Ok(known)) = id_in_code(&body).map(|id| self.find_subnet(id)) {
            self.subnet_by_term.insert(term, known);
            return;
        }
        let vnet = self.vnet_of(&body, &resource.module);
        let name = body.text(&["name"]);
        let declared = match (&vnet, name.known()) {
            (Ok(vnet), Ok(Some(name))) => self.subnet_named(*vnet, name),
            _ => None,
        };
        let id = declared.unwrap_or_else(|| {
            let why = Undecided::new(format!("{} is read from Azure", resource.address), Some(resource.header));
            let mut subnet = unseen_subnet(&resource.address, body.at.clone(), name, vnet, why);
            // A plan shows what was read.
            let prefixes = body.ranges(&["address_prefixes", "address_prefix"]);
            if !prefixes.is_empty() {
                subnet.prefixes = prefixes;
            }
            self.push_subnet(subnet)
        });
        self.subnet_by_term.insert(term, id);
    }

    fn subnet_of(&self, part: &Part<'_>, address: Arc<str>, vnet: Result<VnetId, Undecided>) -> Subnet {
        let mut prefixes = part.ranges(&["address_prefixes", "address_prefix"]);
        if prefixes.is_empty() {
            let why = Undecided::new(format!("the range of {address} is assigned by Azure"), Some(part.at.site));
            prefixes.push(Field::new(part.spelled("address_prefixes"), State::Unknown(why), part.at.clone()));
        }
        let delegation = part.spelled("delegation");
        let delegations = match part.parts("delegation") {
            Ok(parts) => {
                let services = parts.iter().map(|d| d.text(&["service_delegation.name"]));
                let at = parts.first().map_or(part.at.clone(), |p| p.at.clone());
                let mut known = Vec::new();
                let mut unknown = None;
                for service in services {
                    match service.known() {
                        Ok(name) => known.extend(name.cloned()),
                        Err(why) => unknown = Some(why),
                    }
                }
                let state = match unknown {
                    Some(why) => State::Unknown(why),
                    None if known.is_empty() => State::Absent,
                    None => State::Set(known),
                };
                Field::new(delegation, state, at)
            }
            Err((why, at)) => Field::new(delegation, State::Unknown(why), at),
        };
        Subnet {
            address,
            at: part.at.clone(),
            name: part.text(&["name"]),
            prefixes,
            vnet: link("virtual_network_name", vnet, part.at.clone()),
            delegations,
            route_table: self.outbound.own_table(part),
            nat_gateway: self.outbound.own_gateway(part),
            security_group: self.security.own_group(part),
        }
    }

    fn push_vnet(&mut self, vnet: Vnet, name: Option<Val>, module: &Arc<str>) -> VnetId {
        let id = VnetId(self.vnets.len());
        self.vnets.push(vnet);
        self.names.push((name, Arc::clone(module)));
        id
    }

    fn push_subnet(&mut self, subnet: Subnet) -> SubnetId {
        let id = SubnetId(self.subnets.len());
        if let Ok(Some(vnet)) = subnet.vnet.known()
            && let Some(vnet) = self.vnets.get_mut(vnet.0)
        {
            vnet.subnets.push(id);
        }
        self.subnets.push(subnet);
        id
    }

    fn subnet_named(&self, vnet: VnetId, name: &str) -> Option<SubnetId> {
        self.vnets.get(vnet.0)?.subnets.iter().copied().find(|id| {
            let known = self.subnets.get(id.0).and_then(|s| s.name.known().ok().flatten());
            known.is_some_and(|n| n.eq_ignore_ascii_case(name))
        })
    }
}

/// The name of the resource group: an attribute, or a part of the id of what the resource is in.
pub(super) fn resource_group(part: &Part<'_>) -> Field<String> {
    match part.vocabulary() {
        Vocabulary::Azurerm => part.text(&["resource_group_name"]),
        Vocabulary::Arm => match part.find("parent") {
            Ok(Some(id)) => {
                let name = parts_of_id(id).ok().and_then(|parts| name_in_id(&parts, "resourceGroups"));
                named_in_id("parent", name.as_ref(), id)
            }
            Ok(None) => Field::new("parent", State::Absent, part.at.clone()),
            Err(why) => Field::new("parent", State::Unknown(why), part.at.clone()),
        },
    }
}

/// Why a resource may not be there where another one is, by the address of that or of its module: when it stands in a module of which
/// nobody knows how often it is called, and the other one does not stand in the same.
fn may_be_missing(resource: &Resource, beside: &str) -> Option<Undecided> {
    let (calls, _) = resource.module.rsplit_once(UNKNOWN_TIMES)?;
    let together = beside.strip_prefix(calls).is_some_and(|rest| rest.starts_with(UNKNOWN_TIMES));
    (!together).then(|| Undecided::new(format!("how often {} stands is not known", resource.module), Some(resource.header)))
}

fn link<T>(name: &'static str, found: Result<T, Undecided>, at: At) -> Field<T> {
    Field::new(name, found.map_or_else(State::Unknown, State::Set), at)
}
