//! Clusters and node pools, turned into the model from either vocabulary: that of the azurerm provider, versions 2.99 to 5.x, and that
//! of Resource Manager.

use super::fields::{self, Vocabulary, is_kind};
use super::networks::{self, Networks, name_in_id, parts_of_id, resource_group};
use super::read::{self, Part};
use super::{Agic, Cluster, ConfigMap, Field, IngressSubnet, Pool, ProviderVersion, State, Undecided, World, arm};
use crate::cidr::{Cidr, Family};
use crate::date::Date;
use crate::facts::{Defaults, Fact};
use crate::tree::Resource;
use crate::value::TermPart;
use std::collections::HashMap;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

const CLUSTER: &str = "azurerm_kubernetes_cluster";
const NODE_POOL: &str = "azurerm_kubernetes_cluster_node_pool";
const GATEWAY: &str = "azurerm_application_gateway";
const INGRESS_SUBNET: &str = "azurerm_application_load_balancer_subnet_association";
const CONFIG_MAPS: [&str; 3] = ["kubernetes_config_map", "kubernetes_config_map_v1", MANIFEST];
/// An object of Kubernetes, whichever its `manifest` says.
const MANIFEST: &str = "kubernetes_manifest";

/// Whether resources of this type are part of the model.
pub fn is_wanted(kind: &str) -> bool {
    fields::is_listed(kind) || networks::is_part(kind) || CONFIG_MAPS.contains(&kind)
}

/// Whether resources of this type are clusters.
pub fn is_cluster(kind: &str) -> bool {
    is_kind(kind, CLUSTER)
}

/// The model of a root module's resources.
pub fn world(resources: &[Resource], provider: &ProviderVersion, defaults: &Defaults, day: Date) -> World {
    let updates: Vec<Resource> = resources.iter().filter(|r| arm::is_update(r)).cloned().collect();
    let networks = Networks::read(resources, &updates);
    let node_pools = resources.iter().filter(|r| is_kind(&r.kind, NODE_POOL) && !r.existing && !arm::is_update(r));
    let node_pools = NodePools::of(node_pools, &updates);
    let mut reader = Reader { node_pools, resources, updates: &updates, provider, defaults: Values { defaults, day }, networks };
    let clusters = resources.iter().filter(|r| is_cluster(&r.kind) && !r.existing && !arm::is_update(r));
    let mut world = World { clusters: clusters.map(|r| reader.cluster(r)).collect(), ..World::default() };
    let config_maps = resources.iter().filter(|r| CONFIG_MAPS.contains(&&*r.kind) && !r.existing);
    world.config_maps = config_maps.filter_map(config_map).collect();
    let associations = resources.iter().filter(|r| is_kind(&r.kind, INGRESS_SUBNET) && !r.existing);
    world.ingress_subnets = associations.map(|r| reader.ingress_subnet(r)).collect();
    reader.networks.finish(&mut world);
    world
}

/// Azure's defaults of one day.
struct Values<'r> {
    defaults: &'r Defaults,
    day: Date,
}

impl Values<'_> {
    /// A default as it is.
    fn of<T: Clone>(&self, fact: fn(&Defaults) -> &Fact<T>) -> Option<T> {
        fact(self.defaults).on(self.day).cloned()
    }

    /// A default that is written as text.
    fn parsed<T: FromStr>(&self, fact: fn(&Defaults) -> &Fact<String>) -> Option<T> {
        fact(self.defaults).on(self.day)?.parse().ok()
    }
}

struct Reader<'r> {
    resources: &'r [Resource],
    /// Those of them that only change others.
    updates: &'r [Resource],
    node_pools: NodePools<'r>,
    provider: &'r ProviderVersion,
    defaults: Values<'r>,
    networks: Networks,
}

/// Node pools with resources of their own, by what they say of their cluster.
struct NodePools<'r> {
    /// All of them, in the order of the code.
    all: Vec<(&'r Resource, Part<'r>)>,
    /// Those that refer to a cluster, by its address.
    referring: HashMap<Arc<str>, Vec<usize>>,
    /// Those that name it in another way: it may be any.
    others: Vec<usize>,
}

