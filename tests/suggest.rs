//! What is suggested breaks no rule: random networks whose values are replaced by the suggestions, in Terraform and in Bicep, random plans,
//! and what `overlint suggest` prints and refuses.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests and their helpers fail by panics"
)]

mod common;

use overlint::cidr::{Cidr, Family};
use overlint::config::Config;
use overlint::date::Date;
use overlint::facts::Facts;
use overlint::report::Report;
use overlint::rules::SUGGESTING;
use overlint::source::{Asked, Sources};
use overlint::suggest::{self, Plan, Suggestion, Surge, Wishes};
use std::fmt::Write as _;
use std::net::IpAddr;

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }

    fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }

    fn of<T: Clone>(&mut self, some: &[T]) -> T {
        some[usize::try_from(self.below(some.len() as u64)).unwrap()].clone()
    }

    /// A private range with one of these prefix lengths, often near others.
    fn range(&mut self, prefixes: std::ops::RangeInclusive<u8>) -> Cidr {
        let prefix = prefixes.start() + u8::try_from(self.below((prefixes.end() - prefixes.start() + 1).into())).unwrap();
        let (second, third) = (u8::try_from(self.below(8)).unwrap(), u8::try_from(self.below(256)).unwrap());
        let address = match self.below(8) {
            0 => [172, 16 + second, third, 0],
            1 => [192, 168, third, 0],
            2 => [100, 64 + second, third, 0],
            3 => [10, 240 + second, third, 0],
            _ => [10, second, third, 0],
        };
        Cidr::new(address.into(), prefix).unwrap()
    }
}

fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

#[derive(Clone, Debug)]
struct Subnet {
    v4: Cidr,
    v6: Option<Cidr>,
}

#[derive(Clone, Debug)]
struct Pool {
    most: u64,
    surge: Option<String>,
    subnet: usize,
}

/// A network with one cluster, which can be written in either language.
#[derive(Clone, Debug)]
struct Network {
    space: Vec<Cidr>,
    subnets: Vec<Subnet>,
    pools: Vec<Pool>,
    dual_stack: bool,
    pods: Option<Cidr>,
    pods6: Option<Cidr>,
    services: Option<Cidr>,
    services6: Option<Cidr>,
    dns: Option<IpAddr>,
    /// VNets that are peered with the first one; every third has a peer of its own.
    peers: Vec<Cidr>,
    farther: Vec<Cidr>,
    on_premises: Option<Vec<Cidr>>,
    routes: Vec<Cidr>,
    /// A second cluster in the first subnet: its pods and services.
    neighbour: Option<(Cidr, Cidr)>,
}

impl Network {
    fn random(random: &mut Random) -> Self {
        let first = random.range(16..=16);
        let mut space = vec![first];
        if random.one_in(4) {
            let more = random.range(17..=20);
            space.extend((!more.overlaps(&first)).then_some(more));
        }
        let reserved = reserved();
        space.retain(|range| !reserved.iter().any(|reserved| reserved.overlaps(range)));
        if space.is_empty() {
            space.push(cidr("10.3.0.0/16"));
        }
        let mut subnets: Vec<Subnet> = Vec::new();
        for _ in 0..1 + random.below(12) {
            let within = space[0];
            let prefix = 22 + u8::try_from(random.below(7)).unwrap();
            let place = u128::from(random.below(1 << 14)) % within.size();
            let v4 = Cidr::new(within.nth(place).unwrap(), prefix).unwrap();
            if !subnets.iter().any(|other| other.v4.overlaps(&v4)) {
                subnets.push(Subnet { v4, v6: None });
            }
        }
        let dual_stack = random.one_in(3);
        if dual_stack && random.one_in(2) {
            let six = cidr("fd12:3456:789a:8::/61");
            space.push(six);
            for (n, subnet) in subnets.iter_mut().enumerate().take(3) {
                if n % 2 == 0 {
                    subnet.v6 = Cidr::new(six.nth((n as u128) << 64).unwrap(), 64);
                }
            }
        }
        let pools = (0..1 + random.below(3)).map(|_| Pool {
            most: 1 + random.of(&[3, 20, 60, 150]) + random.below(10),
            surge: random.of(&[None, Some("33%".to_owned()), Some("5".to_owned())]),
            subnet: usize::try_from(random.below(subnets.len() as u64)).unwrap(),
        });
        let pools = pools.collect();
        let peers: Vec<Cidr> = (0..random.of(&[0, 0, 1, 3, 40])).map(|_| random.range(14..=24)).collect();
        let farther = peers.iter().step_by(3).map(|_| random.range(16..=20)).collect();
        let on_premises = random.one_in(3).then(|| (0..random.below(5)).map(|_| random.range(12..=20)).collect());
        let routes =
            if random.one_in(3) { (0..1 + random.below(3)).map(|_| random.range(11..=20)).collect() } else { Vec::new() };
        let mut network = Self {
            space,
            subnets,
            pools,
            dual_stack,
            pods: None,
            pods6: None,
            services: None,
            services6: None,
            dns: None,
            peers,
            farther,
            on_premises,
            routes,
            neighbour: random.one_in(3).then(|| (random.range(16..=18), random.range(16..=20))),
        };
        let any = |random: &mut Random, network: &Self| match random.below(9) {
            0 => None,
            1 => Some(network.space[0]),
            2 => Some(network.subnets[0].v4),
            3 => network.peers.first().copied(),
            4 => Some(cidr(random.of(&["172.30.0.0/16", "172.16.0.0/12", "169.254.0.0/16", "20.0.0.0/14", "8.8.0.0/20"]))),
            5 => Some(random.range(20..=30)),
            6 => Some(random.range(8..=13)),
            _ => Some(random.range(12..=19)),
        };
        network.pods = any(random, &network);
        network.services = if random.one_in(5) { network.pods } else { any(random, &network) };
        if random.one_in(8) {
            network.services = Some(random.range(29..=32));
        }
        let services = network.services.unwrap_or(cidr("10.0.0.0/16"));
        network.dns = match random.below(7) {
            0 => None,
            1 => Some(services.first()),
            2 => Some(services.last()),
            3 => services.nth(1),
            4 => Some([10, 99, 0, 10].into()),
            _ => services.nth(10).or(services.nth(2)),
        };
        if dual_stack {
            network.pods = network.pods.or(Some(cidr("10.244.0.0/16")));
            network.services = network.services.or(Some(cidr("10.0.0.0/16")));
            let six =
                ["fd12:3456:789a::/64", "fd12:3456:789a:1::/108", "fd12:3456:789a::/48", "fd00::/110", "fd12:3456:789a:8::/64"];
            network.pods6 = (!random.one_in(3)).then(|| cidr(random.of(&six)));
            network.services6 = (!random.one_in(3)).then(|| cidr(random.of(&six)));
        }
        network
    }

