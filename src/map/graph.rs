//! What a cluster is connected with, and how.

use crate::cidr::Cidr;
use crate::model::{Cluster, Field, Pool, Subnet, SubnetId, Undecided, Vnet, VnetId, World};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Things and their connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Graph {
    /// The things; the cluster comes first.
    pub nodes: Vec<Node>,
    /// The connections.
    pub edges: Vec<Edge>,
}

/// A thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its name, or its address in the code.
    pub name: String,
    /// Ranges of it that are known, or why nothing is known of it.
    pub details: Vec<String>,
    /// Whether the code shows that it is there.
    pub known: bool,
}

/// What a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeKind {
    /// The cluster.
    Cluster,
    /// A subnet of its nodes or of its API server.
    Subnet,
    /// A VNet that such a subnet is in.
    Vnet,
    /// A VNet that is peered with one of these.
    PeeredVnet,
    /// A gateway and what is behind it, or a NAT gateway.
    Gateway,
}

impl NodeKind {
    /// As people call it; nothing where the name says it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Cluster | Self::Gateway => "",
            Self::Subnet => "subnet",
            Self::Vnet => "VNet",
            Self::PeeredVnet => "peered VNet",
        }
    }
}

/// A connection of two things.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Edge {
    /// The place of one in [`Graph::nodes`].
    pub from: usize,
    /// The place of the other.
    pub to: usize,
    /// What connects them: `node pool system`, or the address of a peering. Empty where one is in the other.
    pub label: String,
}

/// The graph around a cluster.
pub(super) fn of(world: &World, cluster: &Cluster) -> Graph {
    let mut drawing = Drawing { world, graph: Graph::default(), subnets: HashMap::new(), vnets: HashMap::new() };
    let root = drawing.node(NodeKind::Cluster, cluster.address.to_string(), Vec::new(), true);
    drawing.pools(root, cluster);
    if let Ok(Some(id)) = cluster.api_server_subnet.known() {
        let subnet = drawing.subnet(*id);
        drawing.edge(root, subnet, "API server");
    }
    drawing.graph
}

struct Drawing<'a> {
    world: &'a World,
    graph: Graph,
    subnets: HashMap<SubnetId, usize>,
    vnets: HashMap<VnetId, usize>,
}

