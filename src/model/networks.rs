//! VNets and subnets, and the ways that code names them: by reference, by id, by name.

mod gateways;
mod hubs;
mod peering;
mod routes;
mod security;

use super::fields::{self, Vocabulary, is_kind};
use super::read::{self, Part};
use super::{Field, Outside, State, Subnet, SubnetId, Undecided, Vnet, VnetId, World, arm};
use crate::tree::Resource;
use crate::value::{At, Term, TermPart, Val, Value};
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

    /// The VNet that something in it names.
    fn vnet_of(&mut self, part: &Part<'_>, module: &Arc<str>) -> Result<VnetId, Undecided> {
        if let Some(id) = part.find("virtual_network_id")? {
            return self.vnet_by_id(id);
        }
        let group = resource_group(part);
        match part.find("virtual_network_name")? {
            Some(name) => self.vnet_named(name, &group, module),
            None => Err(Undecided::new("no VNet is named here", Some(part.at.site))),
        }
    }

    /// The VNet that a value names by its id: a reference, an id as text, or a text around a reference.
    fn vnet_by_id(&mut self, id: &Val) -> Result<VnetId, Undecided> {
        let parts = parts_of_id(id)?;
        match &*parts {
            [TermPart::Attribute(address, path)] if &**path == "id" => {
                self.vnet_by_address.get(address).copied().ok_or_else(|| read::undecided(id))
            }
            parts => self.vnet_in_id(&names_in_id(parts), id),
        }
    }

    /// The VNet of the names in an id: a declared one, else one that the code does not declare.
    fn vnet_in_id(&mut self, names: &IdNames, id: &Val) -> Result<VnetId, Undecided> {
        let Some(name) = &names.vnet else { return Err(read::undecided(id)) };
        let is = |field: &Field<String>, text: Option<&str>| text.is_some_and(|t| field.is(t) == Ok(true));
        let fits = |v: &Vnet| is(&v.name, Some(name)) && is(&v.resource_group, names.group.as_deref());
        let mut known = self.vnets.iter().enumerate().filter(|(_, v)| fits(v)).map(|(i, _)| VnetId(i));
        match (known.next(), known.next()) {
            (Some(known), None) => return Ok(known),
            (Some(_), Some(_)) => return Err(Undecided::new(AMBIGUOUS, Some(id.at.site))),
            (None, _) => {}
        }
        // Names alone do not tell VNets apart that are in a group whose name is not known.
        let term = Term(id_of_vnet(&parts_of_id(id)?));
        if let Some(known) = self.unseen_by_term.get(&term) {
            return Ok(*known);
        }
        let value = Val { value: Value::string(name.as_str()), at: id.at.clone() };
        let group = named_in_id("resource_group_name", names.group.as_ref(), id);
        let vnet = unseen_vnet(named_in_id("name", names.vnet.as_ref(), id), group, id.at.clone());
        let vnet = self.push_vnet(vnet, Some(value), &"".into());
        self.unseen_by_term.insert(term, vnet);
        Ok(vnet)
    }

    /// The VNet with a name, else one that the code does not declare.
    fn vnet_named(&mut self, name: &Val, group: &Field<String>, module: &Arc<str>) -> Result<VnetId, Undecided> {
        let candidates = Candidates {
            names: &self.names,
            referred: &|address| self.vnet_by_address.get(address).map(|id| id.0),
            other_group: &|id| self.vnets.get(id).is_some_and(|v| other_name(&v.resource_group, group)),
            ambiguous: AMBIGUOUS,
        };
        if let Some(id) = candidates.named(name, module)? {
            return Ok(VnetId(id));
        }
        let title = read::from_val("name", name, |v| Ok::<_, String>(v.as_str().unwrap_or("").to_owned()));
        Ok(self.push_vnet(unseen_vnet(title, group.clone(), name.at.clone()), Some(name.clone()), module))
    }

    /// The subnet that an attribute names by its id. An empty text is as good as none.
    pub fn subnet_at(&mut self, part: &Part<'_>, name: &'static str) -> Field<SubnetId> {
        let spelled = part.spelled(name);
        match part.find(name) {
            Ok(Some(id)) if id.value.as_str() != Some("") => self.subnet_by_id(spelled, id),
            Ok(_) => Field::new(spelled, State::Absent, part.at.clone()),
            Err(why) => Field::new(spelled, State::Unknown(why), part.at.clone()),
        }
    }

    /// The subnet that a value names by its id: a reference, an id as text, or a text around a reference.
    pub fn subnet_by_id(&mut self, name: &'static str, id: &Val) -> Field<SubnetId> {
        let found = self.find_subnet(id);
        link(name, found, id.at.clone())
    }

    fn find_subnet(&mut self, id: &Val) -> Result<SubnetId, Undecided> {
        let parts = parts_of_id(id)?;
        let term = Term(Arc::clone(&parts));
        if let Some(known) = self.subnet_by_term.get(&term) {
            return Ok(*known);
        }
        let subnet = self.unseen(&parts, id);
        self.subnet_by_term.insert(term, subnet);
        Ok(subnet)
    }

    /// A subnet known by its id alone: a known one if the names in the id are those of one, else one that the code does not show.
    fn unseen(&mut self, parts: &[TermPart], id: &Val) -> SubnetId {
        let names = names_in_id(parts);
        // "${azurerm_virtual_network.x.id}/subnets/name"
        let referred = match parts {
            [TermPart::Attribute(vnet, path), TermPart::Text(rest), ..] if &**path == "id" && rest.starts_with("/subnets/") => {
                self.vnet_by_address.get(vnet).copied()
            }
            _ => None,
        };
        let vnet = match referred {
            Some(vnet) => Ok(vnet),
            None => self.vnet_in_id(&names, id),
        };
        let known = match (&vnet, &names.subnet) {
            (Ok(vnet), Some(name)) => self.subnet_named(*vnet, name),
            _ => None,
        };
        known.unwrap_or_else(|| self.push_unseen(&names, vnet, id))
    }

    fn push_unseen(&mut self, names: &IdNames, vnet: Result<VnetId, Undecided>, id: &Val) -> SubnetId {
        let at = id.at.clone();
        let mut why = read::undecided(id);
        if let Some(name) = names.subnet.as_ref().filter(|_| id.value.as_str().is_some() || vnet.is_ok()) {
            let reason = format!("subnet {name} {NOT_DECLARED}").into();
            why = Undecided { reason, span: Some(at.site), ..why };
        }
        let address = id.value.as_str().or(names.subnet.as_deref()).unwrap_or("the subnet").into();
        let name = named_in_id("name", names.subnet.as_ref(), id);
        self.push_subnet(unseen_subnet(&address, at, name, vnet, why))
    }
}

