//! Ranges and addresses that satisfy all rules: what to write instead of those that rules object to, and plans from scratch.
//!
//! The rules say what is wrong; their help, the map and everybody else take from here what would be right, so that all say the same.

mod choices;
mod code;
mod plan;
mod space;
mod subnets;

pub use plan::{Impossible, Plan, Pool, Sized, Surge, Wishes};

pub(crate) use choices::{Cache, Choices};
pub(crate) use subnets::{ipv6 as ipv6_of_subnet, larger as larger_subnet};

use crate::cidr::{Cidr, Family};
use crate::date::Date;
use crate::facts::Facts;
use crate::model::{Cluster, Field, State, Undecided, World};
use crate::rules::ranges::Range;
use crate::rules::{self, Context};
use crate::source::Span;
use std::collections::HashSet;
use std::fmt::Display;

/// Another value for an attribute that breaks a rule about addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Suggestion {
    /// The attribute as the user's language spells it: `pod_cidr`, `podCidr`.
    pub name: &'static str,
    /// Where it is written; for one that is not, where it would be.
    pub span: Span,
    /// The value that it has, be it Azure's default; `None` where a value is to be added.
    pub present: Option<String>,
    /// The value to write.
    pub suggested: String,
    /// Why this one, in a sentence.
    pub why: String,
}

impl Suggestion {
    /// What to change: `pod_cidr 10.0.0.0/16 -> 10.4.0.0/16`.
    pub fn change(&self) -> String {
        match &self.present {
            Some(present) => format!("{} {present} -> {}", self.name, self.suggested),
            None => format!("{}: add {}", self.name, self.suggested),
        }
    }
}

/// What to write instead of the ranges and addresses of a cluster, and of its nodes' subnets, that break a rule on that day: each
/// attribute once. All of them together break none, as far as the code shows the networks; so does each by itself, unless there is no
/// room for that.
pub fn of(world: &World, cluster: &Cluster, facts: &Facts, day: Date) -> Vec<Suggestion> {
    once_each(rules::suggestions(&Context::new(world, facts, day), cluster))
}

/// The same for each cluster of a world, in their order.
pub fn of_all(world: &World, facts: &Facts, day: Date) -> Vec<Vec<Suggestion>> {
    let cx = Context::new(world, facts, day);
    world.clusters.iter().map(|cluster| once_each(rules::suggestions(&cx, cluster))).collect()
}

fn once_each(mut suggestions: Vec<Suggestion>) -> Vec<Suggestion> {
    let mut seen = HashSet::new();
    suggestions.retain(|one| seen.insert((one.name, one.span, one.suggested.clone())));
    suggestions
}

/// Which of a cluster's ranges is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The addresses of pods.
    Pod,
    /// The addresses of services.
    Service,
}

/// What to change, in words, and the values that come of it.
#[derive(Default)]
pub(crate) struct Advice {
    /// Whole sentences.
    pub(crate) text: String,
    pub(crate) suggestions: Vec<Suggestion>,
}

impl Advice {
    /// Words without values.
    pub(crate) fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), suggestions: Vec::new() }
    }

    /// With a further sentence.
    pub(crate) fn and(mut self, sentence: &str) -> Self {
        self.text = format!("{} {sentence}", self.text);
        self
    }
}

/// Azure's default for a range.
pub(crate) fn default_range(cx: &Context, of: Kind, family: Family) -> Option<Cidr> {
    let defaults = &cx.facts.defaults;
    let fact = match (of, family) {
        (Kind::Pod, Family::V4) => &defaults.pod_cidr,
        (Kind::Service, Family::V4) => &defaults.service_cidr,
        (Kind::Pod, Family::V6) => &defaults.pod_cidr_ipv6,
        (Kind::Service, Family::V6) => &defaults.service_cidr_ipv6,
    };
    fact.on(cx.day)?.parse().ok()
}

/// The prefix of the IPv6 range that is proposed for a VNet: 256 subnets.
const IPV6_VNET_PREFIX: u8 = 56;

/// Where to look for the IPv6 range of a VNet: beside that of Azure's default for pods.
fn ipv6_neighbour(cx: &Context) -> Option<Cidr> {
    let pods = default_range(cx, Kind::Pod, Family::V6)?;
    Cidr::new(Cidr::new(pods.first(), IPV6_VNET_PREFIX)?.last(), 128)
}

