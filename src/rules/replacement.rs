//! Topics `upgrade` and `service-cidr`: what of an existing cluster cannot be changed.

use super::{Context, Decision, Out};
use crate::cidr::{Cidr, Family};
use crate::model::{Change, Cluster, Deployer, Field, ProviderVersion, Undecided};
use crate::tree::ChangedAttribute;
use std::fmt::Display;

/// `plan-forces-cluster-replacement`
pub(super) fn forces_replacement(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(change) = cluster.change.as_deref().filter(|change| change.replaces) else { return Ok(()) };
    let Deployer::Azurerm(version) = &cluster.deployer else { return Ok(()) };
    let mut causes = Vec::new();
    let mut unknown = None;
    for attribute in &change.attributes {
        match is_cause(cx, attribute, version) {
            Ok(true) => causes.push(attribute),
            Ok(false) => {}
            Err(why) => unknown = unknown.or(Some(why)),
        }
    }
    causes.sort_by_key(|cause| cx.facts.replacement.rank(&cause.name).unwrap_or(usize::MAX));
    let Some((first, others)) = causes.split_first() else { return unknown.map_or(Ok(()), Err) };
    let names: Vec<String> = causes.iter().map(|cause| described(cause)).collect();
    let message = format!("this plan destroys the cluster and creates it anew, because of {}", names.join(" and "));
    let draft = out.report("default", &first.at, message);
    draft
        .azure("The azurerm provider cannot change this of an existing cluster. The cluster is gone with all that runs in it.")
        .fix(advice(cx, &causes, version));
    for other in others {
        draft.related(described(other), &other.at);
    }
    Ok(())
}

/// Whether an attribute of the cluster's network makes the provider replace it: as the plan says, else as is known of the provider.
fn is_cause(cx: &Context, attribute: &ChangedAttribute, version: &ProviderVersion) -> Result<bool, Undecided> {
    let table = &cx.facts.replacement;
    let network = attribute.name.split('.').next() == Some("network_profile") || table.concerns(&attribute.name);
    match (network, attribute.forces_replacement) {
        (false, _) => Ok(false),
        (true, Some(forces)) => Ok(forces),
        (true, None) => {
            let after = match &attribute.after {
                Ok(after) => after.as_deref().unwrap_or(""),
                Err(unknown) => return Err(Undecided::new(unknown.reason.clone(), unknown.span)),
            };
            let before = attribute.before.as_deref().unwrap_or("");
            table.replaces(&attribute.name, before, after, version).ok_or_else(|| {
                let why =
                    format!("whether a change of {} replaces the cluster depends on the version of azurerm", name_of(attribute));
                Undecided::new(why, Some(attribute.at.site))
            })
        }
    }
}

/// What to do about it: a newer provider, if there is one that changes all of it in place.
fn advice(cx: &Context, causes: &[&ChangedAttribute], version: &ProviderVersion) -> String {
    let since = |cause: &&ChangedAttribute| {
        let after = cause.after.as_ref().ok()?.as_deref().unwrap_or("");
        cx.facts.replacement.in_place_since(&cause.name, cause.before.as_deref().unwrap_or(""), after)
    };
    let newer = causes.iter().map(since).collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max());
    match newer.filter(|since| !version.surely_from(*since)) {
        Some((major, minor, patch)) => format!(
            "Use azurerm {major}.{minor}.{patch} or later, which changes this in place. Or change the cluster with `az aks update`, and \
             refresh the state."
        ),
        None => "Take the change back, or plan a new cluster and move the workloads.".to_owned(),
    }
}

fn name_of(attribute: &ChangedAttribute) -> &str {
    attribute.name.rsplit('.').next().unwrap_or(&attribute.name)
}

/// The attribute with what it changes from and to.
fn described(attribute: &ChangedAttribute) -> String {
    let name = name_of(attribute);
    match (&attribute.before, &attribute.after) {
        (Some(before), Ok(Some(after))) => format!("{name} ({before} to {after})"),
        (None, Ok(Some(after))) => format!("{name} (now {after})"),
        (Some(before), Ok(None)) => format!("{name} ({before} is removed)"),
        _ => name.to_owned(),
    }
}

