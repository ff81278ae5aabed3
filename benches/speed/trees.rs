//! Trees of files as repositories have them.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// Writes a tree of a size.
pub type Tree = fn(&Path, usize) -> io::Result<()>;

/// So many files lie in a folder, on average.
const IN_A_FOLDER: usize = 20;
const OTHERS: [&str; 8] = ["py", "go", "ts", "md", "yaml", "txt", "java", "html"];

/// A tree of many files, some of which are Terraform, Bicep or JSON without AKS; and folders with a cluster each.
pub fn tree(root: &Path, files: usize, share: f64, aks: usize) -> io::Result<()> {
    let folders = (files / IN_A_FOLDER).max(1);
    for number in 0..files {
        let at = number % folders;
        let folder = root.join(format!("part{}", at % 37)).join(format!("team{}", at / 37 % 41)).join(format!("app{at}"));
        if number < folders {
            fs::create_dir_all(&folder)?;
        }
        // Mixed, so that code does not gather in some folders.
        let (name, text) = if ((number * 7_919 % 1_000) as f64) < share * 1_000.0 {
            code(number)
        } else {
            let kind = OTHERS.get(number % OTHERS.len()).unwrap_or(&"txt");
            (format!("file{number}.{kind}"), "value = 1\n".repeat(5 + number % 50))
        };
        fs::write(folder.join(name), text)?;
    }
    (0..aks).try_for_each(|number| cluster_folder(&root.join(format!("aks{number}"))))
}

fn code(number: usize) -> (String, String) {
    match number % 5 {
        0 => {
            let text = format!(
                "param location string\n\nresource storage{number} 'Microsoft.Storage/storageAccounts@2023-01-01' = {{\n  name: 'st{number}'\n  \
                 location: location\n  sku: {{ name: 'Standard_LRS' }}\n  kind: 'StorageV2'\n}}\n"
            );
            (format!("storage{number}.bicep"), text)
        }
        1 => {
            let needs: Vec<String> = (0..40).map(|i| format!("\"package{i}\": \"^1.{i}.0\"")).collect();
            (
                format!("package{number}.json"),
                format!("{{\"name\": \"app{number}\", \"dependencies\": {{{}}}}}", needs.join(", ")),
            )
        }
        _ => {
            let block = |i: usize| {
                format!(
                    "resource \"azurerm_storage_account\" \"a{number}_{i}\" {{\n  name                     = \"st{number}{i}\"\n  location      \
                     = var.location\n  account_tier             = \"Standard\"\n  account_replication_type = \"LRS\"\n\n  tags = {{ team = \"{i}\" \
                     }}\n}}\n\n"
                )
            };
            (format!("storage{number}.tf"), (0..5).map(block).collect())
        }
    }
}

/// One file with a cluster.
pub fn one_file(root: &Path) -> io::Result<()> {
    fs::write(root.join("main.tf"), cluster(0, "azurerm_subnet.nodes.id") + &network(1))
}

/// A root module with a module two levels deep, whose innermost makes the cluster.
fn cluster_folder(root: &Path) -> io::Result<()> {
    let inner = root.join("platform/cluster");
    fs::create_dir_all(&inner)?;
    fs::write(root.join("main.tf"), "module \"platform\" {\n  source   = \"./platform\"\n  pod_cidr = \"10.244.0.0/16\"\n}\n")?;
    let argument = "variable \"pod_cidr\" {\n  type = string\n}\n\n";
    let call = format!("{argument}module \"cluster\" {{\n  source   = \"./cluster\"\n  pod_cidr = var.pod_cidr\n}}\n");
    fs::write(root.join("platform/main.tf"), call)?;
    fs::write(inner.join("main.tf"), argument.to_owned() + &cluster(0, "azurerm_subnet.nodes.id") + &network(1))
}

/// What writes a folder of a kind.
pub fn of_kind(kind: &str) -> Option<Tree> {
    let kinds: [(&str, Tree); 5] =
        [("clusters", clusters), ("scenarios", scenarios), ("subnets", subnets), ("deep", deep), ("templates", templates)];
    kinds.into_iter().find_map(|(name, tree)| (name == kind).then_some(tree))
}

