//! Network security groups with their rules, and the subnets that have them.

use super::routes::{differ, not_shown, own, parent, read_from_azure, reference, title};
use super::{Candidates, Field, Networks, Part, State, Undecided, read};
use crate::cidr::Cidr;
use crate::model::fields::{Vocabulary, is_kind};
use crate::model::{Addresses, SecurityGroup, SecurityRule, arm};
use crate::tree::Resource;
use crate::value::{At, Val, Value};
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

const GROUP: &str = "azurerm_network_security_group";
const RULE: &str = "azurerm_network_security_rule";

/// The type of resources that give a subnet its security group.
pub(super) const OF_SUBNET: &str = "azurerm_subnet_network_security_group_association";
/// The attribute that names a security group.
pub(super) const GROUP_ID: &str = "network_security_group_id";

/// Security groups that code can name.
#[derive(Default)]
pub(super) struct Security {
    groups: Vec<Arc<SecurityGroup>>,
    /// Of each group, its rules with resources of their own.
    own_rules: Vec<Vec<SecurityRule>>,
    /// Of each group, the resource group, the value of its name and the module it stands in, to link what names it.
    resource_groups: Vec<Field<String>>,
    names: Vec<(Option<Val>, Arc<str>)>,
    by_address: HashMap<Arc<str>, usize>,
}