/// The spaces that ranges of clusters are made of, the better ones first.
fn private_spaces(cx: &Context, of: Kind, family: Family) -> Vec<Vec<Cidr>> {
    let addresses = &cx.facts.addresses;
    let spaces = match (of, family) {
        (Kind::Service, Family::V4) => &[&addresses.sure_service_ranges, &addresses.private_ranges][..],
        (Kind::Pod, Family::V4) => &[&addresses.private_ranges],
        (_, Family::V6) => &[&addresses.private_ranges_ipv6],
    };
    spaces.iter().filter_map(|space| space.on(cx.day).cloned()).collect()
}

/// What to write instead of a range that is in the way, or too large.
pub(crate) fn move_away(cx: &Context, cluster: &Cluster, of: Kind, range: &Range<'_>) -> Advice {
    let choices = Choices::of(cx, cluster);
    let name = called(range.field);
    let Some(chosen) = choices.range(cluster, of, range.field) else {
        return Advice::words(format!(
            "Set {name} to a private range that no network in reach uses; no free one of this size was found."
        ));
    };
    let place = place(&range.cidr, &chosen, choices.unknown.as_ref());
    let mut suggestions = vec![suggestion(range.field, range.cidr, &chosen, sentence(&place))];
    let dns = dns_with(&choices, cluster, of, &chosen);
    let with_it = dns.as_ref().map(|dns| format!(", and {} to {}", dns.name, dns.suggested)).unwrap_or_default();
    suggestions.extend(dns);
    Advice { text: format!("Set {name} to {chosen}, {place}{with_it}."), suggestions }
}

/// How to make a pod range as large as it must be, for so many nodes.
pub(crate) fn enlarge(cx: &Context, cluster: &Cluster, range: &Range<'_>, nodes: &str) -> Advice {
    let choices = Choices::of(cx, cluster);
    let name = called(range.field);
    let Some(chosen) = choices.range(cluster, Kind::Pod, range.field) else {
        return Advice::words(format!("Make {name} larger; no free range of the needed size was found."));
    };
    let why = format!("Has room for {nodes}, and {}.", verb(&range.cidr, &chosen, choices.unknown.as_ref()));
    let prefix = chosen.prefix();
    Advice {
        text: format!("Make {name} a /{prefix} or larger: {chosen} {}.", verb(&range.cidr, &chosen, choices.unknown.as_ref())),
        suggestions: vec![suggestion(range.field, range.cidr, &chosen, why)],
    }
}

/// A range that begins where the present one does, or contains it, if that is what is chosen for it: it can be changed in place.
pub(crate) fn in_place(cx: &Context, cluster: &Cluster, of: Kind, range: &Range<'_>) -> Option<Cidr> {
    let chosen = Choices::of(cx, cluster).range(cluster, of, range.field)?;
    Cidr::new(range.cidr.first(), chosen.prefix()).filter(|same| *same == chosen)
}

/// What to write instead of a DNS address that its service range does not have, or that it needs for something else.
pub(crate) fn dns_address(cx: &Context, cluster: &Cluster, range: &Range<'_>) -> Advice {
    let choices = Choices::of(cx, cluster);
    // Where the range moves, the address moves with it.
    if choices.range(cluster, Kind::Service, range.field).is_some() {
        return move_away(cx, cluster, Kind::Service, range);
    }
    match dns(&choices, cluster, &range.cidr) {
        Some(dns) => Advice { text: format!("Set {} to {}.", dns.name, dns.suggested), suggestions: vec![dns] },
        None => move_away(cx, cluster, Kind::Service, range),
    }
}

/// Which DNS address to write beside a service range that stands alone.
pub(crate) fn dns_for_range(cx: &Context, cluster: &Cluster, range: &Range<'_>) -> Advice {
    let choices = Choices::of(cx, cluster);
    if choices.range(cluster, Kind::Service, range.field).is_some() {
        return move_away(cx, cluster, Kind::Service, range);
    }
    let name = cluster.dns_service_ip.name;
    match dns(&choices, cluster, &range.cidr).map(|dns| Suggestion { present: None, ..dns }) {
        Some(dns) => Advice { text: format!("Add {name} with the value \"{}\".", dns.suggested), suggestions: vec![dns] },
        None => Advice::words(format!("Add {name} with an address of the service CIDR.")),
    }
}