/// The id that code asks for. (A plan shows ids of azurerm, too, but as answers.)
fn id_in_code<'r>(part: &Part<'r>) -> Option<&'r Val> {
    part.get("id").filter(|_| part.vocabulary() == Vocabulary::Arm)
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

/// A VNet that the code names but does not declare.
fn unseen_vnet(name: Field<String>, resource_group: Field<String>, at: At) -> Vnet {
    let title = name.known().ok().flatten().cloned().unwrap_or_default();
    let why = match name.known() {
        Err(why) => why,
        Ok(_) => Undecided::new(format!("VNet {title} {NOT_DECLARED}"), Some(at.site)),
    };
    let space = vec![Field::new("address_space", State::Unknown(why.clone()), at.clone())];
    let address = if title.is_empty() { "the VNet".into() } else { title.as_str().into() };
    Vnet {
        address,
        at,
        name,
        resource_group,
        space,
        subnets: Vec::new(),
        more_subnets: Some(why.clone()),
        peers: Vec::new(),
        more_peers: Some(why.clone()),
        declared: false,
        outside: vec![Outside::unknown(why)],
    }
}

/// A subnet that the code names but does not declare.
fn unseen_subnet(address: &Arc<str>, at: At, name: Field<String>, vnet: Result<VnetId, Undecided>, why: Undecided) -> Subnet {
    Subnet {
        address: Arc::clone(address),
        name,
        prefixes: vec![Field::new("address_prefixes", State::Unknown(why.clone()), at.clone())],
        vnet: link("virtual_network_name", vnet, at.clone()),
        delegations: Field::new("delegation", State::Unknown(why.clone()), at.clone()),
        route_table: Field::new("route_table_id", State::Unknown(why.clone()), at.clone()),
        nat_gateway: Field::new("nat_gateway_id", State::Unknown(why.clone()), at.clone()),
        security_group: Field::new(security::GROUP_ID, State::Unknown(why), at.clone()),
        at,
    }
}

/// Things that other resources name by their name.
struct Candidates<'a> {
    /// Of each, its name and the module it stands in.
    names: &'a [(Option<Val>, Arc<str>)],
    /// Which of them a resource stands for.
    referred: &'a dyn Fn(&Arc<str>) -> Option<usize>,
    /// Whether one is certainly in another resource group.
    other_group: &'a dyn Fn(usize) -> bool,
    /// What to say when several have the name.
    ambiguous: &'static str,
}

