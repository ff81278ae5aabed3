//! How code names VNets and subnets: by reference, by id, by name. What it names without declaring it is added as unseen.

use super::{AMBIGUOUS, NOT_DECLARED, Networks, link, resource_group, security};
use crate::model::fields::Vocabulary;
use crate::model::read::{self, Part};
use crate::model::{Field, Outside, State, Subnet, SubnetId, SubnetRanges, Undecided, Vnet, VnetId};
use crate::value::{At, Term, TermPart, Val, Value};
use std::sync::Arc;

impl Networks {
    /// The VNet that something in it names.
    pub(super) fn vnet_of(&mut self, part: &Part<'_>, module: &Arc<str>) -> Result<VnetId, Undecided> {
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
    pub(super) fn vnet_by_id(&mut self, id: &Val) -> Result<VnetId, Undecided> {
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
    pub(super) fn vnet_named(&mut self, name: &Val, group: &Field<String>, module: &Arc<str>) -> Result<VnetId, Undecided> {
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

    pub(super) fn find_subnet(&mut self, id: &Val) -> Result<SubnetId, Undecided> {
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

/// A VNet that the code names but does not declare.
pub(super) fn unseen_vnet(name: Field<String>, resource_group: Field<String>, at: At) -> Vnet {
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
        ranges: SubnetRanges::default(),
        more_subnets: Some(why.clone()),
        peers: Vec::new(),
        more_peers: Some(why.clone()),
        declared: false,
        outside: vec![Outside::unknown(why)],
    }
}

/// A subnet that the code names but does not declare.
pub(super) fn unseen_subnet(
    address: &Arc<str>,
    at: At,
    name: Field<String>,
    vnet: Result<VnetId, Undecided>,
    why: Undecided,
) -> Subnet {
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
pub(super) struct Candidates<'a> {
    /// Of each, its name and the module it stands in.
    pub(super) names: &'a [(Option<Val>, Arc<str>)],
    /// Which of them a resource stands for.
    pub(super) referred: &'a dyn Fn(&Arc<str>) -> Option<usize>,
    /// Whether one is certainly in another resource group.
    pub(super) other_group: &'a dyn Fn(usize) -> bool,
    /// What to say when several have the name.
    pub(super) ambiguous: &'static str,
}

impl Candidates<'_> {
    /// The one with a name: the one that the name was read from, else the one of that name in the same module, else the only one of that
    /// name anywhere; `None` when there is none.
    ///
    /// # Errors
    /// The reason, when it may be any of several, or the name is not known.
    pub(super) fn named(&self, name: &Val, module: &Arc<str>) -> Result<Option<usize>, Undecided> {
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
pub(super) fn other_name(a: &Field<String>, b: &Field<String>) -> bool {
    matches!((a.known(), b.known()), (Ok(Some(a)), Ok(Some(b))) if !a.eq_ignore_ascii_case(b))
}

/// Whether two values are certainly the same text.
fn same(a: &Val, b: &Val) -> bool {
    match (&a.value, &b.value) {
        (Value::String(a), Value::String(b)) => a.eq_ignore_ascii_case(b),
        (Value::Unknown(a), Value::Unknown(b)) => a.term.is_some() && a.term == b.term,
        _ => false,
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
pub(super) fn named_in_id(attribute: &'static str, name: Option<&String>, id: &Val) -> Field<String> {
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

/// The parts of an id, known and unknown ones.
pub(in crate::model) fn parts_of_id(id: &Val) -> Result<Arc<[TermPart]>, Undecided> {
    match &id.value {
        Value::String(text) => Ok(Arc::new([TermPart::Text(Arc::clone(text))])),
        Value::Unknown(unknown) => unknown.term.as_ref().map(|t| Arc::clone(&t.0)).ok_or_else(|| read::undecided(id)),
        _ => Err(read::undecided(id)),
    }
}

/// The name that follows a kind of resource in an id, unless it is unknown.
pub(in crate::model) fn name_in_id(parts: &[TermPart], kind: &str) -> Option<String> {
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

/// The id that code asks for. (A plan shows ids of azurerm, too, but as answers.)
pub(super) fn id_in_code<'r>(part: &Part<'r>) -> Option<&'r Val> {
    part.get("id").filter(|_| part.vocabulary() == Vocabulary::Arm)
}
