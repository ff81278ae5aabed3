//! Names that AKS writes on nodes as Kubernetes labels: those of the subnet, of its VNet, and of the VNet's resource group.

use super::{Context, Decision, Out};
use crate::model::{Cluster, Field, Undecided, Vnet, VnetId, either};

/// `label-name-length`: short enough for a label.
pub(super) fn length(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(&most) = cx.facts.nodes.label_most_characters.on(cx.day) else { return Ok(()) };
    let names = Names::of(cx, cluster);
    names.check(
        cluster,
        |name| name.chars().count() <= most,
        |what, field, name| {
            let length = name.chars().count();
            out.report(
                "default",
                &field.at,
                format!("the name of the {what}, {name:?}, has {length} characters; it becomes a node label, and a label has at most {most}"),
            )
            .azure("AKS refuses the cluster.")
            .fix(format!("Use a name with {most} characters or fewer for the {what}."));
        },
    )
}

/// `label-name-charset`: made of the characters of a label. The length is the other rule's.
pub(super) fn charset(cx: &Context, cluster: &Cluster, out: &mut Out) -> Decision {
    let Some(inner) = cx.facts.nodes.label_inner_punctuation.on(cx.day) else { return Ok(()) };
    let names = Names::of(cx, cluster);
    names.check(
        cluster,
        |name| is_label(name, inner),
        |what, field, name| {
            out.report(
                "default",
                &field.at,
                format!("the name of the {what}, {name:?}, becomes a node label, but is not a valid one"),
            )
            .azure("Kubernetes takes letters, digits, hyphens, underscores and dots, with a letter or digit at both ends.")
            .fix(format!("Rename the {what}."));
        },
    )
}

/// Whether a text is made like a label's value: ASCII letters, digits and `inner`, with a letter or digit at both ends.
fn is_label(text: &str, inner: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric();
    text.starts_with(plain) && text.ends_with(plain) && text.chars().all(|c| plain(c) || inner.contains(c))
}

/// The names of the cluster's own subnets and what they are in, each with what it names.
struct Names<'a> {
    fields: Vec<(String, &'a Field<String>)>,
    /// Why there may be more.
    open: Option<Undecided>,
}

impl<'a> Names<'a> {
    fn of(cx: &Context<'a>, cluster: &'a Cluster) -> Self {
        let mut names = Self { fields: Vec::new(), open: cluster.unknown_node_subnet() };
        let mut vnets: Vec<VnetId> = Vec::new();
        for (_, id) in cluster.node_subnets() {
            let Some(subnet) = cx.world.subnet(id) else { continue };
            names.fields.push(("node subnet".to_owned(), &subnet.name));
            match subnet.vnet.known() {
                Ok(Some(&id)) if !vnets.contains(&id) => {
                    vnets.push(id);
                    names.add_vnet(cx.world.vnet(id));
                }
                Ok(_) => {}
                Err(why) => _ = names.open.get_or_insert(why),
            }
        }
        names
    }

    fn add_vnet(&mut self, vnet: Option<&'a Vnet>) {
        if let Some(vnet) = vnet {
            self.fields.push(("nodes' VNet".to_owned(), &vnet.name));
            self.fields.push((format!("resource group of VNet {}", vnet.title()), &vnet.resource_group));
        }
    }

    /// Reports each name that is not good, on a cluster whose nodes have such labels.
    fn check(
        self,
        cluster: &Cluster,
        good: impl Fn(&str) -> bool,
        mut report: impl FnMut(&str, &Field<String>, &str),
    ) -> Decision {
        let labelled = has_labels(cluster);
        if labelled == Ok(false) {
            return Ok(());
        }
        let mut open = self.open;
        let mut bad = Vec::new();
        for (what, field) in &self.fields {
            match field.known() {
                Ok(Some(name)) if !name.is_empty() && !good(name) => bad.push((what, field, name)),
                Ok(_) => {}
                Err(why) => _ = open.get_or_insert(why),
            }
        }
        if !bad.is_empty() {
            labelled?;
        }
        for (what, field, name) in bad {
            report(what, field, name);
        }
        open.map_or(Ok(()), Err)
    }
}

/// Whether nodes carry the names: with overlay, and where pods have a subnet of their own.
fn has_labels(cluster: &Cluster) -> Result<bool, Undecided> {
    either(cluster.is_overlay(), cluster.has_pod_subnet())
}

#[cfg(test)]
mod tests {
    use super::is_label;

    #[test]
    fn labels_have_letters_or_digits_at_both_ends() {
        for good in ["a", "A1", "rg-net_1.prod", "0", "a--b"] {
            assert!(is_label(good, "-_."), "{good}");
        }
        for bad in ["", "_a", "a_", "-a", "a.", "rg(prod)", "a b", "größe"] {
            assert!(!is_label(bad, "-_."), "{bad}");
        }
    }
}