impl<'r> NodePools<'r> {
    fn of(resources: impl Iterator<Item = &'r Resource>, updates: &'r [Resource]) -> Self {
        let mut pools = Self { all: Vec::new(), referring: HashMap::new(), others: Vec::new() };
        for (i, resource) in resources.enumerate() {
            let part = arm::body(resource, updates);
            match part.get("kubernetes_cluster_id").map(|val| (arm::address(val), val)) {
                None => {}
                Some((Some(address), _)) => pools.referring.entry(address).or_default().push(i),
                Some(_) => pools.others.push(i),
            }
            pools.all.push((resource, part));
        }
        pools
    }

    /// Those that may be of a cluster, in the order of the code.
    fn near(&self, cluster: &Resource) -> Vec<(&'r Resource, Part<'r>)> {
        let referring = self.referring.get(&cluster.address).map_or(&[][..], Vec::as_slice);
        let mut near: Vec<usize> = referring.iter().chain(&self.others).copied().collect();
        near.sort_unstable();
        near.into_iter().filter_map(|i| self.all.get(i)).cloned().collect()
    }
}

impl Reader<'_> {
    fn cluster(&mut self, resource: &Resource) -> Cluster {
        let body = arm::body(resource, self.updates);
        let profile = body.part("network_profile");
        let automatic = automatic(resource, &body);
        let plugin = plugin(or_chosen_by(&automatic, profile.word(&["network_plugin"])), &body, &profile);
        let mode = or_chosen_by(&automatic, profile.word(&["network_plugin_mode"]));
        let service_cidrs: Vec<_> = self.service_cidrs(&profile).into_iter().map(|f| or_chosen_by(&automatic, f)).collect();
        let dns_service_ip = profile.address(&["dns_service_ip"]);
        // azurerm wants the DNS IP and the service CIDR together, so Azure's default only comes with Azure's default range.
        let defaulted = body.vocabulary() == Vocabulary::Arm || service_cidrs.iter().all(Field::is_default);
        let dns_service_ip =
            dns_service_ip.or_default(self.defaults.parsed::<IpAddr>(|d| &d.dns_service_ip).filter(|_| defaulted));
        let dns_service_ip = or_chosen_by(&automatic, dns_service_ip);
        let pod_cidrs = self.pod_cidrs(&profile, &plugin, &mode).into_iter().map(|f| or_chosen_by(&automatic, f)).collect();
        let mut deprecated = Vec::new();
        deprecated.extend(old(&profile, "docker_bridge_cidr"));
        deprecated.extend(old(&profile, "ebpf_data_plane"));
        let (pools, more_pools) = self.pools(resource, &body, (&plugin, &mode), &mut deprecated);
        let more_pools = automatic.clone().err().or(more_pools);
        let addons = body.part("addon_profile");
        let api_server = body.part("api_server_access_profile");
        Cluster {
            address: Arc::clone(&resource.address),
            at: body.at.clone(),
            deployer: arm::deployer(resource, &body, self.provider),
            location: body.text(&["location"]).map(|l| l.to_ascii_lowercase().replace(' ', "")),
            kubernetes_version: body.text(&["kubernetes_version"]),
            sku_tier: body.word(&["sku_tier"]),
            data_plane: or_chosen_by(&automatic, profile.word(&["network_data_plane", "ebpf_data_plane"]))
                .or_default(self.defaults.of(|d| &d.data_plane)),
            policy: or_chosen_by(&automatic, profile.word(&["network_policy"])),
            pod_cidrs,
            service_cidrs,
            dns_service_ip,
            outbound_type: or_chosen_by(&automatic, profile.text(&["outbound_type"]))
                .or_default(self.defaults.of(|d| &d.outbound_type)),
            load_balancer_sku: profile.word(&["load_balancer_sku"]).or_default(self.defaults.of(|d| &d.load_balancer_sku)),
            private: private(&body),
            vnet_integration: api_server.truth(&["virtual_network_integration_enabled", "vnet_integration_enabled"]),
            api_server_subnet: self.networks.subnet_at(&api_server, "subnet_id"),
            ip_families: families(&profile),
            node_provisioning: or_chosen_by(&automatic, body.part("node_provisioning_profile").text(&["mode"])),
            pools,
            more_pools,
            agic: self.agic(&body, &addons),
            virtual_nodes: addon("aci_connector_linux", &body, &addons),
            http_application_routing: http_application_routing(&body, &addons),
            deprecated,
            identity: body.part("identity").word(&["type"]),
            change: None,
            plugin,
            mode,
        }
    }

    fn pod_cidrs(&self, profile: &Part<'_>, plugin: &Field<String>, mode: &Field<String>) -> Vec<Field<Cidr>> {
        let one = profile.range(&["pod_cidr"]);
        if let Some(several) = list_instead(profile.ranges(&["pod_cidrs"]), &one) {
            return several;
        }
        let overlay = mode.is("overlay");
        let kubenet = plugin.is("kubenet");
        let meaningful = super::either(overlay, kubenet) != Ok(false);
        let one = one.or_default(self.defaults.parsed::<Cidr>(|d| &d.pod_cidr).filter(|_| meaningful));
        if matches!(one.state, State::Absent) { Vec::new() } else { vec![one] }
    }

    fn service_cidrs(&self, profile: &Part<'_>) -> Vec<Field<Cidr>> {
        let one = profile.range(&["service_cidr"]);
        list_instead(profile.ranges(&["service_cidrs"]), &one)
            .unwrap_or_else(|| vec![one.or_default(self.defaults.parsed(|d| &d.service_cidr))])
    }

    /// The default pool and the pools that name the cluster, and why there may be more.
    fn pools(
        &mut self,
        cluster: &Resource,
        body: &Part<'_>,
        network: (&Field<String>, &Field<String>),
        deprecated: &mut Vec<Field<&'static str>>,
    ) -> (Vec<Pool>, Option<Undecided>) {
        let mut listed = Vec::new();
        let mut more = None;
        match body.parts("default_node_pool") {
            Ok(parts) if parts.is_empty() => {
                let why = format!("the cluster has no {}", body.spelled("default_node_pool"));
                more = Some(Undecided::new(why, Some(cluster.header)));
            }
            Ok(parts) => {
                for part in parts {
                    let part = arm::listed_pool(part, cluster, self.updates);
                    listed.push(self.pool(&cluster.address, &part, network, None, deprecated));
                }
            }
            Err((why, _)) => more = Some(why),
        }
        let mut pools = Vec::new();
        for (resource, part) in self.node_pools.near(cluster) {
            match names_cluster(&part, cluster) {
                Ok(true) => {
                    let repeated = resource.repeated.as_ref().map(read::undecided);
                    let pool = self.pool(&resource.address, &part, network, repeated, deprecated);
                    // Resource Manager lets a template list a pool in the cluster and declare it again by itself.
                    listed.retain(|listed| !same_name(listed, &pool));
                    pools.push(pool);
                }
                Ok(false) => {}
                Err(why) => more = more.or(Some(why)),
            }
        }
        listed.append(&mut pools);
        (listed, more)
    }

    fn pool(
        &mut self,
        address: &Arc<str>,
        part: &Part<'_>,
        (plugin, mode): (&Field<String>, &Field<String>),
        repeated: Option<Undecided>,
        deprecated: &mut Vec<Field<&'static str>>,
    ) -> Pool {
        let kind = part.text(&["type"]).or_default(self.defaults.of(|d| &d.pool_kind));
        // An old value, not an old attribute: what may be it, may be old.
        if kind.is("AvailabilitySet") != Ok(false) {
            deprecated.push(kind.clone().map(|_| "type"));
        }
        deprecated.extend(old(part, "enable_auto_scaling"));
        let pod_subnet = part.text(&["pod_subnet_id"]);
        let pod_subnet = match (&pod_subnet.state, part.get("pod_subnet_id")) {
            // An unknown id is an id all the same; only an input without a value may turn out to be null.
            (State::Unknown(_), Some(val)) if is_reference(val) => Field::new(pod_subnet.name, State::Set(true), pod_subnet.at),
            _ => pod_subnet.map(|_| true),
        };
        let max_pods = self.max_pods(part, plugin, mode, &pod_subnet);
        Pool {
            address: Arc::clone(address),
            at: part.at.clone(),
            name: part.text(&["name"]),
            vm_size: or_by_profile(&kind, part.text(&["vm_size"])),
            count: or_by_profile(&kind, part.number(&["node_count"])).or_default(self.defaults.of(|d| &d.node_count)),
            autoscaling: part
                .truth(&["auto_scaling_enabled", "enable_auto_scaling"])
                .or_default(self.defaults.of(|d| &d.autoscaling)),
            min_count: part.number(&["min_count"]),
            max_count: part.number(&["max_count"]),
            max_pods,
            max_surge: part.part("upgrade_settings").text(&["max_surge"]),
            os: part.word(&["os_type"]).or_default(self.defaults.of(|d| &d.os)),
            os_sku: part.text(&["os_sku"]),
            kind,
            subnet: self.networks.subnet_at(part, "vnet_subnet_id"),
            pod_subnet,
            pod_allocation: part.text(&["pod_ip_allocation_mode"]),
            repeated,
        }
    }

    /// Pods per node; the default follows from the network mode where that is known.
    fn max_pods(&self, part: &Part<'_>, plugin: &Field<String>, mode: &Field<String>, pod_subnet: &Field<bool>) -> Field<u64> {
        let mut field = part.number(&["max_pods"]);
        // azurerm takes 0 for "not set".
        if matches!(field.state, State::Set(0)) {
            field.state = State::Absent;
        }
        let default = if mode.is("overlay") == Ok(true) {
            self.defaults.of(|d| &d.max_pods_overlay)
        } else if plugin.is("kubenet") == Ok(true) {
            self.defaults.of(|d| &d.max_pods_kubenet)
        } else if plugin.is("azure") == Ok(true) && mode.known() == Ok(None) {
            match pod_subnet.known() {
                Ok(Some(_)) => self.defaults.of(|d| &d.max_pods_pod_subnet),
                Ok(None) => self.defaults.of(|d| &d.max_pods_node_subnet),
                Err(_) => None,
            }
        } else {
            None
        };
        field.or_default(default)
    }

    /// The ingress controller add-on: a block of its own, before azurerm 3.0 one inside `addon_profile` with a switch.
    fn agic(&mut self, body: &Part<'_>, addons: &Part<'_>) -> Field<Agic> {
        const NAME: &str = "ingress_application_gateway";
        let own = body.part(NAME);
        let part = if own.exists() == Ok(false) { addons.part(NAME) } else { own };
        let on = addon(NAME, body, addons);
        let subnet = self.gateway_subnet(&part);
        let subnet_cidr = part.range(&["subnet_cidr", "subnet_prefix"]);
        on.filter_true().map(|()| Agic { subnet, subnet_cidr })
    }

    fn ingress_subnet(&mut self, resource: &Resource) -> IngressSubnet {
        let body = Part::resource(resource);
        let subnet = match (&resource.repeated, body.either(&["subnet.id", "subnet_id"])) {
            (None, (name, Some(id))) => self.networks.subnet_by_id(name, id),
            (repeated, (name, _)) => {
                let missing = || Undecided::new("the subnet of this association is not known", Some(resource.header));
                Field::new(name, State::Unknown(repeated.as_ref().map_or_else(missing, read::undecided)), body.at)
            }
        };
        IngressSubnet { address: Arc::clone(&resource.address), subnet }
    }

    /// The subnet of the gateway: given by itself, or through a gateway that the code declares.
    fn gateway_subnet(&mut self, part: &Part<'_>) -> Field<super::SubnetId> {
        let given = self.networks.subnet_at(part, "subnet_id");
        let Some(gateway) = part.get("gateway_id").filter(|_| matches!(given.state, State::Absent)) else { return given };
        let address = arm::address(gateway);
        let declared = self.resources.iter().find(|r| is_kind(&r.kind, GATEWAY) && Some(&r.address) == address.as_ref());
        let subnet = declared.and_then(|gateway| {
            let configuration = Part::resource(gateway).part("gateway_ip_configuration");
            configuration.either(&["subnet.id", "subnet_id"]).1
        });
        let name = part.spelled("gateway_id");
        match subnet {
            Some(subnet) => self.networks.subnet_by_id(name, subnet),
            None => {
                let why = Undecided::new("the gateway is not declared in this code", Some(gateway.at.site));
                Field::new(name, State::Unknown(why), gateway.at.clone())
            }
        }
    }
}