impl Security {
    pub(super) fn read(resources: &[Resource]) -> Self {
        let mut security = Self::default();
        let of = |kind: &'static str, existing: bool| {
            resources.iter().filter(move |r| is_kind(&r.kind, kind) && r.existing == existing && !arm::is_update(r))
        };
        of(GROUP, false).for_each(|r| security.add_group(r));
        of(GROUP, true).for_each(|r| security.add_existing_group(r));
        of(RULE, false).for_each(|r| security.add_rule(r));
        resources
            .iter()
            .filter(|r| arm::is_update(r) && (is_kind(&r.kind, GROUP) || is_kind(&r.kind, RULE)))
            .for_each(|r| security.doubt_all(&Undecided::new(format!("{} may change this", r.address), Some(r.header))));
        for (group, own) in security.groups.iter_mut().zip(std::mem::take(&mut security.own_rules)) {
            add(&mut Arc::make_mut(group).rules, own);
        }
        security
    }

    fn push(&mut self, resource: &Resource, group: SecurityGroup) {
        let body = Part::resource(resource);
        self.by_address.insert(Arc::clone(&resource.address), self.groups.len());
        self.groups.push(Arc::new(group));
        self.own_rules.push(Vec::new());
        self.resource_groups.push(super::resource_group(&body));
        self.names.push((body.get("name").cloned(), Arc::clone(&resource.module)));
    }

    fn add_group(&mut self, resource: &Resource) {
        let body = Part::resource(resource);
        let (rules, more_rules) = match body.parts("security_rule") {
            Ok(parts) => (parts.iter().map(rule).collect(), None),
            Err((why, _)) => (Vec::new(), Some(why)),
        };
        let address = Arc::clone(&resource.address);
        self.push(resource, SecurityGroup { address, at: body.at, rules, more_rules });
    }

    /// A group that code only reads: the declared one of that name, if there is one.
    fn add_existing_group(&mut self, resource: &Resource) {
        let body = Part::resource(resource);
        match self.named(body.get("name"), &body, &resource.module) {
            Ok(Some(declared)) => _ = self.by_address.insert(Arc::clone(&resource.address), declared),
            _ => self.push(resource, unseen_group(&resource.address, body.at.clone(), read_from_azure(resource))),
        }
    }

    /// A rule with a resource of its own.
    fn add_rule(&mut self, resource: &Resource) {
        let body = Part::resource(resource);
        let name = body.get("network_security_group_name");
        let group = match body.get("parent").filter(|_| body.vocabulary() == Vocabulary::Arm) {
            Some(id) => parent(id, "networkSecurityGroups", &self.by_address),
            None => self.named(name, &body, &resource.module),
        };
        match group {
            Ok(Some(id)) => {
                let (Some(group), Some(own)) = (self.groups.get_mut(id), self.own_rules.get_mut(id)) else { return };
                let missing = resource.repeated.as_ref().map(read::undecided);
                match missing.or_else(|| super::may_be_missing(resource, &group.address)) {
                    None => own.push(rule(&body)),
                    Some(why) => _ = Arc::make_mut(group).more_rules.get_or_insert(why),
                }
            }
            Ok(None) => self.doubt_look_alikes(name, None),
            Err(why) => self.doubt_look_alikes(name, Some(why)),
        }
    }

    /// A rule may be one of any group whose name is not known to be another.
    fn doubt_look_alikes(&mut self, name: Option<&Val>, why: Option<Undecided>) {
        let not_a_text = |val: &&Val| val.value.as_str().is_none();
        for (group, (own, _)) in self.groups.iter_mut().zip(&self.names) {
            let unknown = || name.filter(not_a_text).or(own.as_ref().filter(not_a_text)).map(read::undecided);
            if let Some(why) = why.clone().or_else(unknown).filter(|_| !differ(own.as_ref(), name)) {
                Arc::make_mut(group).more_rules.get_or_insert(why);
            }
        }
    }

    fn doubt_all(&mut self, why: &Undecided) {
        self.groups.iter_mut().for_each(|group| _ = Arc::make_mut(group).more_rules.get_or_insert(why.clone()));
    }

    /// The declared group with a name, if there is one.
    fn named(&self, name: Option<&Val>, names_it: &Part<'_>, module: &Arc<str>) -> Result<Option<usize>, Undecided> {
        let Some(name) = name else {
            return Err(Undecided::new("no network security group is named here", Some(names_it.at.site)));
        };
        let group = super::resource_group(names_it);
        let candidates = Candidates {
            names: &self.names,
            referred: &|address| self.by_address.get(address).copied(),
            other_group: &|id| self.resource_groups.get(id).is_some_and(|own| super::other_name(own, &group)),
            ambiguous: "several network security groups have this name",
        };
        candidates.named(name, module)
    }

    /// The group that a value names by its id.
    fn group(&self, id: &Val) -> Arc<SecurityGroup> {
        let known = reference(id).and_then(|address| self.groups.get(*self.by_address.get(address)?));
        let unseen = || unseen_group(&title(id, "the network security group"), id.at.clone(), not_shown(id));
        known.cloned().unwrap_or_else(|| Arc::new(unseen()))
    }

    /// The group that a subnet names itself: inside a VNet, or with an attribute that azurerm writes but does not read.
    pub(super) fn own_group(&self, subnet: &Part<'_>) -> Field<Arc<SecurityGroup>> {
        own(subnet, &[GROUP_ID, "security_group", "network_security_group_id_wo"], |id| self.group(id))
    }
}

impl Networks {
    /// Adds the security groups that subnets have by resources of their own.
    pub(super) fn add_security(&mut self, resources: &[Resource]) {
        for resource in resources.iter().filter(|r| !r.existing && &*r.kind == OF_SUBNET) {
            self.add_association(
                resource,
                GROUP_ID,
                |networks, id| networks.security.group(id),
                |subnet| &mut subnet.security_group,
            );
        }
    }
}

/// A group that the code names but does not declare.
fn unseen_group(address: &Arc<str>, at: At, why: Undecided) -> SecurityGroup {
    SecurityGroup { address: Arc::clone(address), at, rules: Vec::new(), more_rules: Some(why) }
}

