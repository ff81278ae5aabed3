//! Modules from elsewhere: whether one may hold an AKS cluster, told from how it is called.

/// Clouds whose clusters are none of AKS, as a registry names their providers; and providers that work inside a cluster.
const OTHERS: [&str; 12] =
    ["alicloud", "aws", "civo", "digitalocean", "google", "helm", "ibm", "kubernetes", "linode", "oci", "ovh", "scaleway"];

/// Whether a module may hold an AKS cluster, by the name of the call and the source. So it does when one of them speaks of AKS, or of
/// Kubernetes in what is not another cloud's.
pub(super) fn may_hold_cluster(name: &str, source: &str) -> bool {
    let (name, source) = (name.to_lowercase(), source.to_lowercase());
    let path = source.split('?').next().unwrap_or("");
    let speaks = |is: fn(&str) -> bool| words(&name).any(is) || words(path).any(is);
    speaks(means_aks) || speaks(means_kubernetes) && provider(path).is_none_or(|provider| !OTHERS.contains(&provider))
}

/// Whether a Bicep module of a registry or a template spec may hold an AKS cluster, by the name of the call and its address.
pub(super) fn module_may_hold_cluster(name: &str, address: &str) -> bool {
    let (name, address) = (name.to_lowercase(), address.to_lowercase());
    let path = address.rsplit_once(':').map_or(address.as_str(), |(path, _)| path);
    let speaks = |word: &str| means_aks(word) || means_kubernetes(word);
    path.contains("managed-cluster") || words(&name).chain(words(path)).any(speaks)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// `aks`, `aks2`, `akscluster`, `myaks`, but neither `tasks` nor `leaks`.
fn means_aks(word: &str) -> bool {
    word.starts_with("aks") || word.ends_with("aks") && !word.ends_with("asks") && !word.ends_with("eaks")
}

fn means_kubernetes(word: &str) -> bool {
    word.contains("kubernetes") || word.contains("managedcluster") || word == "k8s"
}

/// The provider in an address of a registry: `namespace/name/provider`, perhaps after a host and before a folder.
fn provider(source: &str) -> Option<&str> {
    if source.contains("::") || source.contains('@') || source.starts_with("github.com") || source.starts_with("bitbucket.org") {
        return None;
    }
    let parts: Vec<&str> = source.split("//").next().unwrap_or("").split('/').collect();
    match *parts {
        [_, _, provider] | [_, _, _, provider] => Some(provider),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{may_hold_cluster, module_may_hold_cluster};

    #[test]
    fn speaks_of_aks() {
        for (name, source) in [
            ("x", "Azure/aks/azurerm"),
            ("x", "claranet/aks-light/azurerm"),
            ("x", "app.terraform.io/acme/aks/azurerm"),
            ("x", "Azure/avm-res-containerservice-managedcluster/azurerm"),
            ("myaks", "acme/platform/azurerm"),
            ("AKS", "git::https://example.com/modules.git//cluster?ref=v1"),
            ("x", "git::ssh://git@example.com/terraform-azurerm-kubernetes.git"),
            ("k8s", "acme/compute/azurerm"),
        ] {
            assert!(may_hold_cluster(name, source), "{name} {source}");
        }
        for (name, source) in [
            ("naming", "Azure/naming/azurerm"),
            ("tasks", "acme/tasks/azurerm"),
            ("x", "terraform-aws-modules/eks/aws"),
            ("x", "terraform-google-modules/kubernetes-engine/google"),
            ("kubernetes", "acme/addons/helm"),
            ("x", "git::https://example.com/modules.git//network?ref=aks"),
        ] {
            assert!(!may_hold_cluster(name, source), "{name} {source}");
        }
    }

    #[test]
    fn speaks_of_aks_in_bicep() {
        for (name, address) in [
            ("x", "br/public:avm/res/container-service/managed-cluster:0.9.0"),
            ("x", "br:acme.azurecr.io/bicep/kubernetes:v1"),
            ("x", "ts:00000000-0000-0000-0000-000000000000/specs/aks-baseline:v1"),
            ("aks", "br/acme:platform/main:v1"),
        ] {
            assert!(module_may_hold_cluster(name, address), "{name} {address}");
        }
        for (name, address) in [
            ("net", "br/public:avm/res/network/virtual-network:0.1.0"),
            ("tasks", "br/acme:tasks:aks"),
            ("x", "br/public:avm/res/storage/storage-account:0.9.0"),
        ] {
            assert!(!module_may_hold_cluster(name, address), "{name} {address}");
        }
    }
}