impl Drawing<'_> {
    fn node(&mut self, kind: NodeKind, name: String, details: Vec<String>, known: bool) -> usize {
        self.graph.nodes.push(Node { kind, name, details, known });
        self.graph.nodes.len() - 1
    }

    fn unknown(&mut self, kind: NodeKind, name: &str, why: &Undecided) -> usize {
        self.node(kind, name.to_owned(), vec![why.reason.to_string()], false)
    }

    fn edge(&mut self, from: usize, to: usize, label: impl Into<String>) {
        self.graph.edges.push(Edge { from, to, label: label.into() });
    }

    /// The subnets that pools are in, each with the names of its pools.
    fn pools(&mut self, root: usize, cluster: &Cluster) {
        let mut by_subnet: BTreeMap<SubnetId, Vec<String>> = BTreeMap::new();
        let (mut made, mut lost): (Vec<String>, Vec<(String, Undecided)>) = Default::default();
        for pool in &cluster.pools {
            match pool.subnet.known() {
                Ok(Some(id)) => by_subnet.entry(*id).or_default().push(name_of(pool)),
                Ok(None) => made.push(name_of(pool)),
                Err(why) => lost.push((name_of(pool), why)),
            }
        }
        for (id, pools) in by_subnet {
            let subnet = self.subnet(id);
            self.edge(root, subnet, pools_title(&pools));
        }
        if !made.is_empty() {
            let is_alone = self.subnets.is_empty();
            let name = if is_alone { "made by AKS" } else { "not named: perhaps that of other pools" };
            let subnet = self.node(NodeKind::Subnet, name.to_owned(), Vec::new(), is_alone);
            self.edge(root, subnet, pools_title(&made));
        }
        if let Some((_, why)) = lost.first() {
            let subnet = self.unknown(NodeKind::Subnet, "unknown", why);
            let names: Vec<String> = lost.iter().map(|(name, _)| name.clone()).collect();
            self.edge(root, subnet, pools_title(&names));
        }
        if let Some(why) = &cluster.more_pools {
            let subnet = self.unknown(NodeKind::Subnet, "unknown", why);
            self.edge(root, subnet, "perhaps more node pools");
        }
    }

    fn subnet(&mut self, id: SubnetId) -> usize {
        if let Some(known) = self.subnets.get(&id) {
            return *known;
        }
        let Some(subnet) = self.world.subnet(id) else {
            return self.node(NodeKind::Subnet, "unknown".to_owned(), Vec::new(), false);
        };
        let details = subnet.prefixes.iter().filter_map(known_or_why).collect();
        let place = self.node(NodeKind::Subnet, subnet.title(), details, true);
        self.subnets.insert(id, place);
        match subnet.vnet.known() {
            Ok(Some(vnet)) => {
                let vnet = self.vnet(*vnet);
                self.edge(place, vnet, "");
            }
            Ok(None) => {}
            Err(why) => {
                let vnet = self.unknown(NodeKind::Vnet, "unknown", &why);
                self.edge(place, vnet, "");
            }
        }
        self.nat_gateway(place, subnet);
        place
    }

    fn nat_gateway(&mut self, place: usize, subnet: &Subnet) {
        if let Ok(Some(nat)) = subnet.nat_gateway.known() {
            let name = format!("NAT gateway {}", nat.address);
            let same = self.graph.nodes.iter().position(|node| node.kind == NodeKind::Gateway && node.name == name);
            let gateway = same.unwrap_or_else(|| self.node(NodeKind::Gateway, name, Vec::new(), true));
            self.edge(place, gateway, "outbound");
        }
    }

    fn vnet(&mut self, id: VnetId) -> usize {
        if let Some(known) = self.vnets.get(&id) {
            return *known;
        }
        let world = self.world;
        let Some(vnet) = world.vnet(id) else {
            return self.node(NodeKind::Vnet, "unknown".to_owned(), Vec::new(), false);
        };
        let place = self.node(NodeKind::Vnet, vnet.title(), space(vnet), true);
        self.vnets.insert(id, place);
        for peer in &vnet.peers {
            let Some(remote) = world.vnet(peer.vnet) else { continue };
            let far = match self.vnets.get(&peer.vnet) {
                Some(known) => *known,
                None => {
                    let far = self.node(NodeKind::PeeredVnet, remote.title(), space(remote), true);
                    self.vnets.insert(peer.vnet, far);
                    if peer.uses_gateways != Ok(false) {
                        self.gateways(far, remote);
                    }
                    far
                }
            };
            self.edge(place, far, format!("{} {}", peer.by, peer.address));
        }
        if let Some(why) = &vnet.more_peers {
            let far = self.unknown(NodeKind::PeeredVnet, "perhaps others", why);
            self.edge(place, far, "");
        }
        self.gateways(place, vnet);
        place
    }

    /// What is reached through gateways of a VNet.
    fn gateways(&mut self, place: usize, vnet: &Vnet) {
        for outside in &vnet.outside {
            let gateway = match &outside.doubt {
                Some(why) if outside.title.is_empty() => self.unknown(NodeKind::Gateway, "perhaps others", why),
                doubt => {
                    let mut details: Vec<String> = outside.ranges.iter().filter_map(known_or_why).collect();
                    details.extend(doubt.iter().map(|why| why.reason.to_string()));
                    let name = outside.title.trim_start_matches("the ").to_owned();
                    self.node(NodeKind::Gateway, name, details, doubt.is_none())
                }
            };
            self.edge(place, gateway, "gateway");
        }
    }
}

fn space(vnet: &Vnet) -> Vec<String> {
    vnet.space.iter().filter_map(known_or_why).collect()
}

fn known_or_why(field: &Field<Cidr>) -> Option<String> {
    match field.known() {
        Ok(cidr) => cidr.map(Cidr::to_string),
        Err(why) => Some(why.reason.to_string()),
    }
}

fn name_of(pool: &Pool) -> String {
    pool.title().trim_start_matches("node pool ").to_owned()
}

/// `node pools system, user`.
fn pools_title(names: &[String]) -> String {
    format!("node pool{} {}", if names.len() == 1 { "" } else { "s" }, names.join(", "))
}