/// One root module with many clusters, half of which have a mistake.
pub fn clusters(root: &Path, number: usize) -> io::Result<()> {
    let text: String = (0..number).map(|i| cluster(i, "azurerm_subnet.nodes.id")).collect();
    fs::write(
        root.join("main.tf"),
        format!("variable \"pod_cidr\" {{\n  default = \"10.244.0.0/16\"\n}}\n\n{text}{}", network(1)),
    )
}

/// One root module with many variable files.
pub fn scenarios(root: &Path, number: usize) -> io::Result<()> {
    fs::create_dir_all(root.join("env"))?;
    for i in 0..number {
        fs::write(root.join(format!("env/stage{i}.tfvars")), format!("pod_cidr = \"10.{}.0.0/16\"\n", 100 + i))?;
    }
    let variable = "variable \"pod_cidr\" {\n  type = string\n}\n\n";
    fs::write(root.join("main.tf"), variable.to_owned() + &cluster(0, "azurerm_subnet.nodes.id") + &network(1))
}

/// One VNet with many subnets, and ten clusters in it.
pub fn subnets(root: &Path, number: usize) -> io::Result<()> {
    let text: String = (0..10).map(|i| cluster(i, &format!("azurerm_subnet.more[{i}].id"))).collect();
    fs::write(
        root.join("main.tf"),
        format!("variable \"pod_cidr\" {{\n  default = \"10.244.0.0/16\"\n}}\n\n{text}{}", network(number)),
    )
}

/// Modules inside one another, so many deep, ten times; the innermost makes the cluster.
pub fn deep(root: &Path, depth: usize) -> io::Result<()> {
    let argument = "variable \"pod_cidr\" {\n  type = string\n}\n\n";
    let call = |name: &str, value: &str| format!("module \"{name}\" {{\n  source   = \"./inner\"\n  pod_cidr = {value}\n}}\n\n");
    let mut folder = root.to_owned();
    let roots: String = (0..10).map(|i| call(&format!("stage{i}"), &format!("\"10.{}.0.0/16\"", 200 + i))).collect();
    fs::write(folder.join("main.tf"), roots)?;
    for level in 0..depth {
        folder.push("inner");
        fs::create_dir(&folder)?;
        let last = level + 1 == depth;
        let text = if last { cluster(0, "azurerm_subnet.nodes.id") + &network(1) } else { call("inner", "var.pod_cidr") };
        fs::write(folder.join("main.tf"), argument.to_owned() + &text)?;
    }
    Ok(())
}

/// Bicep files with a parameter file each, and a module that makes the cluster.
pub fn templates(root: &Path, number: usize) -> io::Result<()> {
    let cluster = "param podCidr string\nparam subnetId string\n\nresource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {\n  \
         name: 'c'\n  location: resourceGroup().location\n  properties: {\n    agentPoolProfiles: [ { name: 'system', count: 3, vmSize: \
         'Standard_D4s_v5', mode: 'System', maxPods: 300, vnetSubnetID: subnetId } ]\n    networkProfile: { networkPlugin: 'azure', \
         networkPluginMode: 'overlay', podCidr: podCidr, serviceCidr: '172.20.0.0/16', dnsServiceIP: '172.20.0.10' }\n  }\n}\n";
    fs::write(root.join("cluster.bicep"), cluster)?;
    let main = "param podCidr string\n\nresource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {\n  name: 'nodes'\n  properties: {\n    \
        addressSpace: { addressPrefixes: [ '10.0.0.0/9' ] }\n    subnets: [ { name: 'nodes', properties: { addressPrefix: '10.0.0.0/16' } } ]\n  }\n}\n\n\
        module cluster 'cluster.bicep' = {\n  name: 'cluster'\n  params: { podCidr: podCidr, subnetId: vnet.properties.subnets[0].id }\n}\n";
    for i in 0..number {
        fs::write(root.join(format!("stage{i}.bicep")), main)?;
        fs::write(
            root.join(format!("stage{i}.bicepparam")),
            format!("using 'stage{i}.bicep'\n\nparam podCidr = '10.{}.0.0/16'\n", 130 + i % 100),
        )?;
    }
    Ok(())
}

