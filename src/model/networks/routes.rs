//! Route tables and NAT gateways, and the subnets that have them.

use super::{Field, Networks, Part, State, Subnet, SubnetId, Undecided, read};
use crate::model::fields::{Vocabulary, is_kind};
use crate::model::{NatGateway, Route, RouteTable, arm};
use crate::tree::Resource;
use crate::value::{At, Term, TermPart, Val};
use std::collections::HashMap;
use std::sync::Arc;

const TABLE: &str = "azurerm_route_table";
const ROUTE: &str = "azurerm_route";
const GATEWAY: &str = "azurerm_nat_gateway";
const TABLE_OF_SUBNET: &str = "azurerm_subnet_route_table_association";
const GATEWAY_OF_SUBNET: &str = "azurerm_subnet_nat_gateway_association";

/// The types of resources that say how traffic leaves a subnet.
pub(super) const KINDS: [&str; 5] = [TABLE, ROUTE, GATEWAY, TABLE_OF_SUBNET, GATEWAY_OF_SUBNET];

const TABLE_ID: &str = "route_table_id";
const GATEWAY_ID: &str = "nat_gateway_id";

/// Route tables and NAT gateways that code can name.
#[derive(Default)]
pub(super) struct Outbound {
    tables: Vec<Arc<RouteTable>>,
    /// Of each table, the resource group, the value of its name and the module it stands in, to link what names it.
    groups: Vec<Field<String>>,
    names: Vec<(Option<Val>, Arc<str>)>,
    table_by_address: HashMap<Arc<str>, usize>,
    gateways: HashMap<Term, NatGateway>,
}