    fn list(ranges: impl IntoIterator<Item = Cidr>, quote: char) -> String {
        let quoted: Vec<String> = ranges.into_iter().map(|range| format!("{quote}{range}{quote}")).collect();
        format!("[{}]", quoted.join(", "))
    }

    /// All other VNets: their names, spaces, and the VNet that each is peered with.
    fn others(&self) -> Vec<(String, Cidr, String)> {
        let near = self.peers.iter().enumerate().map(|(n, space)| (format!("peer{n}"), *space, "main".to_owned()));
        let far = self.farther.iter().enumerate().map(|(n, space)| (format!("far{n}"), *space, format!("peer{}", n * 3)));
        near.chain(far).collect()
    }

    fn terraform(&self) -> String {
        let mut text = String::new();
        let vnet = |text: &mut String, name: &str, space: String| {
            let _ = writeln!(
                text,
                "resource \"azurerm_virtual_network\" \"{name}\" {{\n  name = \"{name}\"\n  resource_group_name = \"rg\"\n  \
                 location = \"westeurope\"\n  address_space = {space}\n}}"
            );
        };
        vnet(&mut text, "main", Self::list(self.space.iter().copied(), '"'));
        for (n, subnet) in self.subnets.iter().enumerate() {
            let ranges = Self::list(std::iter::once(subnet.v4).chain(subnet.v6), '"');
            let _ = writeln!(
                text,
                "resource \"azurerm_subnet\" \"subnet-{n}\" {{\n  name = \"subnet-{n}\"\n  resource_group_name = \"rg\"\n  \
                 virtual_network_name = azurerm_virtual_network.main.name\n  address_prefixes = {ranges}\n}}"
            );
            if !self.routes.is_empty() {
                let _ = writeln!(
                    text,
                    "resource \"azurerm_subnet_route_table_association\" \"a{n}\" {{\n  subnet_id = azurerm_subnet.subnet-{n}.id\n  \
                     route_table_id = azurerm_route_table.r.id\n}}"
                );
            }
        }
        if !self.routes.is_empty() {
            let routes = self.routes.iter().enumerate().map(|(n, range)| {
                format!(
                    "  route {{\n    name = \"r{n}\"\n    address_prefix = \"{range}\"\n    next_hop_type = \"VirtualAppliance\"\n    \
                     next_hop_in_ip_address = \"10.255.0.4\"\n  }}\n"
                )
            });
            let _ = writeln!(
                text,
                "resource \"azurerm_route_table\" \"r\" {{\n  name = \"r\"\n  location = \"westeurope\"\n  \
                 resource_group_name = \"rg\"\n{}}}",
                routes.collect::<String>()
            );
        }
        for (name, space, to) in self.others() {
            vnet(&mut text, &name, format!("[\"{space}\"]"));
            let _ = writeln!(
                text,
                "resource \"azurerm_virtual_network_peering\" \"{name}\" {{\n  name = \"{name}\"\n  resource_group_name = \"rg\"\n  \
                 virtual_network_name = azurerm_virtual_network.{to}.name\n  \
                 remote_virtual_network_id = azurerm_virtual_network.{name}.id\n}}"
            );
        }
        let pool = |pool: &Pool| {
            let surge =
                pool.surge.as_ref().map(|surge| format!("    upgrade_settings {{\n      max_surge = \"{surge}\"\n    }}\n"));
            format!(
                "    vm_size = \"Standard_D4s_v5\"\n    auto_scaling_enabled = true\n    min_count = 1\n    max_count = {}\n    \
                 vnet_subnet_id = azurerm_subnet.subnet-{}.id\n{}",
                pool.most,
                pool.subnet,
                surge.unwrap_or_default()
            )
        };
        let profile = if self.dual_stack {
            let both = |four: Option<Cidr>, six| Self::list(four.into_iter().chain(six), '"');
            format!(
                "    ip_versions = [\"IPv4\", \"IPv6\"]\n    pod_cidrs = {}\n    service_cidrs = {}\n",
                both(self.pods, self.pods6),
                both(self.services, self.services6)
            )
        } else {
            let one = |name, range: Option<Cidr>| range.map(|range| format!("    {name} = \"{range}\"\n")).unwrap_or_default();
            one("pod_cidr", self.pods) + &one("service_cidr", self.services)
        };
        let dns = self.dns.map(|ip| format!("    dns_service_ip = \"{ip}\"\n")).unwrap_or_default();
        let cluster = |text: &mut String, name: &str, first: String, profile: String| {
            let _ = writeln!(
                text,
                "resource \"azurerm_kubernetes_cluster\" \"{name}\" {{\n  name = \"{name}\"\n  location = \"westeurope\"\n  \
                 sku_tier = \"Standard\"\n  default_node_pool {{\n    name = \"system\"\n{first}  }}\n  network_profile {{\n    \
                 network_plugin = \"azure\"\n    network_plugin_mode = \"overlay\"\n{profile}  }}\n}}"
            );
        };
        cluster(&mut text, "c", pool(&self.pools[0]), profile + &dns);
        for (n, more) in self.pools.iter().enumerate().skip(1) {
            let _ = writeln!(
                text,
                "resource \"azurerm_kubernetes_cluster_node_pool\" \"p{n}\" {{\n    name = \"p{n}\"\n    \
                 kubernetes_cluster_id = azurerm_kubernetes_cluster.c.id\n{}}}",
                pool(more)
            );
        }
        if let Some((pods, services)) = self.neighbour {
            let subnet = "    vnet_subnet_id = azurerm_subnet.subnet-0.id\n".to_owned();
            let dns = services.nth(10).unwrap();
            let profile =
                format!("    pod_cidr = \"{pods}\"\n    service_cidr = \"{services}\"\n    dns_service_ip = \"{dns}\"\n");
            cluster(&mut text, "z", subnet, profile);
        }
        text
    }

