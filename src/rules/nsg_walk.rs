//! Walks the rules of a network security group in one direction: what is denied that no rule before allows.

use super::traffic::{self, Block, EVERY_PROTOCOL, Side, Span};
use crate::cidr::Cidr;
use crate::model::{Addresses, Field, SecurityGroup, SecurityRule, Taken, Undecided};
use std::cell::{Cell, OnceCell};

/// What service tags stand for, as far as the cluster's traffic goes.
pub(super) struct Ground {
    /// The nodes, which `VirtualNetwork` surely holds.
    pub(super) nodes: Vec<Cidr>,
    /// The pods, of which that is not documented.
    pub(super) pods: Vec<Cidr>,
    /// What no tag of public addresses holds.
    pub(super) never_internet: Vec<Cidr>,
    /// What is left, once that is worked out.
    pub(super) public: OnceCell<Vec<Side>>,
    /// The addresses of both.
    pub(super) taken: Taken,
    /// Whether there may be other nodes or pods.
    pub(super) incomplete: bool,
}

/// A set that is known in part.
struct Reach<T> {
    /// What it surely holds.
    sure: Vec<T>,
    /// What it holds at most, if `VirtualNetwork` has no pods.
    near: Vec<T>,
    /// What it holds at most.
    most: Vec<T>,
}

/// A rule as far as it is known.
pub(super) struct Step<'a> {
    rule: &'a SecurityRule,
    priority: Option<u64>,
    allows: Option<bool>,
    traffic: Reach<Block>,
    /// A block that holds all of it.
    around: Option<Block>,
    /// Why some of it is not known.
    why: Option<Undecided>,
}

/// What a rule takes of some traffic.
pub(super) enum Loss {
    /// Nothing.
    None,
    /// This.
    Sure(Vec<Block>),
    /// This, unless `VirtualNetwork` holds the pods.
    ByTag(Vec<Block>),
    /// Perhaps something.
    Open(Undecided),
}

const TOO_MUCH: &str = "the rules list too many ranges and ports";
const TAG: &str = "whether the service tag VirtualNetwork holds the pods is not documented";

impl<T> Reach<T> {
    fn none() -> Self {
        Self { sure: Vec::new(), near: Vec::new(), most: Vec::new() }
    }
}

impl<T: Copy> Reach<T> {
    fn add(&mut self, sure: &[T], near: &[T], most: &[T]) {
        self.sure.extend_from_slice(sure);
        self.near.extend_from_slice(near);
        self.most.extend_from_slice(most);
    }

    /// The values that fields have in common; `all` where one is not known.
    fn of<V>(fields: &[Field<V>], all: T, why: &mut Option<Undecided>, mut add: impl FnMut(&mut Self, &V)) -> Self {
        let mut reach = Self::none();
        for field in fields {
            match field.known() {
                Ok(Some(value)) => add(&mut reach, value),
                Ok(None) => {}
                Err(unknown) => {
                    why.get_or_insert(unknown);
                    reach.add(&[], &[all], &[all]);
                }
            }
        }
        reach
    }
}

impl Ground {
    fn sides(&self, fields: &[Field<Addresses>], why: &mut Option<Undecided>) -> Reach<Side> {
        Reach::of(fields, Side::ANY, why, |reach, addresses| match addresses {
            Addresses::Any => reach.add(&[Side::ANY], &[Side::ANY], &[Side::ANY]),
            Addresses::Range(range) if self.incomplete || self.taken.overlap(range).is_some() => {
                let side = [Side::of(range)];
                reach.add(&side, &side, &side);
            }
            Addresses::Range(_) => {}
            Addresses::Tag(tag) if is_virtual_network(tag) => {
                let nodes: Vec<Side> = self.nodes.iter().map(Side::of).collect();
                let mut with_pods = nodes.clone();
                with_pods.extend(self.pods.iter().map(Side::of));
                match self.incomplete {
                    true => reach.add(&nodes, &[Side::ANY], &[Side::ANY]),
                    false => reach.add(&nodes, &nodes, &with_pods),
                }
            }
            Addresses::Tag(_) => {
                let public = self.public.get_or_init(|| Side::outside(self.never_internet.iter().chain(&self.nodes)));
                reach.add(&[], public, public);
            }
        })
    }

