//! Subnets and virtual networks of the model.

use super::{Field, Sorted, State, Taken, Undecided, both};
use crate::cidr::Cidr;
use crate::value::At;
use std::sync::Arc;

/// Names a subnet of a [`super::World`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubnetId(pub(super) usize);

/// Names a VNet of a [`super::World`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VnetId(pub(super) usize);

/// A subnet.
#[derive(Clone, Debug)]
pub struct Subnet {
    /// Its address in the code, or its Azure id where the code does not declare it.
    pub address: Arc<str>,
    /// Where it is declared, or named.
    pub at: At,
    /// Its name.
    pub name: Field<String>,
    /// Its ranges. A list that cannot be known is one unknown field.
    pub prefixes: Vec<Field<Cidr>>,
    /// The VNet it is part of.
    pub vnet: Field<VnetId>,
    /// The services that it is delegated to.
    pub delegations: Field<Vec<String>>,
    /// Its route table. Absent: this code gives it none.
    pub route_table: Field<Arc<RouteTable>>,
    /// Its NAT gateway. Absent: this code gives it none.
    pub nat_gateway: Field<NatGateway>,
    /// Its network security group. Absent: this code gives it none.
    pub security_group: Field<Arc<SecurityGroup>>,
}

/// A route table.
#[derive(Clone, Debug)]
pub struct RouteTable {
    /// Its address in the code, or its Azure id where the code does not declare it.
    pub address: Arc<str>,
    /// Where it is declared, or named.
    pub at: At,
    /// Whether its subnets also learn routes over BGP. Absent means yes.
    pub learns_routes: Field<bool>,
    /// The routes that are known.
    pub routes: Vec<Route>,
    /// Set when it may have routes that the code does not show: why.
    pub more_routes: Option<Undecided>,
}

/// A route of a route table.
#[derive(Clone, Debug)]
pub struct Route {
    /// Where it is declared.
    pub at: At,
    /// What it is for: a range, or the name of a service.
    pub prefix: Field<String>,
    /// The kind of the next hop as written: `VirtualAppliance`, `Internet`, ..
    pub next_hop: Field<String>,
}

/// A NAT gateway.
#[derive(Clone, Debug)]
pub struct NatGateway {
    /// Its address in the code, or its Azure id where the code does not declare it.
    pub address: Arc<str>,
    /// Where it is declared, or named.
    pub at: At,
    /// Its SKU as written. Absent means `Standard`.
    pub sku: Field<String>,
}

/// A network security group.
#[derive(Clone, Debug)]
pub struct SecurityGroup {
    /// Its address in the code, or its Azure id where the code does not declare it.
    pub address: Arc<str>,
    /// Where it is declared, or named.
    pub at: At,
    /// The rules that are known, in no order. Azure's own rules, which come after all others, are not among them.
    pub rules: Vec<SecurityRule>,
    /// Set when it may have rules that the code does not show: why.
    pub more_rules: Option<Undecided>,
}

/// A rule of a network security group.
#[derive(Clone, Debug)]
pub struct SecurityRule {
    /// Where it is declared.
    pub at: At,
    /// Its name.
    pub name: Field<String>,
    /// Its place among the rules of a direction: the smallest number comes first.
    pub priority: Field<u64>,
    /// `inbound` or `outbound`, lower case.
    pub direction: Field<String>,
    /// `allow` or `deny`, lower case.
    pub access: Field<String>,
    /// The protocol as written: `*`, `Tcp`, ..
    pub protocol: Field<String>,
    /// Where the traffic comes from: any of these. A list that cannot be known is one unknown field.
    pub sources: Vec<Field<Addresses>>,
    /// From which ports, both ends included.
    pub source_ports: Vec<Field<(u16, u16)>>,
    /// Where the traffic goes to.
    pub destinations: Vec<Field<Addresses>>,
    /// To which ports, both ends included.
    pub destination_ports: Vec<Field<(u16, u16)>>,
}

/// Addresses as a security rule names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// `*`.
    Any,
    /// A range, or a single address.
    Range(Cidr),
    /// A service tag as written: `VirtualNetwork`, `Internet`, ..
    Tag(String),
}

/// A virtual network.
#[derive(Clone, Debug)]
pub struct Vnet {
    /// Its address in the code, or its Azure id where the code does not declare it.
    pub address: Arc<str>,
    /// Where it is declared, or named.
    pub at: At,
    /// Its name.
    pub name: Field<String>,
    /// The name of its resource group.
    pub resource_group: Field<String>,
    /// Its address space. A list that cannot be known is one unknown field.
    pub space: Vec<Field<Cidr>>,
    /// Its subnets.
    pub subnets: Vec<SubnetId>,
    /// The ranges of these.
    pub ranges: SubnetRanges,
    /// Set when it may have subnets that the code does not show: why.
    pub more_subnets: Option<Undecided>,
    /// The VNets that it is peered with, each once, whichever of the two declares it.
    pub peers: Vec<Peer>,
    /// Set when it may be peered with VNets that are not among `peers`: why.
    pub more_peers: Option<Undecided>,
    /// Whether the code declares it.
    pub declared: bool,
    /// The networks outside Azure that it reaches through gateways of its own.
    pub outside: Vec<Outside>,
}