impl Field<bool> {
    /// Present only when true.
    fn filter_true(self) -> Field<()> {
        let state = match self.state {
            State::Set(true) | State::Default(true) => State::Set(()),
            State::Unknown(why) => State::Unknown(why),
            _ => State::Absent,
        };
        Field { name: self.name, state, at: self.at, raw: self.raw }
    }
}

/// The plugin, which is unknown when it is not written: Azure's default for it is not documented.
fn plugin(written: Field<String>, body: &Part<'_>, profile: &Part<'_>) -> Field<String> {
    let why = match (&written.state, profile.exists()) {
        (State::Absent, Ok(false)) => {
            let profile = body.spelled("network_profile");
            format!("{profile} is not set, and the plugin that Azure then takes depends on how it is asked")
        }
        // azurerm requires the attribute and says so itself.
        (State::Absent, _) if body.vocabulary() == Vocabulary::Arm => {
            format!("{} is not written, and its default is not documented", written.name)
        }
        _ => return written,
    };
    Field { state: State::Unknown(Undecided::new(why, Some(profile.at.site))), ..written }
}

/// Whether AKS Automatic makes what the code leaves out: no network settings need be written then, and no pools.
///
/// # Errors
/// What is to be said of whatever the code leaves out, when it does or may do so.
fn automatic(resource: &Resource, body: &Part<'_>) -> Result<(), Undecided> {
    let sku = body.word(&["sku_name"]);
    if *resource.kind == *fields::AUTOMATIC || sku.is("automatic")? {
        return Err(Undecided::new("AKS Automatic chooses what is not written, which is not evaluated", Some(sku.at.site)));
    }
    Ok(())
}