/// One security group with many rules, and ten clusters behind it.
pub fn rules(root: &Path, number: usize) -> io::Result<()> {
    let clusters: String = (0..10).map(|i| cluster(i, &format!("azurerm_subnet.more[{i}].id"))).collect();
    let rule = |i: usize| {
        let (access, direction) =
            (if i.is_multiple_of(3) { "Allow" } else { "Deny" }, if i.is_multiple_of(2) { "Inbound" } else { "Outbound" });
        format!(
            r#"  security_rule {{
    name                       = "rule{i}"
    priority                   = {}
    direction                  = "{direction}"
    access                     = "{access}"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "{}"
    source_address_prefix      = "10.{}.0.0/16"
    destination_address_prefix = "*"
  }}
"#,
            100 + i,
            1 + i,
            i % 256
        )
    };
    let rules: String = (0..number).map(rule).collect();
    let group = format!(
        r#"resource "azurerm_network_security_group" "nodes" {{
  name                = "nodes"
  location            = "westeurope"
  resource_group_name = "example"
{rules}}}

resource "azurerm_subnet_network_security_group_association" "more" {{
  count                     = 10
  subnet_id                 = azurerm_subnet.more[count.index].id
  network_security_group_id = azurerm_network_security_group.nodes.id
}}

"#
    );
    let variable = "variable \"pod_cidr\" {\n  default = \"10.244.0.0/16\"\n}\n\n";
    fs::write(root.join("main.tf"), format!("{variable}{clusters}{group}{}", network(10)))
}

/// One cluster with many node pools.
pub fn pools(root: &Path, number: usize) -> io::Result<()> {
    let pool = |i: usize| {
        format!(
            r#"resource "azurerm_kubernetes_cluster_node_pool" "p{i}" {{
  name                  = "p{i}"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.c0.id
  vm_size               = "Standard_D4s_v5"
  node_count            = 1
  vnet_subnet_id        = azurerm_subnet.more[{}].id
}}

"#,
            i % 10
        )
    };
    let pools: String = (0..number).map(pool).collect();
    let variable = "variable \"pod_cidr\" {\n  default = \"10.128.0.0/10\"\n}\n\n";
    fs::write(root.join("main.tf"), format!("{variable}{}{pools}{}", cluster(0, "azurerm_subnet.nodes.id"), network(10)))
}

fn cluster(number: usize, subnet: &str) -> String {
    let max_pods = if number.is_multiple_of(2) { 300 } else { 110 };
    format!(
        r#"resource "azurerm_kubernetes_cluster" "c{number}" {{
  name                = "c{number}"
  location            = "westeurope"
  resource_group_name = "example"
  dns_prefix          = "c{number}"
  sku_tier            = "Standard"

  default_node_pool {{
    name           = "system"
    vm_size        = "Standard_D4s_v5"
    node_count     = 3
    max_pods       = {max_pods}
    vnet_subnet_id = {subnet}
  }}

  identity {{
    type = "SystemAssigned"
  }}

  network_profile {{
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = var.pod_cidr
    service_cidr        = "172.20.0.0/16"
    dns_service_ip      = "172.20.0.10"
  }}
}}

"#
    )
}

/// A VNet with a subnet for nodes and this many more.
fn network(more: usize) -> String {
    let mut text = String::new();
    let _ = write!(
        text,
        r#"resource "azurerm_virtual_network" "nodes" {{
  name                = "nodes"
  location            = "westeurope"
  resource_group_name = "example"
  address_space       = ["10.0.0.0/9"]
}}

resource "azurerm_subnet" "nodes" {{
  name                 = "nodes"
  resource_group_name  = "example"
  virtual_network_name = azurerm_virtual_network.nodes.name
  address_prefixes     = ["10.0.0.0/16"]
}}

resource "azurerm_subnet" "more" {{
  count                = {more}
  name                 = "more${{count.index}}"
  resource_group_name  = "example"
  virtual_network_name = azurerm_virtual_network.nodes.name
  address_prefixes     = [cidrsubnet("10.64.0.0/10", 14, count.index)]
}}
"#
    );
    text
}

