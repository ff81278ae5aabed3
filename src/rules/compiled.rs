//! Topic `templates`: templates that a compiler wrote.

use super::{Context, Decision, Out};
use crate::model::Cluster;

/// `compiled-template-outdated`: a template is what its Bicep file compiles to. Told once, for the first cluster.
pub(super) fn outdated(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let is_first = cx.world.clusters.first().is_some_and(|first| first.address == cluster.address);
    if let Some(source) = cx.world.compiled_from.as_ref().filter(|_| is_first) {
        out.report("default", &cluster.at, format!("this template is not what {source} says today"))
            .azure(format!("The template was compiled from {source}, and has findings that the source does not have. Azure deploys what the template says."))
            .fix(format!("Compile it again: `az bicep build --file {source}`."));
    }
    Ok(())
}