/// Whether the API server is private: a switch, or for AKS Automatic a block that is there.
fn private(body: &Part<'_>) -> Field<bool> {
    const BLOCK: &str = "private_cluster";
    let switch = body.truth(&["private_cluster_enabled", "private_link_enabled"]);
    let block = body.part(BLOCK);
    match block.exists() {
        Ok(true) => Field::new(BLOCK, State::Set(true), block.at),
        Err(why) => Field::new(BLOCK, State::Unknown(why), block.at),
        Ok(false) => switch,
    }
}

/// The field, which is unknown when the code leaves it to AKS Automatic.
fn or_chosen_by<T>(automatic: &Result<(), Undecided>, field: Field<T>) -> Field<T> {
    match (automatic, &field.state) {
        (Err(why), State::Absent | State::Default(_)) => Field { state: State::Unknown(why.clone()), ..field },
        _ => field,
    }
}

/// The field of a pool, which is unknown when the pool has several kinds of machines, each with its own size and number.
fn or_by_profile<T>(kind: &Field<String>, field: Field<T>) -> Field<T> {
    if !matches!(field.state, State::Absent) || kind.is("VirtualMachines") == Ok(false) {
        return field;
    }
    let why = format!("the pool may be of the type VirtualMachines, for which {} is not evaluated", field.name);
    Field { state: State::Unknown(Undecided::new(why, Some(kind.at.site))), ..field }
}