impl Outbound {
    pub(super) fn read(resources: &[Resource]) -> Self {
        let mut outbound = Self::default();
        let of = |kind: &'static str, existing: bool| {
            resources.iter().filter(move |r| is_kind(&r.kind, kind) && r.existing == existing && !arm::is_update(r))
        };
        of(TABLE, false).for_each(|r| outbound.add_table(r));
        of(TABLE, true).for_each(|r| outbound.add_existing_table(r));
        of(ROUTE, false).for_each(|r| outbound.add_route(r));
        for gateway in of(GATEWAY, false).chain(of(GATEWAY, true)) {
            let body = Part::resource(gateway);
            let gateway = NatGateway {
                address: Arc::clone(&gateway.address),
                at: body.at.clone(),
                sku: if gateway.existing {
                    unknown("sku_name", read_from_azure(gateway), &body.at)
                } else {
                    body.text(&["sku_name"])
                },
            };
            outbound.gateways.insert(Term::attribute(&gateway.address, "id"), gateway);
        }
        outbound
    }

    fn push_table(&mut self, resource: &Resource, table: RouteTable) {
        let body = Part::resource(resource);
        self.table_by_address.insert(Arc::clone(&resource.address), self.tables.len());
        self.tables.push(Arc::new(table));
        self.groups.push(body.text(&["resource_group_name"]));
        self.names.push((body.get("name").cloned(), Arc::clone(&resource.module)));
    }

    fn add_table(&mut self, resource: &Resource) {
        let body = Part::resource(resource);
        let mut table = RouteTable {
            address: Arc::clone(&resource.address),
            at: body.at.clone(),
            learns_routes: learns_routes(&body),
            routes: Vec::new(),
            more_routes: None,
        };
        match body.parts("route") {
            Ok(parts) => table.routes.extend(parts.iter().map(route)),
            Err((why, _)) => table.more_routes = Some(why),
        }
        self.push_table(resource, table);
    }

    /// A table that code only reads: the declared one of that name, if there is one.
    fn add_existing_table(&mut self, resource: &Resource) {
        let body = Part::resource(resource);
        match self.table_named(body.get("name"), &body, &resource.module) {
            Ok(Some(declared)) => _ = self.table_by_address.insert(Arc::clone(&resource.address), declared),
            _ => self.push_table(resource, unseen_table(&resource.address, body.at.clone(), &read_from_azure(resource))),
        }
    }

    /// A route with a resource of its own.
    fn add_route(&mut self, resource: &Resource) {
        let body = Part::resource(resource);
        let name = body.get("route_table_name");
        let table = match body.get("parent").filter(|_| body.vocabulary() == Vocabulary::Arm) {
            Some(id) => parent(id, "routeTables", &self.table_by_address),
            None => self.table_named(name, &body, &resource.module),
        };
        match table {
            Ok(Some(id)) => {
                let Some(table) = self.tables.get_mut(id) else { return };
                let missing = resource.repeated.as_ref().map(read::undecided);
                match missing.or_else(|| super::may_be_missing(resource, &table.address)) {
                    None => Arc::make_mut(table).routes.push(route(&body)),
                    Some(why) => _ = Arc::make_mut(table).more_routes.get_or_insert(why),
                }
            }
            Ok(None) => self.doubt_look_alikes(name, None),
            Err(why) => self.doubt_look_alikes(name, Some(why)),
        }
    }

    /// A route may be one of any table whose name is not known to be another.
    fn doubt_look_alikes(&mut self, name: Option<&Val>, why: Option<Undecided>) {
        let not_a_text = |val: &&Val| val.value.as_str().is_none();
        for (table, (own, _)) in self.tables.iter_mut().zip(&self.names) {
            let unknown = || name.filter(not_a_text).or(own.as_ref().filter(not_a_text)).map(read::undecided);
            if let Some(why) = why.clone().or_else(unknown).filter(|_| !differ(own.as_ref(), name)) {
                Arc::make_mut(table).more_routes.get_or_insert(why);
            }
        }
    }

    /// The declared table with a name, if there is one.
    fn table_named(&self, name: Option<&Val>, names_it: &Part<'_>, module: &Arc<str>) -> Result<Option<usize>, Undecided> {
        let Some(name) = name else {
            return Err(Undecided::new("no route table is named here", Some(names_it.at.site)));
        };
        let group = names_it.text(&["resource_group_name"]);
        let candidates = super::Candidates {
            names: &self.names,
            referred: &|address| self.table_by_address.get(address).copied(),
            other_group: &|id| self.groups.get(id).is_some_and(|own| super::other_name(own, &group)),
            ambiguous: "several route tables have this name",
        };
        candidates.named(name, module)
    }

    /// The table that a value names by its id.
    fn table(&self, id: &Val) -> Arc<RouteTable> {
        let known = reference(id).and_then(|address| self.tables.get(*self.table_by_address.get(address)?));
        known.cloned().unwrap_or_else(|| Arc::new(unseen_table(&title(id, "the route table"), id.at.clone(), &not_shown(id))))
    }

    /// The gateway that a value names by its id.
    fn gateway(&self, id: &Val) -> NatGateway {
        let known = reference(id).and_then(|address| self.gateways.get(&Term::attribute(address, "id")));
        known.cloned().unwrap_or_else(|| NatGateway {
            address: title(id, "the NAT gateway"),
            at: id.at.clone(),
            sku: unknown("sku_name", not_shown(id), &id.at),
        })
    }

    /// The table that a subnet names itself: inside a VNet, or with an attribute that azurerm writes but does not read.
    pub(super) fn own_table(&self, subnet: &Part<'_>) -> Field<Arc<RouteTable>> {
        own(subnet, &[TABLE_ID, "route_table_id_wo"], |id| self.table(id))
    }
}