    fn bicep(&self) -> String {
        let mut text = String::new();
        let routes = if self.routes.is_empty() { "" } else { " routeTable: { id: r.id }" };
        let subnets: String = self
            .subnets
            .iter()
            .enumerate()
            .map(|(n, subnet)| {
                let range = match subnet.v6 {
                    Some(_) => format!("addressPrefixes: {}", Self::list(std::iter::once(subnet.v4).chain(subnet.v6), '\'')),
                    None => format!("addressPrefix: '{}'", subnet.v4),
                };
                let routes = if routes.is_empty() { String::new() } else { format!("\n{routes}") };
                format!("      {{\n        name: 'subnet-{n}'\n        properties: {{\n          {range}{routes}\n        }}\n      }}\n")
            })
            .collect();
        let _ = writeln!(
            text,
            "resource main 'Microsoft.Network/virtualNetworks@2024-05-01' = {{\n  name: 'main'\n  properties: {{\n    addressSpace: {{ \
             addressPrefixes: {} }}\n    subnets: [\n{subnets}    ]\n  }}\n}}",
            Self::list(self.space.iter().copied(), '\'')
        );
        if !self.routes.is_empty() {
            let routes = self.routes.iter().enumerate().map(|(n, range)| {
                format!(
                    "      {{ name: 'r{n}', properties: {{ addressPrefix: '{range}', nextHopType: 'VirtualAppliance', \
                     nextHopIpAddress: '10.255.0.4' }} }}\n"
                )
            });
            let _ = writeln!(
                text,
                "resource r 'Microsoft.Network/routeTables@2024-05-01' = {{\n  name: 'r'\n  properties: {{\n    routes: [\n{}    ]\n  \
                 }}\n}}",
                routes.collect::<String>()
            );
        }
        for (name, space, to) in self.others() {
            let _ = writeln!(
                text,
                "resource {name} 'Microsoft.Network/virtualNetworks@2024-05-01' = {{\n  name: '{name}'\n  properties: {{\n    \
                 addressSpace: {{ addressPrefixes: ['{space}'] }}\n  }}\n}}\nresource {name}Peering \
                 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2024-05-01' = {{\n  parent: {to}\n  name: '{name}'\n  \
                 properties: {{\n    remoteVirtualNetwork: {{ id: {name}.id }}\n  }}\n}}"
            );
        }
        let pool = |(n, pool): (usize, &Pool)| {
            let surge = pool.surge.as_ref().map(|surge| format!("        upgradeSettings: {{ maxSurge: '{surge}' }}\n"));
            format!(
                "      {{\n        name: 'p{n}'\n        vmSize: 'Standard_D4s_v5'\n        enableAutoScaling: true\n        minCount: \
                 1\n        maxCount: {}\n        vnetSubnetID: main.properties.subnets[{}].id\n{}      }}\n",
                pool.most,
                pool.subnet,
                surge.unwrap_or_default()
            )
        };
        let profile = if self.dual_stack {
            let both = |four: Option<Cidr>, six| Self::list(four.into_iter().chain(six), '\'');
            format!(
                "      ipFamilies: ['IPv4', 'IPv6']\n      podCidrs: {}\n      serviceCidrs: {}\n",
                both(self.pods, self.pods6),
                both(self.services, self.services6)
            )
        } else {
            let one = |name, range: Option<Cidr>| range.map(|range| format!("      {name}: '{range}'\n")).unwrap_or_default();
            one("podCidr", self.pods) + &one("serviceCidr", self.services)
        };
        let dns = self.dns.map(|ip| format!("      dnsServiceIP: '{ip}'\n")).unwrap_or_default();
        let cluster = |text: &mut String, name: &str, pools: String, profile: String| {
            let _ = writeln!(
                text,
                "resource {name} 'Microsoft.ContainerService/managedClusters@2025-05-01' = {{\n  name: '{name}'\n  location: \
                 'westeurope'\n  sku: {{ name: 'Base', tier: 'Standard' }}\n  properties: {{\n    agentPoolProfiles: [\n{pools}    ]\n    \
                 networkProfile: {{\n      networkPlugin: 'azure'\n      networkPluginMode: 'overlay'\n{profile}    }}\n  }}\n}}"
            );
        };
        cluster(&mut text, "c", self.pools.iter().enumerate().map(pool).collect(), profile + &dns);
        if let Some((pods, services)) = self.neighbour {
            let pools = "      { name: 'p', count: 1, vnetSubnetID: main.properties.subnets[0].id }\n".to_owned();
            let dns = services.nth(10).unwrap();
            let profile = format!("      podCidr: '{pods}'\n      serviceCidr: '{services}'\n      dnsServiceIP: '{dns}'\n");
            cluster(&mut text, "z", pools, profile);
        }
        text
    }

