//! Which ARM templates, Bicep files and parameter files of which trees are read.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may panic as tests may")]

use overlint::discover::{Options, discover};
use overlint::source::{Asked, Sources};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const CLUSTER: &str = "resource aks 'Microsoft.ContainerService/managedClusters@2025-01-01' = {}\n";
const VNET: &str = "resource vnet 'Microsoft.Network/virtualNetworks@2025-01-01' = {}\n";
const TERRAFORM: &str = "resource \"azurerm_kubernetes_cluster\" \"this\" {}\n";

fn write(root: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A repository.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().unwrap();
    write(root.path(), ".git/HEAD", "");
    for (path, text) in files {
        write(root.path(), path, text);
    }
    root
}

fn module(path: &str) -> String {
    format!("module {} '{path}' = {{\n  name: 'x'\n}}\n", path.replace(|c: char| !c.is_ascii_alphanumeric(), "_"))
}

/// An ARM template with a resource of a type.
fn arm(kind: &str) -> String {
    let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
    format!(r#"{{"$schema": "{schema}", "parameters": {{"a": {{}}, "b": {{}}}}, "resources": [{{"type": "{kind}"}}]}}"#)
}

fn arm_cluster() -> String {
    arm("microsoft.containerservice/managedclusters")
}

/// A JSON parameter file.
fn values(names: &[&str]) -> String {
    let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#";
    let values: Vec<String> = names.iter().map(|name| format!(r#""{name}": {{"value": 1}}"#)).collect();
    format!(r#"{{"$schema": "{schema}", "contentVersion": "1.0.0.0", "parameters": {{{}}}}}"#, values.join(", "))
}

fn read_with(root: &TempDir, paths: &[&str], options: &Options) -> Sources {
    let paths: Vec<String> = paths.iter().map(|p| root.path().join(p).to_str().unwrap().to_owned()).collect();
    discover(&paths, options)
}

/// The files that were read, in order: those that are to be linted with a `+`, those that were named with a `!`.
fn files(root: &TempDir, sources: &Sources) -> Vec<String> {
    let file = |path: &str| {
        let name = path.strip_prefix(root.path().to_str().unwrap()).unwrap().trim_start_matches('/');
        match sources.asked(path) {
            Some(Asked::Found) => format!("+{name}"),
            Some(Asked::Named) => format!("!{name}"),
            None => name.to_owned(),
        }
    };
    sources.iter().map(|(_, f)| file(f.path())).collect()
}

fn read(root: &TempDir, paths: &[&str]) -> Vec<String> {
    let sources = read_with(root, paths, &Options::default());
    assert_eq!(sources.unreadable(), []);
    files(root, &sources)
}

#[test]
fn templates_that_have_to_do_with_a_cluster_are_read() {
    let root = tree(&[
        ("main.bicep", &(module("modules/platform.bicep") + &module("modules/net.bicep"))),
        ("modules/platform.bicep", &(module("aks.bicep") + "import { t } from '../types.bicep'\n")),
        ("modules/aks.bicep", CLUSTER),
        ("modules/net.bicep", VNET),
        ("modules/storage.bicep", ""),
        ("types.bicep", "@export()\ntype t = string\n"),
        ("other.bicep", &(module("modules/net.bicep") + "import { t } from 'types.bicep'\n")),
        ("avm.bicep", &module("br/public:avm/res/container-service/managed-cluster:0.9.0")),
        ("registry.bicep", &module("br/public:avm/res/network/virtual-network:0.5.0")),
        ("missing.bicep", &module("modules/kubernetes.bicep")),
        ("app.jsonc", &format!("// with a comment\n{}", arm_cluster())),
        ("app.json", &arm("Microsoft.Network/virtualNetworks")),
        (".hidden.bicep", CLUSTER),
        ("notes.md", CLUSTER),
    ]);
    let expected = [
        "+app.jsonc",
        "+avm.bicep",
        "+main.bicep",
        "+missing.bicep",
        "+modules/aks.bicep",
        "modules/net.bicep",
        "+modules/platform.bicep",
        "types.bicep",
    ];
    assert_eq!(read(&root, &[""]), expected);
}

#[test]
fn linked_templates_are_calls() {
    let linked = |name: &str, link: &str| {
        let link = format!(
            r#"{{"type": "Microsoft.Resources/deployments", "name": "{name}", "properties": {{"templateLink": {{{link}}}}}}}"#
        );
        arm("Microsoft.Resources/deployments").replace(r#""resources": ["#, &format!(r#""resources": [{link}, "#))
    };
    let link = |path: &str| linked("x", &format!(r#""relativePath": "{path}""#));
    let root = tree(&[
        ("azuredeploy.json", &link("nested/aks.json")),
        ("nested/aks.json", &arm_cluster()),
        ("nested/other.json", &arm("Microsoft.Network/virtualNetworks")),
        ("other.json", &link("nested/other.json")),
        ("expression.json", &link("[variables('aks')]")),
        ("address.json", &linked("x", r#""uri": "[concat(parameters('base'), '/aks.json')]""#)),
        ("named.json", &linked("my-aks", r#""uri": "[variables('uri')]""#)),
        ("something.json", &linked("x", r#""uri": "[variables('uri')]""#)),
    ]);
    // What may be a cluster is looked at, so that it is not passed silently.
    let unknown = ["+address.json", "+azuredeploy.json", "+expression.json", "+named.json", "+nested/aks.json"];
    assert_eq!(read(&root, &[""]), unknown);
    let utf_16: Vec<u8> = [0xff, 0xfe].into_iter().chain(link("aks.json").encode_utf16().flat_map(u16::to_le_bytes)).collect();
    write(root.path(), "nested/utf16.json", utf_16);
    assert_eq!(read(&root, &["nested"]), ["+nested/aks.json", "+nested/utf16.json"]);
}

#[test]
fn called_templates_outside_the_path_are_read_but_not_linted() {
    let root = tree(&[
        (".gitignore", "vendor\n"),
        ("live/main.bicep", &(module("../modules/aks.bicep") + &module("../vendor/a.json") + &module("../README.md"))),
        ("modules/aks.bicep", &(CLUSTER.to_owned() + &module("sub/net.bicep"))),
        ("modules/sub/net.bicep", VNET),
        ("modules/other.bicep", CLUSTER),
        ("vendor/a.json", &arm_cluster()),
        ("vendor/b.json", &arm_cluster()),
        ("README.md", CLUSTER),
    ]);
    let expected = ["+live/main.bicep", "modules/aks.bicep", "modules/sub/net.bicep", "vendor/a.json"];
    assert_eq!(read(&root, &["live"]), expected);
    assert_eq!(read(&root, &["modules"]), ["+modules/aks.bicep", "+modules/other.bicep", "modules/sub/net.bicep"]);
    let cycle = tree(&[("a.bicep", &(module("b.bicep") + CLUSTER)), ("b.bicep", &module("a.bicep"))]);
    assert_eq!(read(&cycle, &[""]), ["+a.bicep", "+b.bicep"]);
}

#[test]
fn parameter_files_of_clusters_are_read() {
    let root = tree(&[
        ("a/main.bicep", &("param a int\nparam b int\n".to_owned() + CLUSTER)),
        ("a/net.bicep", "param a int\nparam c int\n"),
        ("a/dev.bicepparam", "using './main.bicep'\nextends '../base.bicepparam'\n"),
        ("a/net.bicepparam", "using 'net.bicep'\n"),
        ("a/main.parameters.json", &values(&["anything"])),
        ("a/net.parameters.json", &values(&["b"])),
        ("a/parameters/prod.json", &values(&["A", "b"])),
        ("a/parameters/ambiguous.json", &values(&["a"])),
        ("a/parameters/foreign.json", &values(&["x"])),
        ("a/parameters/example.json", &values(&["a", "b"])),
        ("a/docs/prod.json", &values(&["a", "b"])),
        ("env/eu/main.parameters.jsonc", &values(&["a"])),
        ("base.bicepparam", "using none\n"),
        ("package.json", "{\"version\": \"1.0.0\"}"),
    ]);
    let own = ["+a/dev.bicepparam", "+a/main.bicep", "+a/main.parameters.json", "+a/parameters/prod.json"];
    let all: Vec<&str> = own.into_iter().chain(["+base.bicepparam", "+env/eu/main.parameters.jsonc"]).collect();
    assert_eq!(read(&root, &[""]), all);
    let around = [own[0], own[1], own[2], own[3], "base.bicepparam", "env/eu/main.parameters.jsonc"];
    assert_eq!(read(&root, &["a"]), around);
}

#[test]
fn a_template_that_is_named_comes_with_its_parameters_only() {
    let root = tree(&[
        (".gitignore", "*.local.bicepparam\n"),
        ("main.bicep", &("param a int\n".to_owned() + CLUSTER + &module("net.bicep"))),
        ("net.bicep", VNET),
        ("main.tf", TERRAFORM),
        ("caller.bicep", &module("main.bicep")),
        ("main.bicepparam", "using 'main.bicep'\n"),
        ("main.local.bicepparam", "using 'main.bicep'\n"),
        ("other.bicepparam", "using 'caller.bicep'\n"),
        ("params/dev.json", &values(&["a"])),
        ("azuredeploy.json", &arm_cluster()),
        ("azuredeploy.parameters.json", &values(&["a"])),
    ]);
    let main = ["azuredeploy.parameters.json", "!main.bicep", "main.bicepparam", "net.bicep", "params/dev.json"];
    assert_eq!(read(&root, &["main.bicep"]), main);
    let with_terraform = read(&root, &["main.bicep", "main.tf"]);
    assert!(with_terraform.contains(&"main.tf".to_owned()), "{with_terraform:?}");
    let compiled = ["!azuredeploy.json", "azuredeploy.parameters.json", "params/dev.json"];
    assert_eq!(read(&root, &["azuredeploy.json"]), compiled);
    assert_eq!(read(&root, &["main.tf"]), ["main.tf"]);
}

#[test]
fn a_parameter_file_that_is_named_comes_with_its_template() {
    let root = tree(&[
        ("main.bicep", &("param a int\n".to_owned() + CLUSTER + &module("net.bicep"))),
        ("net.bicep", VNET),
        ("dev.bicepparam", "using 'main.bicep'\n"),
        ("prod.bicepparam", "using 'main.bicep'\n"),
        ("storage.bicep", "param b int\n"),
        ("storage.bicepparam", "using 'storage.bicep'\n"),
        ("env/dev.json", &values(&["a"])),
        ("env/prod.json", &values(&["a"])),
    ]);
    assert_eq!(read(&root, &["dev.bicepparam"]), ["!dev.bicepparam", "main.bicep", "net.bicep"]);
    assert_eq!(read(&root, &["env/dev.json"]), ["!env/dev.json", "main.bicep", "net.bicep"]);
    assert_eq!(read(&root, &["storage.bicepparam"]), ["storage.bicep", "!storage.bicepparam"]);
}

#[test]
fn parameter_files_that_are_given_replace_the_others() {
    let root = tree(&[
        ("main.bicep", &("param a int\n".to_owned() + CLUSTER)),
        ("main.bicepparam", "using 'main.bicep'\n"),
        ("main.parameters.json", &values(&["a"])),
        ("elsewhere/x.json", "{\"a\": {\"value\": 1}}"),
        ("elsewhere/y.bicepparam", "using '../main.bicep'\nextends 'z.bicepparam'\n"),
        ("elsewhere/z.bicepparam", "using none\n"),
    ]);
    let path = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
    let parameters = ["elsewhere/x.json", "elsewhere/y.bicepparam", "missing.json"].map(path).to_vec();
    let sources = read_with(&root, &["main.bicep"], &Options { parameters, ..Options::default() });
    let expected = ["elsewhere/x.json", "elsewhere/y.bicepparam", "elsewhere/z.bicepparam", "!main.bicep"];
    assert_eq!(files(&root, &sources), expected);
    assert_eq!(sources.unreadable().len(), 1);
    let parameters = vec![path("main.parameters.json"), path("elsewhere/y.bicepparam")];
    let sources = read_with(&root, &[""], &Options { parameters, ..Options::default() });
    let expected = ["+elsewhere/y.bicepparam", "elsewhere/z.bicepparam", "+main.bicep", "+main.parameters.json"];
    assert_eq!(files(&root, &sources), expected);
}

#[test]
fn what_the_configuration_file_names_for_templates_is_read() {
    let settings = "[[arm]]\ntemplate = \"infra/main.bicep\"\nparameters = [\"../values/a.json\", [\"values/b.bicepparam\", \"x.json\"]]\n\n\
        [[arm]]\ntemplate = \"nowhere.bicep\"\n";
    let root = TempDir::new().unwrap();
    for (path, text) in [
        ("repo/.git/HEAD", ""),
        ("repo/overlint.toml", settings),
        ("repo/infra/main.bicep", CLUSTER),
        ("values/a.json", &values(&["a"])),
        ("repo/values/b.bicepparam", "using '../infra/main.bicep'\n"),
    ] {
        write(root.path(), path, text);
    }
    let sources = read_with(&root, &["repo/infra"], &Options::default());
    let expected = ["+repo/infra/main.bicep", "repo/values/b.bicepparam", "values/a.json", "repo/overlint.toml"];
    assert_eq!(files(&root, &sources), expected);
    assert_eq!(sources.configs().count(), 1);
    let wrong: Vec<&str> = sources.unreadable().iter().map(|u| u.message.as_str()).collect();
    assert_eq!(wrong, ["there is no file nowhere.bicep; paths here start from this file's folder"]);
}

#[test]
fn modules_that_bicep_has_restored_are_read() {
    let avm = "br/public:avm/res/container-service/managed-cluster:0.9.0";
    let root = tree(&[
        ("repo/.git/HEAD", ""),
        ("repo/bicepconfig.json", "{}"),
        ("repo/infra/bicepconfig.json", "{\"extends\": \"../../base/bicepconfig.json\"}"),
        ("repo/infra/main.bicep", &(module(avm) + &module("br/acme:platform:v1") + &module("br/acme:gone:v1"))),
        ("repo/infra/net.bicep", &module("br/acme:net:v1")),
        ("repo/main.bicepparam", &format!("using '{avm}'\n")),
        ("base/bicepconfig.json", ""),
        ("cache/br/mcr.microsoft.com/bicep$avm$res$container-service$managed-cluster/0.9.0$/main.json", &arm_cluster()),
        ("cache/br/acme.io/x$platform/v1$/main.json", &arm_cluster()),
        ("cache/br/acme.io/x$net/v1$/main.json", &arm("Microsoft.Network/virtualNetworks")),
    ]);
    let cache = root.path().join("cache").to_str().unwrap().replace('\\', "/");
    let config = format!(
        r#"{{"cacheRootDirectory": "{cache}", "moduleAliases": {{"br": {{"acme": {{"registry": "acme.io", "modulePath": "x"}}}}}}}}"#
    );
    write(root.path(), "base/bicepconfig.json", config);
    let sources = read_with(&root, &["repo"], &Options::default());
    let expected = [
        "cache/br/acme.io/x$platform/v1$/main.json",
        "cache/br/mcr.microsoft.com/bicep$avm$res$container-service$managed-cluster/0.9.0$/main.json",
        "+repo/infra/main.bicep",
        "+repo/main.bicepparam",
    ];
    assert_eq!(files(&root, &sources), expected);
    let restored: Vec<&str> = sources.restored().map(|(_, written, _)| written).collect();
    assert_eq!(restored, ["br/acme:platform:v1", avm]);
}

#[test]
fn letter_cases_of_paths_need_not_be_right() {
    let root = tree(&[
        ("main.bicep", &(module("Modules/AKS.bicep") + &module(r"modules\\net.bicep"))),
        ("modules/aks.bicep", CLUSTER),
        ("modules/net.bicep", VNET),
    ]);
    assert_eq!(read(&root, &[""]), ["+main.bicep", "+modules/aks.bicep", "modules/net.bicep"]);
}

#[test]
fn data_beside_variable_files_do_not_hide_them() {
    let root = tree(&[("main.tf", TERRAFORM), ("env/dev.tfvars", ""), ("env/package.json", "{}")]);
    assert_eq!(read(&root, &[""]), ["env/dev.tfvars", "main.tf"]);
}
