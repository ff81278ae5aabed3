//! The one model that rules see: clusters, node pools, subnets and VNets, linked, whatever language they were written in.

mod arm;
mod change;
mod clusters;
mod field;
mod fields;
mod network;
mod networks;
mod read;
mod sorted;

pub use change::Change;
pub use clusters::{is_cluster, is_wanted};
pub use field::{Field, State, Undecided};
pub use network::{
    Addresses, NatGateway, Outside, Peer, Route, RouteTable, SecurityGroup, SecurityRule, Subnet, SubnetId, SubnetRanges, Vnet,
    VnetId,
};
pub use sorted::{Sorted, Taken};

use crate::api_version::ApiVersion;
use crate::cidr::{Cidr, Family};
use crate::date::Date;
use crate::facts::Facts;
use crate::tree::{Resource, Validation};
use crate::value::At;
use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

/// Everything one root module (with one set of variables) declares that matters to the network of AKS clusters.
#[derive(Debug, Default)]
pub struct World {
    /// The clusters, in the order of the code.
    pub clusters: Vec<Cluster>,
    /// The subnets: declared ones, and one for each subnet that a pool names without declaring it.
    pub subnets: Vec<Subnet>,
    /// The virtual networks, likewise.
    pub vnets: Vec<Vnet>,
    /// The address spaces of all of them.
    pub spaces: Taken,
    /// Set when the code also makes resources that are not shown, in a module from elsewhere say: why. What belongs to a subnet by a
    /// resource of its own may be among them.
    pub more_resources: Option<Undecided>,
    /// The subnets that the code gives to Application Gateways for Containers.
    pub ingress_subnets: Vec<IngressSubnet>,
    /// The Kubernetes ConfigMaps that the code makes.
    pub config_maps: Vec<ConfigMap>,
    /// The Bicep file that the template was compiled from, where the two are known to differ.
    pub compiled_from: Option<String>,
    /// What the user's configuration says of networks that the code does not show.
    pub told: Told,
    /// Conditions on the inputs of modules that do not hold, or may not.
    pub validations: Vec<Validation>,
}

/// Networks that clusters reach, as the user's configuration tells them. What is told is told completely.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The ranges on premises.
    pub on_premises: Option<Vec<Field<Cidr>>>,
    /// The address spaces of VNets that are connected and not in the code.
    pub peered: Option<Vec<Field<Cidr>>>,
}

/// A subnet association of an Application Gateway for Containers; which cluster the gateway serves is not known.
#[derive(Clone, Debug)]
pub struct IngressSubnet {
    /// The address of the association in the code.
    pub address: Arc<str>,
    /// The subnet.
    pub subnet: Field<SubnetId>,
}

/// A ConfigMap inside a cluster; which cluster is not known.
#[derive(Clone, Debug)]
pub struct ConfigMap {
    /// Its address in the code.
    pub address: Arc<str>,
    /// Its name.
    pub name: Field<String>,
    /// Its namespace; absent means `default`.
    pub namespace: Field<String>,
}

/// The program that sends the code to Azure: some of what is refused is refused by it, not by Azure.
#[derive(Clone, Debug)]
pub enum Deployer {
    /// The azurerm provider of Terraform, of a version in this range.
    Azurerm(ProviderVersion),
    /// Azure Resource Manager itself (ARM, Bicep, azapi).
    ResourceManager {
        /// The version of the resource type.
        api_version: Field<ApiVersion>,
    },
}

/// The versions of the provider that the code allows: `least <= version < below`. `None` means no bound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderVersion {
    /// The lowest allowed version, as (major, minor, patch).
    pub least: Option<(u64, u64, u64)>,
    /// The lowest version that is too high.
    pub below: Option<(u64, u64, u64)>,
}

impl ProviderVersion {
    /// Whether only one version is allowed.
    pub fn is_exact(&self) -> bool {
        matches!((self.least, self.below), (Some((major, minor, patch)), Some(below)) if below == (major, minor, patch + 1))
    }

    /// Whether every allowed version is at least this one.
    pub fn surely_from(&self, version: (u64, u64, u64)) -> bool {
        self.least.is_some_and(|least| least >= version)
    }

    /// Whether every allowed version is below this one.
    pub fn surely_before(&self, version: (u64, u64, u64)) -> bool {
        self.below.is_some_and(|below| below <= version)
    }
}