    fn sources(&self, language: Language) -> Sources {
        let told = |ranges: &Vec<Cidr>| format!("[network]\non-premises = {}\n", Self::list(ranges.iter().copied(), '"'));
        let mut sources = Sources::new();
        let (path, text) = match language {
            Language::Terraform => ("main.tf", self.terraform()),
            Language::Bicep => ("main.bicep", self.bicep()),
        };
        sources.add("overlint.toml", self.on_premises.as_ref().map(told).unwrap_or_default().as_bytes());
        sources.add(path, text.as_bytes());
        sources.add_folder("");
        sources.ask(path, Asked::Found);
        let file = sources.iter().find(|(_, f)| f.path() == "overlint.toml").map(|(id, _)| id).unwrap();
        sources.set_config("", file);
        sources
    }

    /// What is suggested for the cluster, and the words before the place of each suggestion.
    fn suggestions(&self, language: Language) -> Vec<(Suggestion, String)> {
        let sources = self.sources(language);
        let facts = Facts::embedded();
        let worlds = overlint::with_threads(1, || overlint::deployments(&sources, &Config::default())).unwrap();
        assert_eq!(worlds.len(), 1);
        let world = &worlds[0].world;
        let cluster = world.clusters.iter().find(|cluster| cluster.address.ends_with('c')).unwrap();
        let found = suggest::of(world, cluster, &facts, Date::LATEST);
        let all = suggest::of_all(world, &facts, Date::LATEST);
        let place = world.clusters.iter().position(|other| std::ptr::eq(other, cluster)).unwrap();
        assert_eq!(all[place], found);
        let before = |one: &Suggestion| sources.file(one.span.file).text()[..one.span.start as usize].to_owned();
        found.iter().map(|one| (one.clone(), before(one))).collect()
    }

