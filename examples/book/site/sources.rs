//! Links to the sources of rules, which name pages, release notes and issues in words.

use regex::{Captures, Regex};
use std::sync::LazyLock;

/// Where pages are that sources begin with. A longer name stands before one that it begins with.
const PAGES: [(&str, &str); 43] = [
    ("AKS CNI networking overview", "https://learn.microsoft.com/en-us/azure/aks/concepts-network-cni-overview"),
    ("AKS release notes", "https://github.com/Azure/AKS/blob/master/CHANGELOG.md"),
    ("AKS release", "https://github.com/Azure/AKS/blob/master/CHANGELOG.md"),
    ("Azure CNI Overlay concepts", "https://learn.microsoft.com/en-us/azure/aks/concepts-network-azure-cni-overlay"),
    ("Azure CNI Overlay networking", "https://learn.microsoft.com/en-us/azure/aks/azure-cni-overlay"),
    ("Azure CNI Powered by Cilium", "https://learn.microsoft.com/en-us/azure/aks/azure-cni-powered-by-cilium"),
    ("Azure CNI overview", "https://learn.microsoft.com/en-us/azure/aks/concepts-network-cni-overview"),
    ("Azure NAT Gateway for AKS", "https://learn.microsoft.com/en-us/azure/aks/nat-gateway"),
    ("Azure Virtual Network FAQ", "https://learn.microsoft.com/en-us/azure/virtual-network/virtual-networks-faq"),
    ("Best practices for large workloads", "https://learn.microsoft.com/en-us/azure/aks/best-practices-performance-scale-large"),
    ("Bicep CLI commands", "https://learn.microsoft.com/en-us/azure/azure-resource-manager/bicep/bicep-cli"),
    ("Bicep linter", "https://learn.microsoft.com/en-us/azure/azure-resource-manager/bicep/linter"),
    ("CNI networking overview for AKS", "https://learn.microsoft.com/en-us/azure/aks/concepts-network-cni-overview"),
    ("Configure Azure CNI Overlay networking", "https://learn.microsoft.com/en-us/azure/aks/azure-cni-overlay"),
    (
        "Container networking with Application Gateway for Containers",
        "https://learn.microsoft.com/en-us/azure/application-gateway/for-containers/container-networking",
    ),
    ("Customize cluster egress with a user-defined routing table", "https://learn.microsoft.com/en-us/azure/aks/egress-udr"),
    ("Customize cluster egress with outbound types", "https://learn.microsoft.com/en-us/azure/aks/egress-outboundtype"),
    (
        "DnsServiceIpOutOfServiceCidr error",
        "https://learn.microsoft.com/en-us/troubleshoot/azure/azure-kubernetes/error-codes/dnsserviceipoutofservicecidr-error",
    ),
    ("Dual-stack networking in AKS", "https://learn.microsoft.com/en-us/azure/aks/configure-dual-stack"),
    (
        "Free, Standard and Premium pricing tiers of AKS",
        "https://learn.microsoft.com/en-us/azure/aks/free-standard-pricing-tiers",
    ),
    ("IP address planning for AKS", "https://learn.microsoft.com/en-us/azure/aks/concepts-network-ip-address-planning"),
    (
        "InsufficientSubnetSize error code",
        "https://learn.microsoft.com/en-us/troubleshoot/azure/azure-kubernetes/connectivity/insufficientsubnetsize-error-advanced-networking",
    ),
    (
        "Kubernetes documentation, labels and selectors",
        "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/",
    ),
    (
        "Networking for node auto-provisioning in AKS",
        "https://learn.microsoft.com/en-us/azure/aks/node-auto-provisioning-networking",
    ),
    ("Quotas, SKUs and regions of AKS", "https://learn.microsoft.com/en-us/azure/aks/quotas-skus-regions"),
    (
        "ServiceCidrOverlapExistingSubnetsCidr error",
        "https://learn.microsoft.com/en-us/troubleshoot/azure/azure-kubernetes/error-codes/servicecidroverlapexistingsubnetscidr-error",
    ),
    ("Terraform, Input Variables", "https://developer.hashicorp.com/terraform/language/values/variables"),
    ("Terraform: JSON output format", "https://developer.hashicorp.com/terraform/internals/json-format"),
    ("Update Azure CNI IPAM mode and data plane", "https://learn.microsoft.com/en-us/azure/aks/update-azure-cni"),
    ("Update Azure CNI", "https://learn.microsoft.com/en-us/azure/aks/update-azure-cni"),
    ("Upgrade Azure CNI IPAM modes and data plane technology", "https://learn.microsoft.com/en-us/azure/aks/update-azure-cni"),
    ("Use API Server VNet Integration in AKS", "https://learn.microsoft.com/en-us/azure/aks/api-server-vnet-integration"),
    ("Use Arm64-based VMs on AKS", "https://learn.microsoft.com/en-us/azure/aks/use-arm64-vms"),
    ("Use unique subnets for node pools in AKS", "https://learn.microsoft.com/en-us/azure/aks/node-pool-unique-subnet"),
    ("Virtual network FAQ", "https://learn.microsoft.com/en-us/azure/virtual-network/virtual-networks-faq"),
    ("Virtual nodes in AKS", "https://learn.microsoft.com/en-us/azure/aks/virtual-nodes"),
    (
        "What is Application Gateway Ingress Controller",
        "https://learn.microsoft.com/en-us/azure/application-gateway/ingress-controller-overview",
    ),
    (
        "azurerm 4.0 upgrade guide",
        "https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/guides/4.0-upgrade-guide",
    ),
    ("azurerm changelog", "https://github.com/hashicorp/terraform-provider-azurerm/blob/main/CHANGELOG.md"),
    (
        "azurerm provider documentation",
        "https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/kubernetes_cluster",
    ),
    (
        "azurerm_virtual_network_peering",
        "https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/virtual_network_peering",
    ),
    ("Windows Server 2019 retirement note", "https://learn.microsoft.com/en-us/azure/aks/upgrade-windows-os"),
    ("Kubenet retirement notice in the AKS documentation", "https://learn.microsoft.com/en-us/azure/aks/configure-kubenet"),
];

/// A source with links where its places are known.
pub fn linked(source: &str) -> String {
    source.split("; ").map(|part| issues(&page(part))).collect::<Vec<_>>().join("; ")
}

fn page(part: &str) -> String {
    let known = PAGES.iter().find_map(|(name, url)| part.strip_prefix(name).map(|rest| format!("[{name}]({url}){rest}")));
    known.unwrap_or_else(|| part.to_owned())
}

static LIST: LazyLock<Result<Regex, regex::Error>> =
    LazyLock::new(|| Regex::new(r"([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+) (?:issues?|pull request) [^:;(]*"));
static NUMBER: LazyLock<Result<Regex, regex::Error>> = LazyLock::new(|| Regex::new(r"(^|[ ,])([0-9]{2,6})($|[ ,])"));

/// `OWNER/NAME issues 1, 2` with a link on each number. GitHub leads from an issue's address to a pull request's.
fn issues(part: &str) -> String {
    let (Ok(list), Ok(number)) = (&*LIST, &*NUMBER) else { return part.to_owned() };
    let on_number = |repository: &str, found: &Captures<'_>| {
        let (before, issue, after) = (&found[1], &found[2], &found[3]);
        format!("{before}[{issue}](https://github.com/{repository}/issues/{issue}){after}")
    };
    let on_list = |found: &Captures<'_>| number.replace_all(&found[0], |n: &Captures<'_>| on_number(&found[1], n)).into_owned();
    list.replace_all(part, on_list).into_owned()
}
