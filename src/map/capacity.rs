//! What limits the number of a cluster's nodes.

use super::{Demand, Limit};
use crate::model::{Cluster, Undecided};
use crate::rules::Context;
use crate::rules::room::{self, Of, Room, rooms};

/// The limits, the pod ranges first.
pub(super) fn limits(cx: &Context<'_>, cluster: &Cluster) -> Vec<Limit> {
    let doubt = doubt_about_pods(cluster);
    let mut limits: Vec<Limit> = rooms(cx, cluster).iter().map(|room| limit(room, doubt)).collect();
    limits.extend(pod_subnets(cluster));
    // Where a demand is not known in full, another limit may end before; so may a subnet of the pods, whose room is not looked at.
    let left: Option<Vec<i128>> = limits.iter().map(left).collect();
    let has_others = cluster.has_pod_subnet() != Ok(false) && cluster.has_pod_range() != Ok(true);
    if let Some(left) = left.filter(|_| !has_others)
        && let (Some(least), Some(most)) = (left.iter().min(), left.iter().max())
        && least < most
    {
        for (limit, left) in limits.iter_mut().zip(&left) {
            limit.ends_first = left == least;
        }
    }
    limits
}

/// What to say of a pod CIDR that pods do not take their addresses from, or may not.
pub(super) fn doubt_about_pods(cluster: &Cluster) -> Option<&'static str> {
    match cluster.has_pod_range() {
        Ok(true) => None,
        Ok(false) => Some("(not used)"),
        Err(_) => Some("(perhaps not used)"),
    }
}

/// Subnets of pods end, too, but the model has no more of them than that they are there.
fn pod_subnets(cluster: &Cluster) -> Option<Limit> {
    let is_there = cluster.pools.iter().any(|pool| pool.has_pod_subnet() == Ok(true));
    let unknown = || Demand { certain: 0, more: Some("it is not worked out".to_owned()) };
    is_there.then(|| Limit {
        title: "subnets of the pods".to_owned(),
        part: "address".to_owned(),
        room: Err("it is not worked out".to_owned()),
        now: unknown(),
        min: unknown(),
        max: unknown(),
        surge: unknown(),
        ends_first: false,
    })
}

fn limit(room: &Room<'_>, doubt: Option<&str>) -> Limit {
    let (title, part) = match &room.of {
        Of::Pods(cidr, block) => {
            let doubt = doubt.map(|doubt| format!("{doubt} ")).unwrap_or_default();
            (format!("pod CIDR {doubt}{cidr}"), format!("/{block} block"))
        }
        Of::Subnet(subnet) => {
            let ranges: Vec<String> = subnet.prefixes.iter().filter_map(|field| Some(field.known().ok()??.to_string())).collect();
            (format!("subnet {} {}", subnet.title(), ranges.join(", ")).trim_end().to_owned(), "address".to_owned())
        }
    };
    let (max, surge) = (demand(&room.max), demand(&room.surge));
    let upgrading = Demand { certain: max.certain.saturating_add(surge.certain), more: max.more.clone().or(surge.more) };
    Limit {
        title,
        part,
        room: room.parts.as_ref().copied().map_err(reason),
        now: demand(&room.now),
        min: demand(&room.min),
        max,
        surge: upgrading,
        ends_first: false,
    }
}

/// How many parts are left when all pools are upgraded at their largest, if that is known.
fn left(limit: &Limit) -> Option<i128> {
    let room = limit.room.as_ref().ok()?;
    limit.surge.more.is_none().then(|| i128::from(*room) - i128::from(limit.surge.certain))
}

fn demand(demand: &room::Demand) -> Demand {
    Demand { certain: demand.certain, more: demand.more.as_ref().map(reason) }
}

fn reason(why: &Undecided) -> String {
    why.reason.to_string()
}