impl Candidates<'_> {
    /// The one with a name: the one that the name was read from, else the one of that name in the same module, else the only one of that
    /// name anywhere; `None` when there is none.
    ///
    /// # Errors
    /// The reason, when it may be any of several, or the name is not known.
    fn named(&self, name: &Val, module: &Arc<str>) -> Result<Option<usize>, Undecided> {
        let is_name_of = |id: &usize| self.names.get(*id).and_then(|(n, _)| n.as_ref()).is_some_and(|n| same(n, name));
        let mut read_from = name.at.hops.iter().filter_map(|h| (self.referred)(h.resource.as_ref()?));
        if let Some(id) = read_from.find(is_name_of) {
            return Ok(Some(id));
        }
        let fits: Vec<usize> = (0..self.names.len()).filter(is_name_of).filter(|id| !(self.other_group)(*id)).collect();
        let here = |id: &&usize| self.names.get(**id).is_some_and(|(_, m)| m == module);
        if let Some(id) = fits.iter().find(here).or(if fits.len() == 1 { fits.first() } else { None }) {
            return Ok(Some(*id));
        }
        if !fits.is_empty() {
            return Err(Undecided::new(self.ambiguous, Some(name.at.site)));
        }
        if name.value.as_str().is_none() && name.value.as_unknown().is_none_or(|u| u.term.is_none()) {
            return Err(read::undecided(name));
        }
        Ok(None)
    }
}

/// Whether two names are certainly not the same.
fn other_name(a: &Field<String>, b: &Field<String>) -> bool {
    matches!((a.known(), b.known()), (Ok(Some(a)), Ok(Some(b))) if !a.eq_ignore_ascii_case(b))
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

/// Whether two values are certainly the same text.
fn same(a: &Val, b: &Val) -> bool {
    match (&a.value, &b.value) {
        (Value::String(a), Value::String(b)) => a.eq_ignore_ascii_case(b),
        (Value::Unknown(a), Value::Unknown(b)) => a.term.is_some() && a.term == b.term,
        _ => false,
    }
}

/// The parts of an id, known and unknown ones.
pub(super) fn parts_of_id(id: &Val) -> Result<Arc<[TermPart]>, Undecided> {
    match &id.value {
        Value::String(text) => Ok(Arc::new([TermPart::Text(Arc::clone(text))])),
        Value::Unknown(unknown) => unknown.term.as_ref().map(|t| Arc::clone(&t.0)).ok_or_else(|| read::undecided(id)),
        _ => Err(read::undecided(id)),
    }
}

/// The id of a VNet, from its own or that of something in it, in lower case: Azure does not tell letter cases apart.
fn id_of_vnet(parts: &[TermPart]) -> Arc<[TermPart]> {
    let mut own = Vec::new();
    for part in parts {
        let TermPart::Text(text) = part else {
            own.push(part.clone());
            continue;
        };
        let text = text.to_ascii_lowercase();
        let (before, rest) = text.split_once("/subnets/").map_or((text.as_str(), None), |(before, rest)| (before, Some(rest)));
        own.push(TermPart::Text(before.into()));
        if rest.is_some() {
            break;
        }
    }
    own.into()
}

/// A name that an id shows, or may hide.
fn named_in_id(attribute: &'static str, name: Option<&String>, id: &Val) -> Field<String> {
    link(attribute, name.cloned().ok_or_else(|| read::undecided(id)), id.at.clone())
}

/// The names that the id of a VNet or subnet shows.
#[derive(Default)]
struct IdNames {
    group: Option<String>,
    vnet: Option<String>,
    subnet: Option<String>,
}

/// Reads `/subscriptions/../resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V/subnets/S`, of which parts may be unknown.
fn names_in_id(parts: &[TermPart]) -> IdNames {
    let name = |kind| name_in_id(parts, kind);
    IdNames { group: name("resourceGroups"), vnet: name("virtualNetworks"), subnet: name("subnets") }
}

/// The name that follows a kind of resource in an id, unless it is unknown.
pub(super) fn name_in_id(parts: &[TermPart], kind: &str) -> Option<String> {
    // An unknown part is a character that no id has; a name with one in it is unknown.
    const UNKNOWN: &str = "\u{0}";
    let text: String = parts
        .iter()
        .map(|p| match p {
            TermPart::Text(text) => text,
            _ => UNKNOWN,
        })
        .collect();
    let segments: Vec<&str> = text.split('/').collect();
    let named = segments.windows(2).find_map(|pair| match pair {
        [word, name] if word.eq_ignore_ascii_case(kind) => Some(*name),
        _ => None,
    })?;
    (!named.is_empty() && !named.contains(UNKNOWN)).then(|| named.to_owned())
}
