//! Clusters in Bicep and in ARM templates, and what comes out as their pod CIDR.

use overlint::config::Config;
use overlint::report::Report;
use overlint::source::Sources;

/// What stands where a cluster has no pod CIDR.
pub const ABSENT: &str = "(absent)";

/// A cluster in Bicep whose pod CIDR is an expression.
pub fn bicep_cluster(value: &str) -> String {
    format!(
        "
resource c 'Microsoft.ContainerService/managedClusters@2025-05-01' = {{
  name: 'c'
  location: 'westeurope'
  properties: {{
    agentPoolProfiles: [{{ name: 'system', mode: 'System', count: 3, vmSize: 'Standard_D4s_v5' }}]
    networkProfile: {{ networkPlugin: 'azure', networkPluginMode: 'overlay', podCidr: {value} }}
  }}
}}
"
    )
}

/// A cluster as an element of `resources` of an ARM template; the pod CIDR is JSON.
pub fn arm_cluster(value: &str) -> String {
    arm_cluster_with("", value)
}

/// The same with more members, each with a comma behind it.
pub fn arm_cluster_with(members: &str, value: &str) -> String {
    format!(
        r#"{{
  "type": "Microsoft.ContainerService/managedClusters", "apiVersion": "2025-05-01", "name": "c", "location": "westeurope", {members}
  "properties": {{
    "agentPoolProfiles": [ {{ "name": "system", "mode": "System", "count": 3, "vmSize": "Standard_D4s_v5" }} ],
    "networkProfile": {{ "networkPlugin": "azure", "networkPluginMode": "overlay", "podCidr": {value} }}
  }}
}}"#
    )
}

/// An ARM template with these members.
pub fn arm_template(members: &str) -> String {
    let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
    format!(r#"{{ "$schema": "{schema}", "contentVersion": "1.0.0.0", {members} }}"#)
}

/// The report on some files, all of which are linted.
pub fn report(files: &[(&str, &str)]) -> (Sources, Report) {
    super::check_with(files, &Config::default())
}

/// The pod CIDR of each cluster, or why it is not known. A cluster that has none shows as [`ABSENT`].
pub fn pod_cidrs(files: &[(&str, &str)]) -> Vec<String> {
    let (_, report) = report(files);
    assert!(report.unreadable.is_empty(), "{files:?}: {:?}", report.unreadable);
    let found = report.findings.iter().filter(|f| f.rule == "invalid-cidr");
    let found = found.map(|f| (f.cluster.clone(), f.message.split('"').nth(1).map_or_else(|| f.message.clone(), unescaped)));
    let unknown = report.undecided.iter().filter(|u| u.rule == "invalid-cidr");
    let unknown = unknown.map(|u| (u.cluster.clone(), format!("? {}", u.why.reason)));
    let mut all: Vec<(String, String)> = found.chain(unknown).collect();
    for cluster in &report.clusters {
        let (_, cluster) = cluster.rsplit_once(": ").unwrap();
        if !all.iter().any(|(of, _)| of == cluster) {
            all.push((cluster.to_owned(), ABSENT.to_owned()));
        }
    }
    all.into_iter().map(|(_, value)| value).collect()
}

fn unescaped(text: &str) -> String {
    text.replace("\\\\", "\\").replace("\\n", "\n")
}

/// The pod CIDR of the one cluster in some files.
#[track_caller]
pub fn pod_cidr(files: &[(&str, &str)]) -> String {
    let all = pod_cidrs(files);
    match all.as_slice() {
        [one] => one.clone(),
        _ => panic!("{all:?} in {}", files.iter().map(|(_, text)| *text).collect::<String>()),
    }
}
