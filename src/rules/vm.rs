//! What the nodes are: VM sizes, kinds of pools, Windows versions.

use super::repair::Change;
use super::upgrade::on_move;
use super::vm_size::VmSize;
use super::{Context, Decision, Out, kubernetes};
use crate::model::{Cluster, Pool, Undecided, both};

/// `availability-set-not-supported`: pools are no availability sets.
pub(super) fn availability_set(cx: &Context, _: &Cluster, pool: &Pool, out: &mut Out) -> Decision {
    let Some(retired) = cx.facts.nodes.availability_sets_retired.on(cx.day) else { return Ok(()) };
    if pool.kind.is("AvailabilitySet")? {
        out.report(
            "default",
            &pool.kind.at,
            format!("{} is an availability set, which Azure CNI Overlay does not support", pool.title()),
        )
        .azure(format!("AKS ended its support of availability sets for all clusters on {retired}."))
        .fix(format!("Set {} to \"VirtualMachineScaleSets\". The pool must be created anew.", pool.kind.name))
        .repair_but(Change::value(&pool.kind, "VirtualMachineScaleSets"), "a pool that exists is created anew");
    }
    Ok(())
}

/// `dcsv2-not-supported`: no sizes of the DCsv2 series.
pub(super) fn dcsv2(cx: &Context, _: &Cluster, pool: &Pool, out: &mut Out) -> Decision {
    let Some(series) = cx.facts.nodes.dcsv2.on(cx.day) else { return Ok(()) };
    let Some(size) = vm_size(pool)?.filter(|size| size.is_in(series)) else { return Ok(()) };
    out.report(
        "default",
        &pool.vm_size.at,
        format!("{} uses {size}, and Azure CNI Overlay does not support the DCsv2 series", pool.title()),
    )
    .fix("Use a confidential size of the DCasv5 or DCadsv5 series, such as Standard_DC4as_v5.");
    Ok(())
}

/// `arm64-overlay-region`: no ARM64 nodes in the regions where overlay had none for them.
pub(super) fn arm64_overlay_region(cx: &Context, cluster: &Cluster, pool: &Pool, out: &mut Out) -> Decision {
    let Some(without) = cx.facts.nodes.arm64_overlay_regions_without.on(cx.day) else { return Ok(()) };
    let location = cluster.location.known();
    let listed = location.clone().map(|region| region.is_some_and(|region| without.contains(region)));
    if !both(listed, arm64(cx, pool).map(|size| size.is_some()))? {
        return Ok(());
    }
    let (Some(size), Some(region)) = (arm64(cx, pool)?, location?) else { return Ok(()) };
    out.report(
        "default",
        &pool.vm_size.at,
        format!("{} uses the ARM64 size {size}, which Azure CNI Overlay does not support in {region}", pool.title()),
    )
    .fix(x64_instead(cx, &size) + " Or use another region.")
    .related(format!("region {region}"), &cluster.location.at);
    Ok(())
}

/// `arm64-overlay-upgrade`: no ARM64 nodes in a cluster that moves to overlay.
pub(super) fn arm64_overlay_upgrade(cx: &Context, cluster: &Cluster, pool: &Pool, out: &mut Out) -> Decision {
    on_move(cluster, out, |_, out| {
        let Some(size) = arm64(cx, pool)? else { return Ok(()) };
        out.report(
            "default",
            &pool.vm_size.at,
            format!("{} uses the ARM64 size {size}, and the cluster moves to overlay", pool.title()),
        )
        .azure("Azure CNI Overlay did not support ARM64 nodes then.")
        .fix(x64_instead(cx, &size) + " Or leave the cluster as it is.");
        Ok(())
    })
}

/// `arm64-windows`: no ARM64 nodes with Windows.
pub(super) fn arm64_windows(cx: &Context, _: &Cluster, pool: &Pool, out: &mut Out) -> Decision {
    if !both(pool.is_windows(), arm64(cx, pool).map(|size| size.is_some()))? {
        return Ok(());
    }
    let Some(size) = arm64(cx, pool)? else { return Ok(()) };
    out.report("default", &pool.vm_size.at, format!("{} runs Windows on the ARM64 size {size}", pool.title()))
        .azure("AKS does not support ARM64 node pools with Windows.")
        .fix(x64_instead(cx, &size))
        .related("operating system", &pool.os.at);
    Ok(())
}

/// `windows-server-2019`: not any more. When the Kubernetes version is not known, what is certain is a warning.
pub(super) fn windows_server_2019(cx: &Context, cluster: &Cluster, pool: &Pool, out: &mut Out) -> Decision {
    let Some(retired) = cx.facts.nodes.windows_server_2019.on(cx.day) else { return Ok(()) };
    if pool.is_windows() == Ok(false) || !pool.os_sku.is(&retired.os_sku)? {
        return Ok(());
    }
    let version = &cluster.kubernetes_version;
    let refused = match (kubernetes::of(cluster), kubernetes::parse(&retired.refused_from)) {
        (Ok(Some(version)), Some(limit)) => Ok(version >= limit),
        (Err(why), _) => Err(why),
        _ => Ok(false),
    };
    let text = format!("{} runs Windows Server 2019", pool.title());
    let finding = if let (Ok(true), Ok(Some(version))) = (&refused, version.known()) {
        let text =
            format!("{text}, which AKS does not run from Kubernetes {} on; the cluster has {version}", retired.refused_from);
        out.report("refused", &pool.os_sku.at, text)
            .azure("AKS refuses to create or to upgrade the pool.")
            .related(format!("Kubernetes version {version}"), &cluster.kubernetes_version.at)
    } else {
        out.report("default", &pool.os_sku.at, format!("{text}, which AKS retired on {}", retired.retired)).azure(format!(
            "AKS makes no new images and security patches, does not run it from Kubernetes {} on, and deletes the images on {}.",
            retired.refused_from, retired.images_deleted
        ))
    };
    finding
        .fix(format!(
            "Move the workloads to a pool with {} \"Windows2022\" or, where it is offered, \"Windows2025\".",
            pool.os_sku.name
        ))
        .repair_but(Change::value(&pool.os_sku, "Windows2022"), "a pool that exists is created anew");
    refused.map(|_| ())
}

/// The parts of the pool's VM size; `None` when none is written, or it follows no convention.
fn vm_size(pool: &Pool) -> Result<Option<VmSize>, Undecided> {
    Ok(pool.vm_size.known()?.and_then(|name| VmSize::parse(name)))
}

/// The pool's VM size when it has an Arm processor.
fn arm64(cx: &Context, pool: &Pool) -> Result<Option<VmSize>, Undecided> {
    let Some(&feature) = cx.facts.nodes.arm64_feature.on(cx.day) else { return Ok(None) };
    Ok(vm_size(pool)?.filter(|size| size.has(feature)))
}

/// How to get rid of an ARM64 size.
fn x64_instead(cx: &Context, size: &VmSize) -> String {
    let feature = cx.facts.nodes.arm64_feature.on(cx.day).copied().unwrap_or_default();
    format!("Use an x64 size, such as {}.", size.without(feature))
}