impl Outbound {
    /// The gateway that a subnet names itself, as it does in the names of Resource Manager.
    pub(super) fn own_gateway(&self, subnet: &Part<'_>) -> Field<NatGateway> {
        let name = subnet.spelled(GATEWAY_ID);
        let id = match (subnet.vocabulary(), subnet.find(GATEWAY_ID)) {
            (Vocabulary::Azurerm, _) | (_, Ok(None)) => return Field::new(name, State::Absent, subnet.at.clone()),
            (_, Err(why)) => return unknown(name, why, &subnet.at),
            (_, Ok(Some(id))) => id,
        };
        if id.value.as_str().is_none() && reference(id).is_none() {
            return unknown(name, read::undecided(id), &id.at);
        }
        Field::new(name, State::Set(self.gateway(id)), id.at.clone())
    }
}

/// What a subnet names itself by one of these attributes.
pub(super) fn own<T>(subnet: &Part<'_>, names: &[&'static str], find: impl Fn(&Val) -> T) -> Field<T> {
    if let Some((name, why)) = names.iter().find_map(|name| Some((*name, subnet.find(name).err()?))) {
        return unknown(subnet.spelled(name), why, &subnet.at);
    }
    let (name, id) = subnet.either(names);
    let Some(id) = id.filter(|id| id.value.as_str() != Some("")) else {
        return Field::new(name, State::Absent, subnet.at.clone());
    };
    // Something that is not known may be null.
    if id.value.as_str().is_none() && reference(id).is_none() {
        return unknown(name, read::undecided(id), &id.at);
    }
    Field::new(name, State::Set(find(id)), id.at.clone())
}

/// What seemed to be absent may be there.
fn doubt<T>(field: &mut Field<T>, why: &Undecided) {
    if matches!(field.state, State::Absent) {
        field.state = State::Unknown(why.clone());
    }
}

impl Networks {
    /// Adds the route tables and NAT gateways that subnets have by resources of their own.
    pub(super) fn add_outbound(&mut self, resources: &[Resource]) {
        for resource in resources.iter().filter(|r| !r.existing) {
            match &*resource.kind {
                TABLE_OF_SUBNET => self.add_association(
                    resource,
                    TABLE_ID,
                    |networks, id| networks.outbound.table(id),
                    |subnet| &mut subnet.route_table,
                ),
                GATEWAY_OF_SUBNET => {
                    self.add_association(
                        resource,
                        GATEWAY_ID,
                        |networks, id| networks.outbound.gateway(id),
                        |subnet| &mut subnet.nat_gateway,
                    );
                }
                _ => {}
            }
        }
    }

    /// Adds what a resource gives to a subnet.
    pub(super) fn add_association<T>(
        &mut self,
        resource: &Resource,
        name: &'static str,
        find: fn(&Self, &Val) -> T,
        slot: fn(&mut Subnet) -> &mut Field<T>,
    ) {
        let body = Part::resource(resource);
        let subnet = match body.get("subnet_id") {
            Some(id) => self.find_subnet(id),
            None => Err(Undecided::new("no subnet is named here", Some(resource.header))),
        };
        let doubt = |subnet: &mut Subnet, why: &Undecided| doubt(slot(subnet), why);
        let id = match subnet {
            Ok(id) => id,
            // It may be any subnet.
            Err(why) => return self.subnets.iter_mut().for_each(|subnet| doubt(subnet, &why)),
        };
        let found = body.get(name).map(|val| (find(self, val), val));
        let Some(subnet) = self.subnets.get_mut(id.0) else { return };
        let missing =
            resource.repeated.as_ref().map(read::undecided).or_else(|| super::may_be_missing(resource, &subnet.address));
        match (missing, found) {
            (None, Some((found, val))) => *slot(subnet) = Field::new(name, State::Set(found), val.at.clone()),
            (None, None) => doubt(subnet, &Undecided::new(format!("{name} is not set here"), Some(resource.header))),
            (Some(why), _) => doubt(subnet, &why),
        }
        self.each_look_alike(id, |subnet, why| doubt(subnet, why));
    }