    /// The network with a value replaced.
    fn apply(&mut self, suggestion: &Suggestion, before: &str) {
        let place = |marker: &str| before.rfind(marker);
        if suggestion.name.starts_with("dns") {
            self.dns = Some(suggestion.suggested.parse().unwrap());
            return;
        }
        let range = cidr(&suggestion.suggested);
        match (suggestion.name, range.family()) {
            ("pod_cidr" | "pod_cidrs" | "podCidr" | "podCidrs", Family::V4) => self.pods = Some(range),
            ("pod_cidr" | "pod_cidrs" | "podCidr" | "podCidrs", Family::V6) => self.pods6 = Some(range),
            ("service_cidr" | "service_cidrs" | "serviceCidr" | "serviceCidrs", Family::V4) => self.services = Some(range),
            ("service_cidr" | "service_cidrs" | "serviceCidr" | "serviceCidrs", Family::V6) => self.services6 = Some(range),
            (_, family) => {
                let number = place("subnet-").map(|at| before[at + 7..].split(|c: char| !c.is_ascii_digit()).next().unwrap());
                match (number, family) {
                    (None, Family::V6) => self.space.push(range),
                    (None, Family::V4) => panic!("{suggestion:?} is for a VNet"),
                    (Some(number), Family::V4) => self.subnets[number.parse::<usize>().unwrap()].v4 = range,
                    (Some(number), Family::V6) => self.subnets[number.parse::<usize>().unwrap()].v6 = Some(range),
                }
            }
        }
    }

    /// What the rules about addresses find on the cluster.
    fn found(&self, language: Language) -> Vec<String> {
        let sources = self.sources(language);
        // Repairs take more time than all else.
        let config = Config { no_repairs: true, ..Config::default() };
        let report: Report = overlint::with_threads(1, || overlint::check(&sources, &config)).unwrap();
        assert!(report.unreadable.is_empty(), "{:?}", report.unreadable);
        let about = report.findings.iter().filter(|f| SUGGESTING.contains(&f.rule));
        let about = about.filter(|f| f.cluster.ends_with('c') || f.also.iter().any(|cluster| cluster.ends_with('c')));
        about.map(|f| format!("{}: {} -- {}", f.rule, f.message, f.fix)).collect()
    }

    /// What nothing that is suggested for pods or services may touch, but for the cluster's own ranges.
    fn taken(&self) -> Vec<Cidr> {
        let mut taken = reserved();
        taken.extend(self.space.iter().chain(&self.peers).chain(&self.farther));
        taken.extend(self.subnets.iter().flat_map(|subnet| std::iter::once(subnet.v4).chain(subnet.v6)));
        taken.extend(self.on_premises.iter().flatten());
        if self.on_premises.is_none() {
            taken.extend(&self.routes);
        }
        taken
    }
}