fn same_name(a: &Pool, b: &Pool) -> bool {
    matches!((a.name.known(), b.name.known()), (Ok(Some(a)), Ok(Some(b))) if a.eq_ignore_ascii_case(b))
}

/// The list of ranges, where it says more than the single range. In a plan or state both are filled in, whichever was written.
fn list_instead(several: Vec<Field<Cidr>>, one: &Field<Cidr>) -> Option<Vec<Field<Cidr>>> {
    let more = several.len() > 1 || matches!(one.state, State::Absent) && !several.is_empty();
    more.then_some(several)
}

/// A ConfigMap, unless the resource is another object of Kubernetes.
fn config_map(resource: &Resource) -> Option<ConfigMap> {
    let mut body = Part::resource(resource);
    let mut kind = Ok(true);
    if &*resource.kind == MANIFEST {
        body = body.part("manifest");
        kind = body.text(&["kind"]).is("ConfigMap");
    }
    let metadata = body.part("metadata");
    let mut name = metadata.text(&["name"]);
    match kind {
        Ok(true) => {}
        Ok(false) => return None,
        Err(why) => name.state = State::Unknown(why),
    }
    Some(ConfigMap { address: Arc::clone(&resource.address), name, namespace: metadata.text(&["namespace"]) })
}

/// An old attribute, if the code has it, or may have it.
fn old(part: &Part<'_>, name: &'static str) -> Option<Field<&'static str>> {
    let spelled = part.spelled(name);
    match part.find(name) {
        Ok(None) => None,
        Ok(Some(val)) => {
            let raw = val.value.as_str().map(Arc::from);
            Some(Field { raw, ..Field::new(spelled, State::Set(name), val.at.clone()) })
        }
        Err(why) => Some(Field::new(spelled, State::Unknown(why), part.at.clone())),
    }
}