    /// The rules of a group that may be about this direction.
    ///
    /// # Errors
    /// The reason, when they are too many to walk.
    pub(super) fn steps<'a>(&self, group: &'a SecurityGroup, direction: &str, work: &Work) -> Result<Vec<Step<'a>>, Undecided> {
        let mut steps = Vec::new();
        let ranges = self.nodes.len() + self.pods.len();
        work.allows(group.rules.len().saturating_add(ranges.saturating_pow(2)), group)?;
        let mut size = 0;
        for step in group.rules.iter().filter_map(|rule| self.step(rule, direction)) {
            size += step.traffic.most.len();
            if size > traffic::MOST_BLOCKS {
                return Err(too_much(step.rule));
            }
            // What has nothing to do with the cluster takes nothing and saves nothing.
            if !step.traffic.most.is_empty() || step.why.is_some() && step.allows != Some(false) {
                steps.push(step);
            }
        }
        Ok(steps)
    }

    fn step<'a>(&self, rule: &'a SecurityRule, direction: &str) -> Option<Step<'a>> {
        let mut why = None;
        let mut known = |field: &Field<String>, value: &str| match needed(field) {
            Ok(text) => Some(text.eq_ignore_ascii_case(value)),
            Err(unknown) => {
                why.get_or_insert(unknown);
                None
            }
        };
        let directed = known(&rule.direction, direction);
        let allows = known(&rule.access, "allow");
        if directed == Some(false) {
            return None;
        }
        let priority = needed(&rule.priority).map_err(|unknown| why.get_or_insert(unknown).clone()).ok().copied();
        let mut traffic = self.traffic(rule, &mut why);
        if directed.is_none() {
            traffic.sure.clear();
        }
        let around = traffic::around_all(&traffic.most);
        Some(Step { rule, priority, allows, traffic, around, why })
    }

    fn traffic(&self, rule: &SecurityRule, why: &mut Option<Undecided>) -> Reach<Block> {
        let from = self.sides(&rule.sources, why);
        let to = self.sides(&rule.destinations, why);
        let every_port = (0, u16::MAX);
        let same = |reach: &mut Reach<(u16, u16)>, ports: &(u16, u16)| reach.add(&[*ports], &[*ports], &[*ports]);
        let from_ports = Reach::of(&rule.source_ports, every_port, why, same);
        let to_ports = Reach::of(&rule.destination_ports, every_port, why, same);
        let protocol = std::slice::from_ref(&rule.protocol);
        let mut unnamed = None;
        let protocols = Reach::of(protocol, EVERY_PROTOCOL, why, |reach, name| match traffic::protocols(name) {
            Some(span) => reach.add(&[span], &[span], &[span]),
            None => {
                unnamed =
                    Some(Undecided::new(format!("{name:?} is no protocol of a security rule"), Some(rule.protocol.at.site)));
                reach.add(&[], &[EVERY_PROTOCOL], &[EVERY_PROTOCOL]);
            }
        });
        *why = why.take().or(unnamed);
        let sure = blocks(&from.sure, &to.sure, &protocols.sure, &from_ports.sure, &to_ports.sure);
        let near = blocks(&from.near, &to.near, &protocols.near, &from_ports.near, &to_ports.near);
        let most = blocks(&from.most, &to.most, &protocols.most, &from_ports.most, &to_ports.most);
        match (sure, near, most) {
            (Some(sure), Some(near), Some(most)) => Reach { sure, near, most },
            _ => {
                why.get_or_insert_with(|| too_much(rule));
                let all: Vec<Block> = Block::all(Side::ANY, Side::ANY).into_iter().collect();
                Reach { sure: Vec::new(), near: all.clone(), most: all }
            }
        }
    }
}

fn too_much(rule: &SecurityRule) -> Undecided {
    Undecided::new(TOO_MUCH, Some(rule.at.site))
}

/// The value that a rule cannot do without.
fn needed<T>(field: &Field<T>) -> Result<&T, Undecided> {
    field.known()?.ok_or_else(|| Undecided::new(format!("{} is not set here", field.name), Some(field.at.site)))
}

fn is_virtual_network(tag: &str) -> bool {
    tag.eq_ignore_ascii_case("VirtualNetwork") || tag.eq_ignore_ascii_case("VIRTUAL_NETWORK")
}

/// All combinations; `None` where they are too many.
fn blocks(
    from: &[Side],
    to: &[Side],
    protocols: &[Span],
    from_ports: &[(u16, u16)],
    to_ports: &[(u16, u16)],
) -> Option<Vec<Block>> {
    let sizes = [from.len(), to.len(), protocols.len(), from_ports.len(), to_ports.len()];
    let count = sizes.iter().try_fold(1usize, |n, size| n.checked_mul(*size))?;
    if count > traffic::MOST_BLOCKS {
        return None;
    }
    let mut found = Vec::with_capacity(count);
    for (from, to) in from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to))) {
        for (protocol, from_port) in protocols.iter().flat_map(|p| from_ports.iter().map(move |port| (*p, *port))) {
            found.extend(to_ports.iter().filter_map(|to_port| Block::new(from, to, protocol, from_port, *to_port)));
        }
    }
    Some(found)
}

