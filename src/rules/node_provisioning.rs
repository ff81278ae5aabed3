//! Node auto-provisioning, with which Azure chooses and adds nodes by itself.

use super::{Context, Decision, Draft, Out};
use crate::model::{Cluster, both};

/// `nap-network-compat`: not with every network.
pub(super) fn network_compat(_: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let decisions = [with_calico(cluster, out), with_kubenet(cluster, out), with_pod_subnet(cluster, out)];
    decisions.into_iter().collect()
}

fn with_calico(cluster: &Cluster, out: &mut Out) -> Decision {
    if both(cluster.node_provisioning.is("Auto"), cluster.policy.is("calico"))? {
        let (policy, plane) = (cluster.policy.name, cluster.data_plane.name);
        let message = format!("{policy} is \"calico\", which does not go with node auto-provisioning");
        let draft = out.report("default", &cluster.policy.at, message);
        draft.fix(format!("Set {policy} and {plane} to \"cilium\", or remove {policy}."));
        finish(draft, cluster);
    }
    Ok(())
}

fn with_kubenet(cluster: &Cluster, out: &mut Out) -> Decision {
    if both(cluster.node_provisioning.is("Auto"), cluster.is_kubenet())? {
        let (plugin, mode) = (cluster.plugin.name, cluster.mode.name);
        let message = format!("{plugin} is \"kubenet\", which does not go with node auto-provisioning");
        let draft = out.report("default", &cluster.plugin.at, message);
        draft.fix(format!("Set {plugin} to \"azure\" and {mode} to \"overlay\"."));
        finish(draft, cluster);
    }
    Ok(())
}

fn with_pod_subnet(cluster: &Cluster, out: &mut Out) -> Decision {
    let auto = cluster.node_provisioning.is("Auto");
    if !both(auto, cluster.has_pod_subnet())? {
        return Ok(());
    }
    let mode = cluster.mode.name;
    for pool in cluster.pools.iter().filter(|pool| pool.has_pod_subnet() == Ok(true)) {
        let name = pool.pod_subnet.name;
        let message = format!("{} has {name}, which does not go with node auto-provisioning", pool.title());
        let draft = out.report("default", &pool.pod_subnet.at, message);
        draft.fix(format!("Remove {name} from all pools and set {mode} to \"overlay\"."));
        finish(draft, cluster);
    }
    Ok(())
}

fn finish(draft: &mut Draft, cluster: &Cluster) {
    draft
        .azure("Node auto-provisioning supports neither Calico nor kubenet nor pods with addresses of a subnet of their own.")
        .related("node auto-provisioning is on", &cluster.node_provisioning.at);
}