fn reserved() -> Vec<Cidr> {
    ["169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24"].map(cidr).to_vec()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Terraform,
    Bicep,
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// The free range of a size that is nearest to another, found by looking at all.
fn nearest(within: &[Cidr], taken: &[Cidr], present: &Cidr, prefix: u8) -> Option<Cidr> {
    let mut free = Vec::new();
    for range in within {
        let count = range.blocks(prefix);
        let size = 1u128 << (32 - prefix);
        free.extend((0..count).map(|n| Cidr::new(range.nth(n * size).unwrap(), prefix).unwrap()));
    }
    free.retain(|range| !taken.iter().any(|taken| taken.overlaps(range)));
    free.into_iter().min_by_key(|range| (number(range.first()).abs_diff(number(present.first())), *range))
}

fn private() -> Vec<Cidr> {
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map(cidr).to_vec()
}

/// So many random networks are looked at.
fn networks() -> u64 {
    std::env::var("OVERLINT_SUGGEST_NETWORKS").ok().map_or(150, |number| number.parse().unwrap())
}

#[test]
fn what_is_suggested_for_random_networks_breaks_no_rule() {
    let (mut suggested, mut counts) = (0, std::collections::BTreeMap::<&str, usize>::new());
    for seed in 0..networks() {
        let network = Network::random(&mut Random(seed));
        let mut texts = Vec::new();
        for language in [Language::Terraform, Language::Bicep] {
            let before = network.found(language);
            let suggestions = network.suggestions(language);
            let told: Vec<&Suggestion> = suggestions.iter().map(|(one, _)| one).collect();
            let context = format!("seed {seed}, {language:?}\n{network:?}\n{before:#?}\n{told:#?}");
            assert!(!before.is_empty() || suggestions.is_empty(), "{context}");
            let mut better = network.clone();
            for (suggestion, place) in &suggestions {
                assert_ne!(suggestion.present.as_ref(), Some(&suggestion.suggested), "{context}");
                assert!(
                    before.iter().any(|finding| finding.contains(&suggestion.suggested)),
                    "{context}\nhelp without {suggestion:?}"
                );
                *counts.entry(suggestion.name).or_default() += 1;
                better.apply(suggestion, place);
            }
            suggested += suggestions.len();
            let left = better.found(language);
            // Where a VNet has no room for a larger subnet, none is suggested.
            let left: Vec<&String> =
                left.iter().filter(|finding| !finding.starts_with("node-subnet-") || finding.contains("is free")).collect();
            assert!(left.is_empty(), "{context}\n{left:#?}");
            // Ranges that are suggested are free of each other.
            let ranges: Vec<Cidr> = suggestions.iter().filter_map(|(one, _)| one.suggested.parse().ok()).collect();
            let is_space = |range: &Cidr| better.space.contains(range);
            for (n, one) in ranges.iter().enumerate() {
                assert!(!ranges[n + 1..].iter().any(|other| other.overlaps(one) && !is_space(one)), "{context}");
            }
            texts.push(suggestions.iter().map(|(one, _)| one.suggested.clone()).collect::<Vec<_>>());
        }
    }
    assert!(suggested > 400 && counts.len() >= 10, "{suggested} {counts:?}");
}

#[test]
fn each_suggestion_can_be_made_alone() {
    for seed in 0..networks() / 3 {
        let network = Network::random(&mut Random(seed + 1_000_000));
        let suggestions = network.suggestions(Language::Terraform);
        for (kind, rules) in [("pod", "pod-cidr-"), ("service", "service-cidr-")] {
            let mut better = network.clone();
            suggestions.iter().filter(|(one, _)| one.name.starts_with(kind)).for_each(|(one, place)| better.apply(one, place));
            let left: Vec<String> = better.found(Language::Terraform).into_iter().filter(|f| f.starts_with(rules)).collect();
            assert!(left.is_empty(), "seed {seed}\n{network:#?}\n{suggestions:#?}\n{left:#?}");
        }
    }
}

#[test]
fn nothing_nearer_is_free() {
    let mut compared = 0;
    for seed in 0..networks() {
        let network = Network { dual_stack: false, ..Network::random(&mut Random(seed + 2_000_000)) };
        let suggestions = network.suggestions(Language::Terraform);
        let of = |name: &str| suggestions.iter().find(|(one, _)| one.name == name).map(|(one, _)| one);
        let [default_pods, default_services] = [cidr("10.244.0.0/16"), cidr("10.0.0.0/16")];
        let (pods, services) = (network.pods.unwrap_or(default_pods), network.services.unwrap_or(default_services));
        let (new_pods, new_services) = (of("pod_cidr"), of("service_cidr"));
        let context = format!("seed {seed}\n{network:#?}\n{suggestions:#?}");
        if let Some(new) = new_pods.map(|one| cidr(&one.suggested)).filter(|new| new.prefix() <= 22 && !new.covers(&pods)) {
            let mut taken = network.taken();
            taken.push(services);
            assert_eq!(nearest(&private(), &taken, &pods, new.prefix()), Some(new), "{context}");
            compared += 1;
        }
        // What the address of the DNS service would rather have is another matter.
        let paired = network.services.is_some() == network.dns.is_some();
        if let Some(new) = new_services.map(|one| cidr(&one.suggested)).filter(|new| new.prefix() <= 22 && paired) {
            let mut taken = network.taken();
            taken.push(pods);
            taken.extend(new_pods.map(|one| cidr(&one.suggested)));
            // Whether Azure takes 100.64.0.0/10 for services is not certain: it comes last.
            let sure = nearest(&private()[..3], &taken, &services, new.prefix());
            let nearest = sure.or_else(|| nearest(&private(), &taken, &services, new.prefix()));
            assert_eq!(nearest, Some(new), "{context}");
            compared += 1;
        }
    }
    assert!(compared > networks() / 2, "only {compared} were compared");
}

/// A cluster with one pool, of which nothing but the pod CIDR may be wrong.
fn sized(nodes: u64, surge: u64, pods: &str) -> Network {
    Network {
        space: vec![cidr("10.0.0.0/8")],
        subnets: vec![Subnet { v4: cidr("10.0.0.0/16"), v6: None }],
        pools: vec![Pool { most: nodes, surge: Some(surge.to_string()), subnet: 0 }],
        dual_stack: false,
        pods: Some(cidr(pods)),
        pods6: None,
        services: Some(cidr("172.16.0.0/16")),
        services6: None,
        dns: Some([172, 16, 0, 10].into()),
        peers: Vec::new(),
        farther: Vec::new(),
        on_premises: None,
        routes: Vec::new(),
        neighbour: None,
    }
}

#[test]
fn one_node_more_than_there_are_blocks_takes_a_larger_range() {
    for (blocks, prefix) in [(4, 22), (16, 20), (64, 18), (256, 16)] {
        let pods = format!("100.64.0.0/{prefix}");
        assert!(sized(blocks - 2, 2, &pods).suggestions(Language::Terraform).is_empty(), "{blocks}");
        for (nodes, surge) in [(blocks - 1, 2), (blocks - 2, 3), (blocks + 1, 1)] {
            let found = sized(nodes, surge, &pods).suggestions(Language::Terraform);
            let texts: Vec<&str> = found.iter().map(|(one, _)| one.suggested.as_str()).collect();
            assert_eq!(texts, [format!("100.64.0.0/{}", if nodes + surge > 2 * blocks { prefix - 2 } else { prefix - 1 })]);
        }
    }
}

#[test]
fn a_range_that_grows_contains_the_present_one_if_it_can() {
    let found = |network: &Network| -> Vec<String> {
        network.suggestions(Language::Bicep).into_iter().map(|(one, _)| one.suggested).collect()
    };
    let mut network = sized(20, 2, "100.64.16.0/20");
    assert_eq!(found(&network), ["100.64.0.0/19"]);
    network.peers.push(cidr("100.64.8.0/24"));
    network.on_premises = Some(Vec::new());
    assert_eq!(found(&network), ["100.64.32.0/19"]);
    // Too small, and the other in the way of the VNet: both move, and the address of the DNS service keeps its place.
    let mut network = sized(20, 2, "172.16.0.0/20");
    network.services = Some(cidr("10.0.0.0/20"));
    network.dns = Some([10, 0, 0, 53].into());
    assert_eq!(found(&network), ["172.16.0.0/19", "172.16.32.0/20", "172.16.32.53"]);
}

/// Where pods have no range of their own, a node takes more than one address.
#[test]
fn a_larger_subnet_has_room_for_pods_that_are_in_it() {
    let mut network = sized(20, 2, "172.18.0.0/16");
    network.subnets = vec![Subnet { v4: cidr("10.0.0.0/28"), v6: None }];
    let with = |code: &str| {
        let (_, report) = common::check_with(&[("main.tf", code)], &Config::default());
        report.findings.into_iter().find(|f| f.rule == "node-subnet-capacity").unwrap().fix
    };
    let overlay = network.terraform();
    assert!(with(&overlay).contains("(a /27 has room for 22 nodes; 10.0.0.0/27 is free)"), "{}", with(&overlay));
    let flat = overlay.replace("network_plugin_mode = \"overlay\"", "").replace("pod_cidr = \"172.18.0.0/16\"", "");
    assert!(with(&flat).contains("(a /22 has room for 22 nodes and their pods; 10.0.0.0/22 is free)"), "{}", with(&flat));
}

#[test]
fn what_is_not_known_is_said() {
    let mut network = sized(3, 1, "10.0.0.0/16");
    let fix = |network: &Network| network.found(Language::Terraform).join("\n");
    assert!(fix(&network).contains("that is free of all networks in reach."), "{}", fix(&network));
    network.space = vec![cidr("10.0.0.0/16")];
    let code = network
        .terraform()
        .replace("[\"10.0.0.0/16\"]\n}\nresource \"azurerm_subnet\"", "var.space\n}\nresource \"azurerm_subnet\"");
    let code = code + "\nvariable \"space\" {}\n";
    let (_, report) = common::check_with(&[("main.tf", &code)], &Config::default());
    let fixes: Vec<&str> = report.findings.iter().map(|f| f.fix.as_str()).collect();
    assert!(fixes.iter().any(|fix| fix.contains("free as far as the code shows (var.space has no value)")), "{fixes:#?}");
}

/// What the check says of a plan as code.
fn complaints(path: &str, code: &str) -> Vec<String> {
    let (_, report) = common::check_with(&[(path, code)], &Config { no_repairs: true, ..Config::default() });
    assert!(report.unreadable.is_empty(), "{:?}\n{code}", report.unreadable);
    assert_eq!(report.clusters.len(), 1, "{code}");
    report.findings.iter().map(|f| format!("{}: {}", f.rule, f.message)).collect()
}

#[test]
fn random_plans_pass_the_check_in_both_languages() {
    let (mut made, mut refused) = (0, 0);
    for seed in 0..networks() {
        let random = &mut Random(seed + 3_000_000);
        let prefixes = if random.one_in(4) { 9..=12 } else { 14..=22 };
        let vnet = match random.below(3) {
            0 => vec![random.range(12..=24)],
            _ => Vec::new(),
        };
        let wishes = Wishes {
            nodes: random.of(&[1, 3, 100, 1000, 4000]) + random.below(100),
            surge: random.of(&[None, Some(Surge::Percent(33)), Some(Surge::Nodes(7)), Some(Surge::Percent(1))]),
            pods_per_node: random.of(&[None, Some(10), Some(110)]),
            avoid: (0..random.of(&[0, 1, 3, 20])).map(|_| random.range(prefixes.clone())).collect(),
            vnet,
            dual_stack: random.one_in(3),
            day: Date::LATEST,
        };
        let Ok(plan) = Plan::of(&wishes, &Facts::embedded()) else {
            refused += 1;
            continue;
        };
        made += 1;
        let context = format!("seed {seed}\n{wishes:#?}\n{plan:#?}");
        for (path, code) in [("main.tf", plan.hcl()), ("main.bicep", plan.bicep())] {
            let found = complaints(path, &code);
            assert!(found.is_empty(), "{context}\n{code}\n{found:#?}");
        }
        let own = [Some(plan.pod_cidr.range), plan.pod_cidr_ipv6, Some(plan.service_cidr), plan.service_cidr_ipv6];
        let own: Vec<Cidr> = own.into_iter().flatten().chain(plan.vnet.iter().copied()).collect();
        for (n, range) in own.iter().enumerate() {
            let given = wishes.vnet.contains(range);
            assert!(!own[n + 1..].iter().any(|other| other.overlaps(range)), "{context}");
            assert!(given || !wishes.avoid.iter().any(|avoided| avoided.overlaps(range)), "{context}");
        }
        assert!(!wishes.avoid.iter().any(|avoided| avoided.overlaps(&plan.node_subnet.range)), "{context}");
        // As small as can be, and honest about how far it reaches.
        let all = plan.nodes + plan.surge_nodes;
        for sized in [&plan.pod_cidr, &plan.node_subnet] {
            assert!(sized.room >= all && sized.full_at >= plan.nodes, "{context}");
        }
        assert!(plan.pod_cidr.room < 2 * all || plan.pod_cidr.range.prefix() == 23, "{context}");
        for (sized, more) in [(&plan.pod_cidr, 0), (&plan.pod_cidr, 1)] {
            let grown = Wishes { nodes: sized.full_at + more, avoid: Vec::new(), vnet: Vec::new(), ..wishes.clone() };
            if let Ok(grown) = Plan::of(&grown, &Facts::embedded()) {
                assert_eq!(grown.pod_cidr.range.prefix() == sized.range.prefix(), more == 0, "{context}");
            }
        }
    }
    assert!(made > networks() / 2 && refused > 0, "{made} made, {refused} refused");
}

fn run(args: &[&str]) -> common::program::Run {
    common::program::run(&std::env::temp_dir(), &[&["suggest"], args].concat())
}

#[test]
fn the_text_fits_on_a_screen_and_says_why() {
    let run_of = run(&["--nodes", "60"]);
    assert_eq!((run_of.code, run_of.err.as_str()), (0, ""));
    common::golden("tests/golden/suggest.txt", &run_of.out);
    for args in [&["--nodes", "4500", "--dual-stack", "--surge", "400"][..], &["--nodes", "1", "--vnet", "10.200.100.0/28"]] {
        let run = run(args);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(run.out.lines().all(|line| line.chars().count() <= 80), "{}", run.out);
        assert!(run.out.lines().all(|line| line.trim_end() == line), "{}", run.out);
    }
}

#[test]
fn code_and_json_come_out_of_the_program() {
    let project = common::program::Project::new(&[]);
    for (format, file) in [("hcl", "main.tf"), ("bicep", "main.bicep")] {
        let made = run(&["--nodes", "2500", "--dual-stack", "--surge", "20%", "--format", format]);
        project.write(file, &made.out);
        let checked = project.check(&["--format", "compact", file]);
        assert_eq!((checked.code, checked.out.as_str()), (0, ""), "{}", checked.err);
    }
    let made = run(&["--nodes", "60", "--avoid", "10.0.0.0/8", "--vnet", "192.168.0.0/20", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&made.out).unwrap();
    assert_eq!(plan["node_subnet"], serde_json::json!(["192.168.0.0/25"]));
    assert_eq!(plan["pod_cidrs"], serde_json::json!(["100.64.0.0/17"]));
    assert_eq!(plan["pod_cidr_room"], serde_json::json!({"nodes": 128, "full_at": 116}));
}

#[test]
fn what_cannot_be_is_refused() {
    for (args, why) in [
        (&["--nodes", "0"][..], "a cluster has at least 1 node"),
        (&["--nodes", "5001"], "a cluster has at most 5,000 nodes, not 5,001"),
        (&["--nodes", "1001", "--as-of", "2024-01-01"], "a cluster has at most 1,000 nodes, not 1,001"),
        (&["--nodes", "5000"], "an upgrade of this one needs 100 of them"),
        (&["--nodes", "1", "--pods-per-node", "10"], "1 node with 10 pods each is too few"),
        (&["--nodes", "5", "--pods-per-node", "251"], "a node has 10 to 250 pods, not 251"),
        (&["--nodes", "5", "--surge", "0"], "a surge of at least 1 node"),
        (&["--nodes", "5", "--surge", "101%"], "a surge is 100% at most"),
        (&["--nodes", "5", "--surge", "18446744073709551615"], "more than a cluster has"),
        (&["--nodes", "5", "--surge", "some"], "neither a number nor a percentage"),
        (&["--nodes", "60", "--vnet", "10.0.0.0/26"], "the VNet has no free /25 for 66 nodes"),
        (&["--nodes", "6", "--vnet", "172.16.0.0/12"], "it overlaps 172.30.0.0/16, which AKS reserves"),
        (&["--nodes", "6", "--vnet", "10.1.0.0/24", "--avoid", "10.0.0.0/8"], "which is to be avoided"),
        (&["--nodes", "6", "--vnet", "fd00::/48"], "the VNet needs an IPv4 range, too"),
        (&["--nodes", "6", "--avoid", "10.0.0.1/8"], "did you mean 10.0.0.0/8?"),
        (&["--nodes", "6", "--avoid", "10.0.0.0"], "it has no prefix length"),
        (&["--nodes", "6", "--avoid", "0.0.0.0/0"], "no free /21 is left in private space for the pods of 7 nodes"),
        (&["--nodes", "6", "--dual-stack", "--avoid", "fc00::/7"], "no free IPv6 /64 is left"),
        (&[], "--nodes"),
    ] {
        let run = run(args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.contains(why), "{args:?}: {}", run.err);
    }
}