/// An AKS cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its address in the code.
    pub address: Arc<str>,
    /// The line that declares it.
    pub at: At,
    /// Who deploys it.
    pub deployer: Deployer,
    /// Azure region in its short form: lower case, no spaces (`westeurope`).
    pub location: Field<String>,
    /// Kubernetes version as written, such as `1.29` or `1.29.4`.
    pub kubernetes_version: Field<String>,
    /// `free`, `standard` or `premium`, lower case. Absent means Free.
    pub sku_tier: Field<String>,
    /// The network plugin, lower case: `azure`, `kubenet` or `none`.
    pub plugin: Field<String>,
    /// The network plugin mode as written (`overlay`); [`Field::raw`] has the case. Lower case here.
    pub mode: Field<String>,
    /// The data plane, lower case: `azure` or `cilium`. Azure's default is `azure`.
    pub data_plane: Field<String>,
    /// The network policy engine, lower case: `azure`, `calico`, `cilium` or `none`.
    pub policy: Field<String>,
    /// The pod ranges in order. Holds Azure's default where none is written and the mode gives pods a range of their own
    /// (or may do so); empty otherwise.
    pub pod_cidrs: Vec<Field<Cidr>>,
    /// The service ranges in order; Azure's default where none is written.
    pub service_cidrs: Vec<Field<Cidr>>,
    /// The address of the cluster's DNS service; Azure's default where none is written.
    pub dns_service_ip: Field<IpAddr>,
    /// How traffic leaves the cluster, as written: `userDefinedRouting`, .. Azure's default is `loadBalancer`.
    pub outbound_type: Field<String>,
    /// The SKU of the cluster's load balancer, lower case: `basic` or `standard`. Azure's default is `standard`.
    pub load_balancer_sku: Field<String>,
    /// Whether the API server has a private address only; `None` counts as no.
    pub private: Field<bool>,
    /// Whether the API server is in a subnet (API Server VNet Integration); absent counts as no.
    pub vnet_integration: Field<bool>,
    /// The subnet of the API server. Absent: one that AKS makes itself.
    pub api_server_subnet: Field<SubnetId>,
    /// The IP families. Azure's default is IPv4 alone.
    pub ip_families: Field<Vec<Family>>,
    /// Whether Azure adds and removes nodes as pods need them: `Auto` or `Manual`, as written. Absent means `Manual`.
    pub node_provisioning: Field<String>,
    /// The node pools that are known, the default pool first.
    pub pools: Vec<Pool>,
    /// Set when there may be more pools than those listed (an unknown `for_each`, say): why.
    pub more_pools: Option<Undecided>,
    /// The Application Gateway ingress controller add-on.
    pub agic: Field<Agic>,
    /// The virtual nodes (ACI connector) add-on, `true` when on.
    pub virtual_nodes: Field<bool>,
    /// The HTTP application routing add-on, `true` when on.
    pub http_application_routing: Field<bool>,
    /// Attributes in the code that not all versions of the azurerm provider or of Resource Manager's type have, by their key under
    /// `azurerm-attributes` in `rules/facts/plugin.toml`; under `api-properties` they go by [`Field::name`].
    pub deprecated: Vec<Field<&'static str>>,
    /// The kind of the cluster's identity, lower case: `systemassigned`, `userassigned`. Absent where it has a service principal.
    pub identity: Field<String>,
    /// What happens to the cluster, when it exists and a plan changes it.
    pub change: Option<Box<Change>>,
}

/// The Application Gateway ingress controller add-on, as far as the code says.
#[derive(Clone, Debug)]
pub struct Agic {
    /// The subnet that the gateway is or will be in, where the code shows it.
    pub subnet: Field<SubnetId>,
    /// The range of the gateway's subnet, where only a range is given and AKS makes the subnet itself.
    pub subnet_cidr: Field<Cidr>,
}