/// `service-cidr-immutable`
pub(super) fn service_cidr(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(change) = cluster.change.as_deref() else { return Ok(()) };
    let range = different(&change.before.service_cidrs, &cluster.service_cidrs);
    let dns = different(std::slice::from_ref(&change.before.dns_service_ip), std::slice::from_ref(&cluster.dns_service_ip));
    let decision = range.as_ref().map(|_| ()).and(dns.as_ref().map(|_| ())).map_err(Clone::clone);
    let changes = [("service CIDR", range.ok().flatten()), ("DNS service IP", dns.ok().flatten())];
    let mut changes = changes.into_iter().filter_map(|(title, change)| Some((title, change?)));
    if let Some((title, (field, before, after))) = changes.next() {
        let draft = out.report("default", field, format!("the {title} changes from {before} to {after}"));
        draft
            .azure(with_azurerm(
                cluster,
                "AKS cannot change the service CIDR and the DNS service IP of a cluster; from Kubernetes 1.33 on, more ranges can be \
                 added inside the cluster.",
                "The azurerm provider destroys the cluster and creates it anew.",
            ))
            .fix(format!("Keep {before}, or plan a new cluster and move the workloads."));
        for (title, (field, before, after)) in changes {
            draft.related(format!("the {title} changes from {before} to {after}"), field);
        }
    }
    decision
}

fn is_by_azurerm(cluster: &Cluster) -> bool {
    matches!(cluster.deployer, Deployer::Azurerm(_))
}

/// What Azure does; where azurerm deploys the cluster, also what the provider does.
pub(super) fn with_azurerm(cluster: &Cluster, azure: &str, azurerm: &str) -> String {
    if is_by_azurerm(cluster) { format!("{azure} {azurerm}") } else { azure.to_owned() }
}

/// A place, what stood there and what will.
type Difference<'a> = (&'a crate::value::At, String, String);

/// How written values differ from what there was. What is not written stays as it is.
fn different<'a, T: PartialEq + Display>(
    before: &[Field<T>],
    after: &'a [Field<T>],
) -> Result<Option<Difference<'a>>, Undecided> {
    let mut will = Vec::new();
    for field in after {
        match field.set()? {
            Some(value) => will.push(value),
            None => return Ok(None),
        }
    }
    let mut was = Vec::new();
    for field in before {
        was.extend(field.known()?);
    }
    let texts = |values: &[&T]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let place = after.first().filter(|_| !was.is_empty() && texts(&was) != texts(&will));
    Ok(place.map(|field| (&field.at, texts(&was), texts(&will))))
}

/// `pod-cidr-expansion`
pub(super) fn pod_cidr_expansion(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(change) = cluster.change.as_deref() else { return Ok(()) };
    let Some((at, before, after)) = different(&change.before.pod_cidrs, &cluster.pod_cidrs)? else { return Ok(()) };
    // A cluster that moves to another mode may move to another range with it.
    if change.before.is_overlay()? != cluster.is_overlay()? {
        return Ok(());
    }
    let may_grow = cx.facts.upgrade.pod_cidr_grows.on(cx.day) == Some(&true);
    let obstacle = obstacle(may_grow, change, cluster);
    let reason = match obstacle {
        Some(reason) => reason,
        None if is_by_azurerm(cluster) => "for which azurerm replaces the cluster",
        None => return has_windows(cluster).map(|_| ()),
    };
    let draft = out.report("default", at, format!("the pod CIDR changes from {before} to {after}, {reason}"));
    draft.azure(match may_grow {
        true => with_azurerm(
            cluster,
            "AKS can only make the pod CIDR larger (a preview): one IPv4 range around the old one, with Linux nodes.",
            "The azurerm provider destroys the cluster for any change and creates it anew.",
        ),
        false => with_azurerm(
            cluster,
            "The pod CIDR of a cluster cannot be changed.",
            "The azurerm provider destroys the cluster and creates it anew.",
        ),
    });
    match obstacle {
        None => draft.fix(format!(
            "Expand the range with `az aks update --pod-cidr {after}`, and let Terraform ignore it: `ignore_changes = \
             [network_profile[0].pod_cidr]`."
        )),
        Some(_) => draft.fix(format!("Keep {before}, or plan a new cluster and move the workloads.")),
    };
    Ok(())
}

/// Why AKS would not change the pod CIDR like this.
fn obstacle(may_grow: bool, change: &Change, cluster: &Cluster) -> Option<&'static str> {
    if !may_grow {
        Some("which is fixed")
    } else if !grows(change, cluster) {
        Some("which is not one IPv4 range around the old one")
    } else if has_windows(cluster) == Ok(true) {
        Some("and some node pools run Windows")
    } else {
        None
    }
}

fn has_windows(cluster: &Cluster) -> Result<bool, Undecided> {
    let more = cluster.more_pools.clone().map_or(Ok(false), Err);
    cluster.pools.iter().fold(more, |found, pool| crate::model::either(pool.is_windows(), found))
}

/// Whether the new range is one IPv4 range around the old one.
fn grows(change: &Change, cluster: &Cluster) -> bool {
    let only = |ranges: &[Field<Cidr>]| match ranges {
        [range] => range.known().ok().flatten().copied(),
        _ => None,
    };
    match (only(&change.before.pod_cidrs), only(&cluster.pod_cidrs)) {
        (Some(before), Some(after)) => after.family() == Family::V4 && after.covers(&before),
        _ => false,
    }
}