/// The ranges of the subnets of a VNet, for those who look for few of many.
#[derive(Clone, Debug, Default)]
pub struct SubnetRanges {
    /// Of each that is known, the subnet, and its place among the subnet's ranges.
    known: Vec<(SubnetId, usize)>,
    sorted: Sorted,
    taken: Taken,
    /// The subnets that have ranges which are not known.
    pub unknown: Vec<SubnetId>,
}

impl SubnetRanges {
    /// Those of these subnets.
    pub(super) fn of(ids: &[SubnetId], subnets: &[Subnet]) -> Self {
        let (mut ranges, mut cidrs) = (Self::default(), Vec::new());
        for (id, subnet) in ids.iter().filter_map(|id| Some((*id, subnets.get(id.0)?))) {
            for (place, field) in subnet.prefixes.iter().enumerate() {
                match &field.state {
                    State::Set(cidr) | State::Default(cidr) => {
                        ranges.known.push((id, place));
                        cidrs.push(*cidr);
                    }
                    State::Absent => {}
                    State::Unknown(_) if ranges.unknown.last() == Some(&id) => {}
                    State::Unknown(_) => ranges.unknown.push(id),
                }
            }
        }
        ranges.sorted = Sorted::of(cidrs.iter().copied());
        ranges.taken = Taken::of(cidrs.into_iter());
        ranges
    }

    /// Those that are known: subnets, and places among their ranges.
    pub fn known(&self) -> impl Iterator<Item = (SubnetId, usize)> {
        self.known.iter().copied()
    }

    /// Those of them that overlap a range, in their order.
    pub fn overlapping(&self, cidr: &Cidr) -> impl Iterator<Item = (SubnetId, usize)> {
        self.sorted.overlapping(cidr).into_iter().filter_map(|place| self.known.get(place).copied())
    }

    /// The addresses of those that are known.
    pub fn taken(&self) -> &Taken {
        &self.taken
    }
}

/// A network outside Azure: on premises, or the machines of users.
#[derive(Clone, Debug)]
pub struct Outside {
    /// How to call it in a message.
    pub title: String,
    /// Its ranges; none where nothing is known of it.
    pub ranges: Vec<Field<Cidr>>,
    /// Why it may not be reached, or not be the only one; always set where there are no ranges.
    pub doubt: Option<Undecided>,
}

impl Outside {
    /// Networks of which nothing is known.
    pub fn unknown(why: Undecided) -> Self {
        Self { title: String::new(), ranges: Vec::new(), doubt: Some(why) }
    }

    /// The same, with a doubt where there is none yet.
    #[must_use]
    pub fn or_doubt(mut self, doubt: Option<&Undecided>) -> Self {
        self.doubt = self.doubt.or_else(|| doubt.cloned());
        self
    }
}

/// One end of a peering, as seen from the other.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The VNet at that end.
    pub vnet: VnetId,
    /// What connects the two: `peering`, or `hub connection`.
    pub by: &'static str,
    /// The address of the peering in the code.
    pub address: Arc<str>,
    /// Whether gateways in the VNet at that end are used from here, or why that is not known.
    pub uses_gateways: Result<bool, Undecided>,
    /// Where the peering names that VNet, and from where that came.
    pub at: At,
}

impl Subnet {
    /// How to call the subnet in a message.
    pub fn title(&self) -> String {
        match self.name.known() {
            Ok(Some(name)) => name.clone(),
            _ => self.address.to_string(),
        }
    }
}

impl Vnet {
    /// Whether this and another are certainly one VNet, or certainly two: the code may name one VNet in two ways, and a different name or
    /// resource group tells them apart.
    ///
    /// # Errors
    /// The reason, when their names do not say.
    pub fn is_same(&self, other: &Vnet) -> Result<bool, Undecided> {
        let same_text = |a: &Field<String>, b: &Field<String>| match (a.known()?, b.known()?) {
            (Some(a), Some(b)) => Ok(a.eq_ignore_ascii_case(b)),
            _ => {
                let reason = format!("it is not known whether VNet {} and VNet {} are the same", self.title(), other.title());
                Err(Undecided::new(reason, Some(other.at.site)))
            }
        };
        both(same_text(&self.name, &other.name), same_text(&self.resource_group, &other.resource_group))
    }

    /// How to call the VNet in a message.
    pub fn title(&self) -> String {
        match self.name.known() {
            Ok(Some(name)) => name.clone(),
            _ => self.address.to_string(),
        }
    }
}