/// A node pool.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its address in the code; for the default pool, the cluster's.
    pub address: Arc<str>,
    /// What to point at when no attribute is to blame.
    pub at: At,
    /// Its name.
    pub name: Field<String>,
    /// The VM size as written.
    pub vm_size: Field<String>,
    /// The fixed number of nodes; Azure's default is 1.
    pub count: Field<u64>,
    /// Whether the autoscaler is on. Azure's default is off.
    pub autoscaling: Field<bool>,
    /// The autoscaler's minimum.
    pub min_count: Field<u64>,
    /// The autoscaler's maximum.
    pub max_count: Field<u64>,
    /// Pods per node; Azure's default depends on the network mode.
    pub max_pods: Field<u64>,
    /// Extra nodes during an upgrade as written: `33%` or `2`.
    pub max_surge: Field<String>,
    /// `linux` or `windows`. Azure's default is `linux`.
    pub os: Field<String>,
    /// The operating system's variant as written: `Windows2022`, `AzureLinux`, ..
    pub os_sku: Field<String>,
    /// `VirtualMachineScaleSets` (Azure's default), `AvailabilitySet` or `VirtualMachines`.
    pub kind: Field<String>,
    /// The subnet of the nodes. Absent: a VNet that AKS makes itself.
    pub subnet: Field<SubnetId>,
    /// The subnet of the pods, which only the flat network modes have: `true` when one is written.
    pub pod_subnet: Field<bool>,
    /// How the pods of a pod subnet get addresses, as written: `DynamicIndividual` or `StaticBlock`. Absent means one by one.
    pub pod_allocation: Field<String>,
    /// Set when the code repeats the pool a number of times that cannot be known: why.
    pub repeated: Option<Undecided>,
}

impl Cluster {
    /// Whether the network mode is Azure CNI Overlay. A mode of overlay counts whatever the plugin, since that is what was meant.
    pub fn is_overlay(&self) -> Result<bool, Undecided> {
        Ok(self.mode.known()?.is_some_and(|m| m == "overlay"))
    }

    /// Whether the plugin is kubenet.
    pub fn is_kubenet(&self) -> Result<bool, Undecided> {
        Ok(self.plugin.known()?.is_some_and(|p| p == "kubenet"))
    }

    /// Whether pods get addresses from a range of their own, the pod CIDR: overlay and kubenet.
    pub fn has_pod_range(&self) -> Result<bool, Undecided> {
        either(self.is_overlay(), self.is_kubenet())
    }

    /// Whether nodes and pods have IPv6 addresses beside IPv4 ones: the families say so, or the ranges have both.
    pub fn is_dual_stack(&self) -> Result<bool, Undecided> {
        let families = self.ip_families.known().map(|families| families.is_some_and(|list| has_both(list.iter().copied())));
        let ranges = either(lists_both(&self.pod_cidrs), lists_both(&self.service_cidrs));
        either(families, ranges)
    }

    /// Whether pods get addresses in blocks from a subnet of their own, which they may have in both families.
    pub fn has_static_pod_blocks(&self) -> Result<bool, Undecided> {
        let hidden = self.more_pools.clone().map_or(Ok(false), Err);
        let has_blocks = |pool: &Pool| both(pool.has_pod_subnet(), pool.pod_allocation.is("StaticBlock"));
        self.pools.iter().map(has_blocks).fold(hidden, |found, pool| either(pool, found))
    }

    /// Whether some pool has a subnet for its pods.
    pub fn has_pod_subnet(&self) -> Result<bool, Undecided> {
        let hidden = self.more_pools.clone().map_or(Ok(false), Err);
        self.pools.iter().map(Pool::has_pod_subnet).fold(hidden, |found, pool| either(pool, found))
    }

    /// The subnets of the node pools, each once, in the order of the pools.
    pub fn node_subnets(&self) -> Vec<(&Pool, SubnetId)> {
        let mut seen = HashSet::new();
        let in_subnets = self.pools.iter().filter_map(|pool| Some((pool, *pool.subnet.known().ok()??)));
        in_subnets.filter(|(_, id)| seen.insert(*id)).collect()
    }

    /// The reason why some pool's subnet is not known, if there is one.
    pub fn unknown_node_subnet(&self) -> Option<Undecided> {
        self.more_pools.clone().or_else(|| self.pools.iter().find_map(|p| p.subnet.known().err()))
    }
}

impl Pool {
    /// The largest number of nodes that the pool may reach: the autoscaler's maximum, else the count.
    pub fn max_nodes(&self) -> Result<u64, Undecided> {
        self.bound(&self.max_count)
    }

    /// The smallest number of nodes: the autoscaler's minimum, else the count.
    pub fn min_nodes(&self) -> Result<u64, Undecided> {
        self.bound(&self.min_count)
    }