/// Which service range to write beside a DNS address that stands alone.
pub(crate) fn range_for_dns(cx: &Context, cluster: &Cluster, range: &Range<'_>) -> Advice {
    let choices = Choices::of(cx, cluster);
    let name = range.field.name;
    let (chosen, why) = match choices.range(cluster, Kind::Service, range.field) {
        Some(chosen) => (chosen, place(&range.cidr, &chosen, choices.unknown.as_ref())),
        None => (range.cidr, "which is Azure's default".to_owned()),
    };
    let dns = dns_with(&choices, cluster, Kind::Service, &chosen);
    let with_it = dns.as_ref().map(|dns| format!(", and set {} to {}", dns.name, dns.suggested)).unwrap_or_default();
    let added = Suggestion {
        name,
        span: range.field.at.site,
        present: None,
        suggested: chosen.to_string(),
        why: "The DNS service IP needs a range that has it.".to_owned(),
    };
    Advice {
        text: format!("Add {name} with the value {chosen}, {why}{with_it}."),
        suggestions: std::iter::once(added).chain(dns).collect(),
    }
}

/// The DNS address that goes with a service range.
fn dns_with(choices: &Choices, cluster: &Cluster, of: Kind, range: &Cidr) -> Option<Suggestion> {
    (of == Kind::Service && range.family() == Family::V4).then(|| dns(choices, cluster, range)).flatten()
}

fn dns(choices: &Choices, cluster: &Cluster, range: &Cidr) -> Option<Suggestion> {
    let field = &cluster.dns_service_ip;
    let ip = choices.dns.filter(|ip| range.contains(*ip))?;
    let present = match &field.state {
        State::Set(ip) | State::Default(ip) => Some(ip.to_string()),
        State::Absent => None,
        State::Unknown(_) => field.raw.as_deref().map(str::to_owned),
    };
    let why = format!("An address of {range} that nothing else has.");
    Some(Suggestion { name: field.name, span: field.at.site, present, suggested: ip.to_string(), why })
}

/// What to write instead of a range with bits behind the prefix: the same range, unless it must move anyway.
pub(crate) fn canonical(cx: &Context, cluster: &Cluster, of: Kind, field: &Field<Cidr>) -> Advice {
    let Ok(Some(cidr)) = field.known() else { return Advice::default() };
    let choices = Choices::of(cx, cluster);
    let (chosen, why) = match choices.range(cluster, of, field) {
        Some(chosen) => (chosen, sentence(&place(cidr, &chosen, choices.unknown.as_ref()))),
        None => (*cidr, "The same range, from its network address on.".to_owned()),
    };
    let mut suggestions = vec![suggestion(field, field.raw.as_deref().unwrap_or_default(), &chosen, why)];
    suggestions.extend(dns_with(&choices, cluster, of, &chosen).filter(|_| chosen != *cidr));
    Advice { text: format!("Write {chosen}."), suggestions }
}

/// The IPv6 range to add to a list that has an IPv4 one only.
pub(crate) fn second_family(cx: &Context, cluster: &Cluster, of: Kind, list: &Field<Cidr>) -> Option<Suggestion> {
    let choices = Choices::of(cx, cluster);
    let range = choices.missing(of)?;
    let why = format!("A dual-stack cluster needs an IPv6 range in {}, after the IPv4 one.", list.name);
    Some(Suggestion { name: list.name, span: list.at.site, present: None, suggested: range.to_string(), why })
}

fn suggestion(field: &Field<Cidr>, present: impl Display, chosen: &Cidr, why: String) -> Suggestion {
    Suggestion { name: field.name, span: field.at.site, present: Some(present.to_string()), suggested: chosen.to_string(), why }
}

/// Where a range lies beside the present one, as the end of a sentence.
fn place(present: &Cidr, chosen: &Cidr, unknown: Option<&Undecided>) -> String {
    let free = free(unknown);
    if chosen.covers(present) {
        format!("which contains the present range and is {free}")
    } else if present.covers(chosen) {
        format!("a part of the present range that is {free}")
    } else {
        format!("the nearest /{} that is {free}", chosen.prefix())
    }
}

/// The same for a larger range, with a verb.
fn verb(present: &Cidr, chosen: &Cidr, unknown: Option<&Undecided>) -> String {
    let place = place(present, chosen, unknown);
    place.strip_prefix("which ").map_or_else(|| format!("is {place}"), str::to_owned)
}

/// How certain it is that a range is free.
fn free(unknown: Option<&Undecided>) -> String {
    match unknown {
        None => "free of all networks in reach".to_owned(),
        Some(why) => format!("free as far as the code shows ({})", why.reason),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// A range as the object of a sentence.
fn called(field: &Field<Cidr>) -> String {
    if field.is_of_list() { format!("the range in {}", field.name) } else { field.name.to_owned() }
}
