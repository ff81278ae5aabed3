//! Trees of files as repositories have them.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

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

/// One security group with many rules, and ten clusters behind it.
pub fn rules(root: &Path, number: usize) -> io::Result<()> {
    let clusters: String = (0..10).map(|i| cluster(i, &format!("azurerm_subnet.more[{i}].id"))).collect();
    let rule = |i: usize| {
        let (access, direction) = (if i % 3 == 0 { "Allow" } else { "Deny" }, if i % 2 == 0 { "Inbound" } else { "Outbound" });
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