    /// The field that [`Pool::max_nodes`] comes from: what to point at.
    pub fn max_nodes_field(&self) -> &Field<u64> {
        if matches!(self.autoscaling.known(), Ok(Some(true))) { &self.max_count } else { &self.count }
    }

    fn bound(&self, scaled: &Field<u64>) -> Result<u64, Undecided> {
        let field = if self.autoscaling.known()?.copied().unwrap_or(false) { scaled } else { &self.count };
        // Azure has a default for the count only; with the autoscaler on, it wants both bounds.
        let unset = || Undecided::new(format!("{} of {} is not set", field.name, self.title()), Some(field.at.site));
        field.known()?.copied().ok_or_else(unset)
    }

    /// Whether the pods have a subnet of their own.
    pub fn has_pod_subnet(&self) -> Result<bool, Undecided> {
        Ok(self.pod_subnet.known()?.copied().unwrap_or(false))
    }

    /// Whether the nodes run Windows.
    pub fn is_windows(&self) -> Result<bool, Undecided> {
        Ok(self.os.known()?.is_some_and(|os| os == "windows"))
    }

    /// How to call the pool in a message: `node pool system`, or by its address when the name is unknown.
    pub fn title(&self) -> String {
        match self.name.known() {
            Ok(Some(name)) => format!("node pool {name}"),
            _ => format!("node pool {}", self.address),
        }
    }
}

impl World {
    /// The model of the resources of one root module, with Azure's defaults of a day.
    pub fn new(resources: &[Resource], provider: &ProviderVersion, facts: &Facts, day: Date) -> Self {
        clusters::world(resources, provider, &facts.defaults, day)
    }

    /// The subnet with this id.
    pub fn subnet(&self, id: SubnetId) -> Option<&Subnet> {
        self.subnets.get(id.0)
    }

    /// The VNet with this id.
    pub fn vnet(&self, id: VnetId) -> Option<&Vnet> {
        self.vnets.get(id.0)
    }

    /// Whether two VNets are certainly one, or certainly two: see [`Vnet::is_same`].
    ///
    /// # Errors
    /// The reason, when the code does not say.
    pub fn is_same_vnet(&self, a: VnetId, b: VnetId) -> Result<bool, Undecided> {
        match (self.vnet(a), self.vnet(b)) {
            (Some(one), Some(other)) if a != b => one.is_same(other),
            _ => Ok(a == b),
        }
    }

    /// The VNets of the cluster's node pools, each once.
    pub fn node_vnets(&self, cluster: &Cluster) -> Vec<VnetId> {
        let mut seen = HashSet::new();
        let vnets = cluster.node_subnets().into_iter().filter_map(|(_, id)| self.subnet(id)?.vnet.known().ok()?.copied());
        vnets.filter(|vnet| seen.insert(*vnet)).collect()
    }
}

fn has_both(families: impl Iterator<Item = Family> + Clone) -> bool {
    [Family::V4, Family::V6].iter().all(|family| families.clone().any(|f| f == *family))
}

/// Whether a list has ranges of both families. A single range, which has an attribute of its own, is of one.
fn lists_both(ranges: &[Field<Cidr>]) -> Result<bool, Undecided> {
    let known = ranges.iter().filter_map(|range| range.known().ok().flatten().map(Cidr::family));
    if has_both(known) {
        return Ok(true);
    }
    let unknown = ranges.iter().filter(|range| range.is_of_list()).find_map(|range| range.known().err());
    unknown.map_or(Ok(false), Err)
}

/// True if one is true; undecided only if that matters.
pub fn either(a: Result<bool, Undecided>, b: Result<bool, Undecided>) -> Result<bool, Undecided> {
    match (a, b) {
        (Ok(true), _) | (_, Ok(true)) => Ok(true),
        (Ok(false), Ok(false)) => Ok(false),
        (Err(e), _) | (_, Err(e)) => Err(e),
    }
}

/// True if both are true; undecided only if that matters.
pub fn both(a: Result<bool, Undecided>, b: Result<bool, Undecided>) -> Result<bool, Undecided> {
    match (a, b) {
        (Ok(false), _) | (_, Ok(false)) => Ok(false),
        (Ok(true), Ok(true)) => Ok(true),
        (Err(e), _) | (_, Err(e)) => Err(e),
    }
}