/// Where somebody types in a [`workspace`]: what that is, the file, and the words before it.
pub const TYPED_IN: [(&str, &str, &str); 5] = [
    ("a root of one file", "group0/alone/main.tf", "10.24"),
    ("a module of five roots", "group0/module/main.tf", "10.24"),
    ("a Bicep file", "group0/bicep0/main.bicep", "10.24"),
    ("a Bicep parameter's name", "group0/bicep0/main.bicep", "param podCid"),
    ("overlint.toml", "overlint.toml", "10.10."),
];

/// A folder as an editor has it open, of about so many files: root modules by themselves, groups of five that call a module with their
/// cluster, and Bicep templates with their parameter files. Half of all have a mistake, and one in ten says that it is known.
pub fn workspace(root: &Path, files: usize) -> io::Result<()> {
    for group in 0..(files / FILES_OF_GROUP).max(1) {
        write_group(&root.join(format!("group{group}")), group)?;
    }
    fs::write(root.join("overlint.toml"), "[network]\non-premises = [\"10.10.4.0/24\"]\n")?;
    fs::create_dir(root.join(".git"))
}

/// Files of a group of [`workspace`].
const FILES_OF_GROUP: usize = 20;

fn write_group(folder: &Path, group: usize) -> io::Result<()> {
    let write = |path: &str, text: String| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)
    };
    let variable = "variable \"pod_cidr\" {\n  type    = string\n  default = \"10.244.0.0/16\"\n}\n\n";
    let known = |text: String| {
        let comment = "    # overlint: ignore[max-pods-range] known\n    max_pods  ";
        if group.is_multiple_of(10) { text.replace("    max_pods  ", comment) } else { text }
    };
    write("alone/main.tf", known(format!("{variable}{}{}", cluster(0, "azurerm_subnet.nodes.id"), network(1))))?;
    write("module/main.tf", format!("{variable}{}", cluster(group, "azurerm_subnet.nodes.id")))?;
    write("module/network.tf", network(1))?;
    for i in 0..5 {
        let call = format!("module \"aks\" {{\n  source   = \"../module\"\n  pod_cidr = \"10.{}.0.0/16\"\n}}\n", 128 + i);
        write(&format!("root{i}/main.tf"), if i == 0 { call.replace("  pod_cidr", "  # pod_cidr") } else { call })?;
    }
    for i in 0..4 {
        let folder = format!("bicep{i}");
        write(&format!("{folder}/main.bicep"), bicep(if i < 2 { 300 } else { 110 }))?;
        write(&format!("{folder}/dev.bicepparam"), "using 'main.bicep'\n\nparam podCidr = '10.200.0.0/16'\n".to_owned())?;
        let parameters = "{\n  \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#\",\n  \
                          \"contentVersion\": \"1.0.0.0\",\n  \"parameters\": { \"podCidr\": { \"value\": \"10.201.0.0/16\" } }\n}\n";
        write(&format!("{folder}/main.parameters.json"), parameters.to_owned())?;
    }
    Ok(())
}

fn bicep(max_pods: usize) -> String {
    format!(
        r"param podCidr string = '10.244.0.0/16'

resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {{
  name: 'vnet'
  location: 'westeurope'
  properties: {{
    addressSpace: {{ addressPrefixes: ['10.0.0.0/16'] }}
    subnets: [
      {{ name: 'nodes', properties: {{ addressPrefix: '10.0.0.0/20' }} }}
    ]
  }}
}}

resource aks 'Microsoft.ContainerService/managedClusters@2025-01-01' = {{
  name: 'aks'
  location: 'westeurope'
  identity: {{ type: 'SystemAssigned' }}
  properties: {{
    dnsPrefix: 'aks'
    agentPoolProfiles: [
      {{
        name: 'system'
        mode: 'System'
        count: 3
        maxPods: {max_pods}
        vmSize: 'Standard_D4s_v5'
        vnetSubnetID: vnet.properties.subnets[0].id
      }}
    ]
    networkProfile: {{
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      podCidr: podCidr
      serviceCidr: '172.20.0.0/16'
      dnsServiceIP: '172.20.0.10'
    }}
  }}
}}
"
    )
}