/// Adds rules with resources of their own. A plan shows them as rules inside of the group, too, as they were: the last of a name counts.
fn add(rules: &mut Vec<SecurityRule>, own: Vec<SecurityRule>) {
    let name = |rule: &SecurityRule| rule.name.known().ok().flatten().map(|name| name.to_ascii_lowercase());
    let mut seen = HashSet::new();
    let mut kept: Vec<SecurityRule> =
        own.into_iter().rev().filter(|rule| name(rule).is_none_or(|name| seen.insert(name))).collect();
    rules.retain(|rule| name(rule).is_none_or(|name| !seen.contains(&name)));
    kept.reverse();
    rules.append(&mut kept);
}

fn rule(part: &Part<'_>) -> SecurityRule {
    SecurityRule {
        at: part.at.clone(),
        name: part.text(&["name"]),
        priority: part.number(&["priority"]),
        direction: part.word(&["direction"]),
        access: part.word(&["access"]),
        protocol: part.text(&["protocol"]),
        sources: ends(
            part,
            ["source_address_prefix", "source_address_prefixes"],
            Some("source_application_security_group_ids"),
            addresses,
        ),
        source_ports: ends(part, ["source_port_range", "source_port_ranges"], None, ports),
        destinations: ends(
            part,
            ["destination_address_prefix", "destination_address_prefixes"],
            Some("destination_application_security_group_ids"),
            addresses,
        ),
        destination_ports: ends(part, ["destination_port_range", "destination_port_ranges"], None, ports),
    }
}

/// What a rule lists by an attribute for one and an attribute for many. What an application security group holds is not known here.
fn ends<T>(
    part: &Part<'_>,
    [one, many]: [&'static str; 2],
    groups: Option<&'static str>,
    convert: fn(&str) -> Result<T, String>,
) -> Vec<Field<T>> {
    let unknown = |name, why, at: &At| Field::new(name, State::Unknown(why), at.clone());
    let mut found = Vec::new();
    for name in [one, many] {
        let spelled = part.spelled(name);
        match part.find(name) {
            Ok(Some(val)) => match &val.value {
                Value::List(items) | Value::Set(items) => {
                    found.extend(
                        items.iter().map(|item| read::from_val(spelled, &val.element(item), |v| convert(&read::text(v)?))),
                    );
                }
                Value::String(text) if text.is_empty() => {}
                Value::Null => {}
                _ => found.push(read::from_val(spelled, val, |v| convert(&read::text(v)?))),
            },
            Ok(None) => {}
            Err(why) => found.push(unknown(spelled, why, &part.at)),
        }
    }
    let listed = |val: &Val| !matches!(&val.value, Value::List(items) | Value::Set(items) if items.is_empty());
    match groups.map(|name| (part.spelled(name), part.find(name))) {
        Some((name, Ok(Some(val)))) if listed(val) => {
            let why = Undecided::new("which addresses an application security group holds is not known", Some(val.at.site));
            found.push(unknown(name, why, &val.at));
        }
        Some((name, Err(why))) => found.push(unknown(name, why, &part.at)),
        _ => {}
    }
    if found.is_empty() {
        let name = part.spelled(one);
        found.push(unknown(name, Undecided::new(format!("{name} is not set here"), Some(part.at.site)), &part.at));
    }
    found
}

fn addresses(text: &str) -> Result<Addresses, String> {
    if text == "*" {
        return Ok(Addresses::Any);
    }
    let single = text.parse::<IpAddr>().ok().and_then(|ip| Cidr::new(ip, if ip.is_ipv4() { 32 } else { 128 }));
    if let Some(range) = single.or_else(|| text.parse().ok()) {
        return Ok(Addresses::Range(range));
    }
    // AzureCloud.WestEurope, VIRTUAL_NETWORK
    let is_tag = text.starts_with(|c: char| c.is_ascii_alphabetic()) && !text.contains([':', '/']);
    if is_tag { Ok(Addresses::Tag(text.to_owned())) } else { Err(format!("{text:?} is no range, address or service tag")) }
}

fn ports(text: &str) -> Result<(u16, u16), String> {
    if text == "*" {
        return Ok((0, u16::MAX));
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok((first, last)),
        _ => Err(format!("{text:?} is no port or range of ports")),
    }
}