    /// Where a subnet is one that the code does not declare: the declared ones that may be the same, by names that are not known.
    fn each_look_alike(&mut self, id: SubnetId, doubt: impl Fn(&mut Subnet, &Undecided)) {
        if id.0 < self.declared_subnets {
            return;
        }
        let Some(unseen) = self.subnets.get(id.0).cloned() else { return };
        let why = unseen.name.known().err().or_else(|| unseen.vnet.known().err()).unwrap_or_else(|| {
            Undecided::new(format!("whether subnet {} is one of this code is not known", unseen.title()), Some(unseen.at.site))
        });
        let vnets = &self.vnets;
        let other_vnet = |a: &Subnet, b: &Subnet| {
            let vnet = |s: &Subnet| s.vnet.known().ok().flatten().and_then(|id| vnets.get(id.0));
            vnet(a).zip(vnet(b)).is_some_and(|(a, b)| a.is_same(b) == Ok(false))
        };
        for subnet in self.subnets.iter_mut().take(self.declared_subnets) {
            if !super::other_name(&subnet.name, &unseen.name) && !other_vnet(subnet, &unseen) {
                doubt(subnet, &why);
            }
        }
    }
}

fn route(part: &Part<'_>) -> Route {
    Route { at: part.at.clone(), prefix: part.text(&["address_prefix"]), next_hop: part.text(&["next_hop_type"]) }
}

/// Until azurerm 4.0, an attribute with the opposite meaning. Azure's default is to learn them.
fn learns_routes(table: &Part<'_>) -> Field<bool> {
    let old = table.truth(&["disable_bgp_route_propagation"]).map(|off| !off);
    match old.state {
        State::Absent => table.truth(&["bgp_route_propagation_enabled"]),
        _ => old,
    }
}

/// A table that the code names but does not declare.
fn unseen_table(address: &Arc<str>, at: At, why: &Undecided) -> RouteTable {
    RouteTable {
        address: Arc::clone(address),
        learns_routes: unknown("bgp_route_propagation_enabled", why.clone(), &at),
        at,
        routes: Vec::new(),
        more_routes: Some(why.clone()),
    }
}

pub(super) fn unknown<T>(name: &'static str, why: Undecided, at: &At) -> Field<T> {
    Field::new(name, State::Unknown(why), at.clone())
}

pub(super) fn read_from_azure(resource: &Resource) -> Undecided {
    Undecided::new(format!("{} is read from Azure", resource.address), Some(resource.header))
}

/// Why nothing is known of what an id names.
pub(super) fn not_shown(id: &Val) -> Undecided {
    match id.value.as_str() {
        Some(text) => Undecided::new(format!("{text} {}", super::NOT_DECLARED), Some(id.at.site)),
        None => read::undecided(id),
    }
}

/// How to call what an id names when the code does not declare it.
pub(super) fn title(id: &Val, otherwise: &str) -> Arc<str> {
    id.value.as_str().unwrap_or(otherwise).into()
}

/// The resource whose id this is, if it is one's.
pub(super) fn reference(id: &Val) -> Option<&Arc<str>> {
    match id.value.as_unknown()?.term.as_ref().map(|t| &*t.0)? {
        [TermPart::Attribute(address, path)] if &**path == "id" => Some(address),
        _ => None,
    }
}

/// Which of the things that code declares something stands in, by the id of that: `None` when it is another one.
///
/// # Errors
/// The reason, when it may be any.
pub(super) fn parent(id: &Val, kind: &str, declared: &HashMap<Arc<str>, usize>) -> Result<Option<usize>, Undecided> {
    match reference(id) {
        Some(address) => Ok(declared.get(address).copied()),
        None => super::name_in_id(&super::parts_of_id(id)?, kind).map(|_| None).ok_or_else(|| read::undecided(id)),
    }
}

/// Whether two names are certainly not the same.
pub(super) fn differ(a: Option<&Val>, b: Option<&Val>) -> bool {
    let text = |val: Option<&Val>| val.and_then(|v| v.value.as_str().map(str::to_ascii_lowercase));
    text(a).zip(text(b)).is_some_and(|(a, b)| a != b)
}