impl Step<'_> {
    /// Whether it surely comes before another rule.
    fn is_before(&self, other: &Self) -> bool {
        matches!((self.priority, other.priority), (Some(own), Some(other)) if own < other)
    }

    fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq(self.rule, other.rule)
    }
}

/// A rule among those of its direction that may be about the same traffic.
pub(super) struct Contest<'s, 'a> {
    step: &'s Step<'a>,
    /// The others, in their order.
    others: Vec<&'s Step<'a>>,
    all: &'s [Step<'a>],
    work: &'s Work,
}

impl<'s, 'a> Contest<'s, 'a> {
    /// `None` for a rule that denies nothing.
    pub(super) fn new(all: &'s [Step<'a>], step: &'s Step<'a>, work: &'s Work) -> Option<Self> {
        let around = step.around.filter(|_| step.allows != Some(true))?;
        work.spend(all.len());
        let meets = |other: &&Step<'_>| !other.is_same(step) && other.around.is_some_and(|b| b.meet(&around).is_some());
        let others = if work.is_done() { Vec::new() } else { all.iter().filter(meets).collect() };
        Some(Self { step, others, all, work })
    }

    pub(super) fn rule(&self) -> &'a SecurityRule {
        self.step.rule
    }

    /// Whether nothing more can be said of it.
    pub(super) fn is_given_up(&self) -> bool {
        self.work.is_done()
    }

    /// What the rule takes of some traffic.
    pub(super) fn loss(&self, flow: &Block) -> Loss {
        let step = self.step;
        self.work.spend(step.traffic.most.len());
        if self.work.is_done() {
            return Loss::Open(too_much(step.rule));
        }
        let hit = |blocks: &[Block]| blocks.iter().filter_map(|b| b.meet(flow)).collect::<Vec<_>>();
        let most = hit(&step.traffic.most);
        if most.is_empty() {
            return Loss::None;
        }
        let others = || self.others.iter().copied();
        let denied = || others().filter(|s| s.is_before(step) && s.allows == Some(false)).flat_map(|s| &s.traffic.sure);
        let perhaps_allows = |s: &Step<'_>| !step.is_before(s) && s.allows != Some(false);
        let allowed = others().filter(|s| s.is_before(step) && s.allows == Some(true)).flat_map(|s| &s.traffic.sure);
        let surely_hit = if step.allows.is_none() { Vec::new() } else { hit(&step.traffic.sure) };
        let taken = |part: fn(&Reach<Block>) -> &Vec<Block>| {
            let saved = others().filter(|s| perhaps_allows(s)).flat_map(|s| part(&s.traffic));
            traffic::minus(surely_hit.clone(), saved.chain(denied()), self.work).unwrap_or_default()
        };
        let sure = taken(|reach| &reach.most);
        if !sure.is_empty() {
            return Loss::Sure(sure);
        }
        let by_tag = taken(|reach| &reach.near);
        if !by_tag.is_empty() {
            return Loss::ByTag(by_tag);
        }
        match traffic::minus(most, allowed.chain(denied()), self.work) {
            Some(rest) if rest.is_empty() => Loss::None,
            Some(_) => {
                let saving = self.all.iter().filter(|other| !other.is_same(step) && perhaps_allows(other));
                let why = step.why.clone().or_else(|| saving.into_iter().find_map(|s| s.why.clone()));
                Loss::Open(why.unwrap_or_else(|| Undecided::new(TAG, Some(step.rule.at.site))))
            }
            None => Loss::Open(too_much(step.rule)),
        }
    }
}

/// How much work the rules of all security groups may make.
pub(super) struct Work {
    left: Cell<usize>,
}

/// So many blocks of traffic are compared with one another for all clusters.
const MOST_WORK: usize = 20_000_000;

impl Default for Work {
    fn default() -> Self {
        Self { left: Cell::new(MOST_WORK) }
    }
}

impl Work {
    pub(super) fn spend(&self, steps: usize) {
        self.left.set(self.left.get().saturating_sub(steps));
    }

    pub(super) fn is_done(&self) -> bool {
        self.left.get() == 0
    }

    /// Whether there is enough for some more.
    ///
    /// # Errors
    /// The reason why a group is not looked at, when there is not.
    pub(super) fn allows(&self, steps: usize, group: &SecurityGroup) -> Result<(), Undecided> {
        self.spend(steps);
        if self.is_done() { Err(Undecided::new(TOO_MUCH, Some(group.at.site))) } else { Ok(()) }
    }
}