/// Whether a node pool names this cluster: by reference, or by an id with its name.
fn names_cluster(pool: &Part<'_>, cluster: &Resource) -> Result<bool, Undecided> {
    let Some(val) = pool.get("kubernetes_cluster_id") else { return Ok(false) };
    let parts = parts_of_id(val)?;
    if let [TermPart::Attribute(address, path)] = &*parts {
        return Ok(*address == cluster.address && &**path == "id");
    }
    let body = Part::resource(cluster);
    let named = name_in_id(&parts, "managedClusters").ok_or_else(|| read::undecided(val))?;
    super::both(
        body.text(&["name"]).is(&named),
        match name_in_id(&parts, "resourceGroups") {
            Some(group) => resource_group(&body).is(&group),
            None => Ok(true),
        },
    )
}

fn is_reference(val: &crate::value::Val) -> bool {
    let term = val.value.as_unknown().and_then(|u| u.term.as_ref());
    term.is_some_and(|t| t.0.iter().any(|p| matches!(p, TermPart::Attribute(..))))
}

/// An add-on that is on when its block is there; before azurerm 3.0 the block stood in `addon_profile` and had a switch.
fn addon(name: &'static str, body: &Part<'_>, addons: &Part<'_>) -> Field<bool> {
    let own = body.part(name);
    match own.exists() {
        Ok(true) => Field::new(name, State::Set(true), own.at),
        Err(why) => Field::new(name, State::Unknown(why), own.at),
        Ok(false) => {
            let part = addons.part(name);
            Field { name: body.spelled(name), ..part.truth(&["enabled"]) }
        }
    }
}

fn http_application_routing(body: &Part<'_>, addons: &Part<'_>) -> Field<bool> {
    const NAME: &str = "http_application_routing";
    let own = body.truth(&["http_application_routing_enabled"]);
    if !matches!(own.state, State::Absent) {
        return own;
    }
    Field { name: body.spelled(NAME), ..addons.part(NAME).truth(&["enabled"]) }
}

/// The IP families; an empty list counts as absent, as azurerm has it.
fn families(profile: &Part<'_>) -> Field<Vec<Family>> {
    const NAME: &str = "ip_versions";
    let spelled = profile.spelled(NAME);
    let mut field = profile.field(&[NAME], |value| {
        let items = value.as_items().ok_or_else(|| format!("{spelled} is no list"))?;
        let family = |item: &crate::value::Val| match item.value.as_str().map(str::to_ascii_lowercase).as_deref() {
            Some("ipv4") => Ok(Family::V4),
            Some("ipv6") => Ok(Family::V6),
            _ => Err(format!("{spelled} has an element that is not known to be IPv4 or IPv6")),
        };
        items.iter().map(family).collect::<Result<Vec<_>, _>>()
    });
    if matches!(&field.state, State::Set(families) if families.is_empty()) {
        field.state = State::Absent;
    }
    field.or_default(Some(vec![Family::V4]))
}
