#!/usr/bin/env bash
# Hostile and huge input, measured: what overlint says, its exit code, processor time and peak memory, one row of a table for each.
#
#   tests/heavy.sh [--bin FILE] [--files N] [--seconds N] [--keep FOLDER] [PART OF A NAME]..
#
# Builds nothing: give a binary, or build one before (target/release is taken before target/debug). N is how many small files the
# largest tree has (100000). A row is marked with ! where the program died, took longer than --seconds (60), or more than 512 MB.
# Needs python3. Exit code 1 when a row is marked.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 - "$@" <<'PYTHON'
import argparse, os, re, resource, shutil, signal, socket, subprocess, sys, tempfile, threading, time
from pathlib import Path

MB = 1 << 20
LIMIT_MB = 512

options = argparse.ArgumentParser()
options.add_argument("--bin")
options.add_argument("--files", type=int, default=100_000)
options.add_argument("--keep")
options.add_argument("--seconds", type=int, default=60)
options.add_argument("names", nargs="*")
options = options.parse_args()
program = options.bin or next((p for p in ("target/release/overlint", "target/debug/overlint") if os.path.exists(p)), None)
if program is None:
    sys.exit("there is no binary: cargo build --release")
program = os.path.abspath(program)

CASES = []


def case(name, *args):
    """A function that fills a folder."""
    def add(fill):
        CASES.append((name, list(args), fill))
        return fill
    return add


def write(folder, name, text):
    path = Path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def cluster(pod_cidr='"10.300.0.0/16"', name="c", more=""):
    return (f'resource "azurerm_kubernetes_cluster" "{name}" {{\n  network_profile {{\n    network_plugin = "azure"\n'
            f'    network_plugin_mode = "overlay"\n    pod_cidr = {pod_cidr}\n  }}\n{more}}}\n')


def bicep(pod_cidr="'10.300.0.0/16'", name="c"):
    return (f"resource {name} 'Microsoft.ContainerService/managedClusters@2025-05-01' = {{\n  name: '{name}'\n  properties: {{\n"
            f"    networkProfile: {{ networkPlugin: 'azure', networkPluginMode: 'overlay', podCidr: {pod_cidr} }}\n  }}\n}}\n")


def arm(members="", pod_cidr='"10.300.0.0/16"', name='"c"', more=""):
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    return (f'{{ "$schema": "{schema}", "contentVersion": "1.0.0.0", {members} "resources": [ {{ "type": '
            f'"Microsoft.ContainerService/managedClusters", "apiVersion": "2025-05-01", "name": {name}, {more} "properties": {{ '
            f'"networkProfile": {{ "networkPlugin": "azure", "networkPluginMode": "overlay", "podCidr": {pod_cidr} }} }} }} ] }}')


def hcl(name, make, *args):
    """A case of one Terraform file."""
    @case(name, *args)
    def fill(folder):
        write(folder, "main.tf", make())


def one(name, file, make, *args):
    """A case of one file of any kind."""
    @case(name, *args)
    def fill(folder):
        write(folder, file, make())


# --- files of 100 MB, and of just under what is read -----------------------------------------------------------------------------
LINE = 'variable "v" { default = "azurerm_kubernetes_cluster" }\n'
KINDS = {
    "main.tf": lambda n: cluster() + LINE * (n // len(LINE)),
    "main.tf.json": lambda n: '{ "resource": { "azurerm_kubernetes_cluster": { "c": {} } }, "locals": { "a": [' + "1," * (n // 2) + "1] } }",
    "terraform.tfvars": lambda n: 'v = "x"\n' * (n // 8),
    "main.bicep": lambda n: bicep() + "var v = 'x'\n" * (n // 12),
    "azuredeploy.json": lambda n: arm('"variables": { "a": [' + "1," * (n // 2) + "1] },"),
    "plan.json": lambda n: '{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{"root_module":{"resources":['
        + ",".join(['{"address":"azurerm_kubernetes_cluster.c","mode":"managed","type":"azurerm_kubernetes_cluster","name":"c",'
                    '"provider_name":"registry.terraform.io/hashicorp/azurerm","schema_version":2,"values":{}}'] * (n // 190))
        + '],"child_modules":[]}},"resource_changes":[],"configuration":{"root_module":{}}}',
    "data.json": lambda n: '{ "a": [' + "1," * (n // 2) + "1] }",
    "notes.txt": lambda n: "x" * n,
}
for kind, make in KINDS.items():
    for size in (100, 15.9):
        @case(f"{size} MB {kind}")
        def fill(folder, kind=kind, make=make, size=int(size * MB)):
            write(folder, "main.tf", cluster())
            write(folder, kind, make(size))

for word, text in [("[", "["), ("{", "{"), ("(", "("), ("quotes", '"'), ("newlines", "\n"), ("${", '"${'), ("spaces", " "),
                   ("'", "'"), ("<<A", "<<A\n"), ("/*", "/*"), ("#", "#\n"), ("zeros", "\0"), ("a=", "a=\n"), ("a{}", "a{}\n"), ("}", "}"), ("]", "]")]:
    n = 15 * MB // len(text)
    hcl(f"15 MB of {word} .tf", lambda t=text, n=n: cluster() + "x = " + t * n)
    one(f"15 MB of {word} .bicep", "main.bicep", lambda t=text, n=n: bicep() + "var x = " + t * n)
    one(f"15 MB of {word} template", "azuredeploy.json", lambda t=text, n=n: arm('"x": ' + t * n))
    one(f"15 MB of {word} .tf.json", "main.tf.json", lambda t=text, n=n: '{ "resource": { "azurerm_kubernetes_cluster": { "c": {} } }, "x": ' + t * n)

hcl("a line of 15 MB .tf", lambda: cluster().replace("\n", " ").replace('"azure"', '"azure"\n').replace('"overlay"', '"overlay"\n') + 'locals { a = "' + "x" * 15 * MB + '" }\n')
hcl("a finding in a line of 15 MB", lambda: cluster('"' + "x" * 15 * MB + '"'))
one("a Bicep finding in a line of 15 MB", "main.bicep", lambda: bicep("'" + "x" * 15 * MB + "'"))
one("an ARM template in a line of 15 MB", "azuredeploy.json", lambda: arm('"variables": { "a": "' + "x" * 15 * MB + '" },'))
hcl("a name of 1 MB", lambda: cluster(name="c" * MB))
hcl("a cluster named by 1 MB", lambda: cluster(more='  name = "' + "c" * MB + '"\n  dns_prefix = "' + "c" * MB + '"\n'))
hcl("a line of 50 MB .tf", lambda: cluster() + 'locals { a = "' + "x" * 50 * MB + '" }\n')


# --- nesting ---------------------------------------------------------------------------------------------------------------------
N = 1_000_000
for open_, close in [("[", "]"), ("(", ")"), ("{a=", "}"), ("x[", "]"), ("f(", ")"), ("!", ""), ("-", ""), ("1+", "1"), ('"${', '}"'), ("true?1:", "1"), ("[for x in ", ": x]"), ("a.", "b"), ("a[*].", "b")]:
    hcl(f"HCL {N} times {open_}", lambda o=open_, c=close: cluster("local.a") + f"locals {{ a = {o * N}1{c * N} }}\n")
for open_, close in [("[", "]"), ("(", ")"), ("{a:", "}"), ("x[", "]"), ("f(", ")"), ("!", ""), ("-", ""), ("1+", "1"), ("'${", "}'"), ("true?1:", "1"), ("[for x in ", ": x]"), ("a.", "b"), ("a!.", "b"), ("x => ", "")]:
    one(f"Bicep {N} times {open_}", "main.bicep", lambda o=open_, c=close: bicep("a") + f"var a = {o * N}1{c * N}\n")
one("Bicep types", "main.bicep", lambda: bicep("a") + "param a " + "[" * N + "string" + "]" * N + "\n")
one("Bicep types {", "main.bicep", lambda: bicep("a") + "param a " + "{a: " * N + "string" + "}" * N + "\n")
one("Bicep array types", "main.bicep", lambda: bicep("a") + "param a string" + "[]" * N + "\n")
one("Bicep union types", "main.bicep", lambda: bicep("a") + "param a " + "|".join(f"'{i}'" for i in range(N)) + "\n")
for open_, close in [("[", "]"), ('{"a":', "}"), ('{"properties":', "}")]:
    one(f"ARM JSON {N} times {open_}", "azuredeploy.json", lambda o=open_, c=close: arm(f'"variables": {o * N}1{c * N},'))
    one(f".tf.json {N} times {open_}", "main.tf.json", lambda o=open_, c=close: f'{{ "resource": {{ "azurerm_kubernetes_cluster": {{ "c": {o * N}1{c * N} }} }} }}')
    one(f"plan {N} times {open_}", "plan.json", lambda o=open_, c=close: f'{{"format_version":"1.2","terraform_version":"1.9.0","planned_values":{{"root_module":{{"resources":[{{"type":"azurerm_kubernetes_cluster","values": {o * N}1{c * N} }}] }} }} }}')
for open_, close in [("f(", ")"), ("a[", "]"), ("concat('", "')"), ("a.", "b"), ("createArray(1,", "1)")]:
    one(f"ARM expression {N} times {open_}", "azuredeploy.json", lambda o=open_, c=close: arm(pod_cidr=f'"[{o * N}1{c * N}]"'))
hcl("type expressions", lambda: cluster("var.a") + f'variable "a" {{ type = {"list(" * N}string{")" * N} }}\n')
hcl("type of 100000 attributes", lambda: cluster("var.a") + 'variable "a" { type = object({ ' + ", ".join(f"a{i} = string" for i in range(100_000)) + " }) }\n")
hcl("100000 blocks inside one another", lambda: cluster() + "a {\n" * 100_000 + "}\n" * 100_000)


@case("YAML 100000 deep")
def fill(folder):
    write(folder, "main.tf", cluster('yamldecode(file("a.yaml"))'))
    write(folder, "a.yaml", "[" * 100_000 + "]" * 100_000)


@case("YAML aliases, billion laughs")
def fill(folder):
    write(folder, "main.tf", cluster('jsonencode(yamldecode(file("a.yaml")))'))
    write(folder, "a.yaml", "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i-1}, *a{i-1}, *a{i-1}, *a{i-1}]\n" for i in range(1, 60)))


@case("YAML of 4 MB")
def fill(folder):
    write(folder, "main.tf", cluster('yamldecode(file("a.yaml"))[5]'))
    write(folder, "a.yaml", "- x\n" * MB)


@case("YAML merge keys")
def fill(folder):
    write(folder, "main.tf", cluster('jsonencode(yamldecode(file("a.yaml")))'))
    write(folder, "a.yaml", "a0: &a0 {k0: 1}\n" + "".join(f"a{i}: &a{i}\n  <<: *a{i-1}\n  k{i}: 1\n" for i in range(1, 3000)))


@case("jsondecode of 4 MB")
def fill(folder):
    write(folder, "main.tf", cluster('jsondecode(file("a.json"))[5]'))
    write(folder, "a.json", "[" + "1," * (2 * MB - 10) + "1]")


@case("csvdecode of 4 MB")
def fill(folder):
    write(folder, "main.tf", cluster('csvdecode(file("a.csv"))[5].a'))
    write(folder, "a.csv", "a,b\n" + "1,2\n" * (MB - 10))


# --- growth ----------------------------------------------------------------------------------------------------------------------
def chain(first, each, n=60):
    return "locals {\n a0 = " + first + "\n" + "".join(f" a{i} = {each(f'local.a{i - 1}')}\n" for i in range(1, n)) + "}\n"


hcl("texts that double", lambda: cluster("local.a59") + chain('"xxxxxxxxxx"', lambda a: f'"${{{a}}}${{{a}}}"'))
hcl("lists that double", lambda: cluster('local.a59 == local.a58 ? "a" : "b"') + chain("[1, 1]", lambda a: f"[{a}, {a}, {a}, {a}]"))
hcl("concat that doubles", lambda: cluster("local.a59[0]") + chain("[1, 1]", lambda a: f"concat({a}, {a})"))
hcl("merge that grows", lambda: cluster("jsonencode(local.a1999)") + chain('{ a = 1 }', lambda a: f"merge({a}, {{ {a.replace('.', '_')} = {a} }})", 2000))
hcl("flatten of doubles", lambda: cluster("flatten(local.a59)[0]") + chain("[1, 1]", lambda a: f"[{a}, {a}]"))
hcl("jsonencode that doubles", lambda: cluster("local.a59") + chain('"\\\\"', lambda a: f"jsonencode({a})"))
hcl("setproduct", lambda: cluster("setproduct(local.r, local.r, local.r, local.r)[0][0]") + "locals { r = range(1000) }\n")
hcl("for in for, 10^8", lambda: cluster("[for a in local.r : [for b in local.r : [for c in local.r : [for d in local.r : 1]]]][0][0][0][0]") + "locals { r = range(100) }\n")
hcl("for in for, 10^9 in depth", lambda: cluster("local.a") + "locals { a = " + "".join(f"[for v{i} in [0,1,2,3,4,5,6,7,8,9] : " for i in range(9)) + "1" + "]" * 9 + " }\n")
hcl("for with objects", lambda: cluster("local.a[5]") + "locals {\n r = range(1024)\n a = { for a in local.r : a => { for b in local.r : b => { for c in local.r : c => a } } }\n}\n")
hcl("for with texts of 1 MB", lambda: cluster("local.a[5]") + chain('"xxxxxxxxxxxxxxxx"', lambda a: f'"${{{a}}}${{{a}}}"', 16) + 'locals { a = [for a in range(1000) : "${a}${local.a15}"] }\n')
hcl("formatlist with texts of 1 MB", lambda: cluster("local.a[5]") + chain('"xxxxxxxxxxxxxxxx"', lambda a: f'"${{{a}}}${{{a}}}"', 16) + 'locals { a = formatlist("%s%s", range(1000), local.a15) }\n')
hcl("replace that grows", lambda: cluster("local.a9") + chain('"xxxxxxxxxxxxxxxx"', lambda a: f'replace({a}, "x", {a})', 10))
hcl("regexall with a hard pattern", lambda: cluster('regexall("(a{1,100}){1,100}(b|a)*$", local.a15)[0][0]') + chain('"aaaaaaaaaaaaaaaa"', lambda a: f'"${{{a}}}${{{a}}}"', 16))
hcl("regex that is huge", lambda: cluster('regex("((((a{1,1000}){1,1000}){1,1000}){1,1000})", "a")[0]'))
hcl("strings of templates", lambda: cluster('"%{ for a in local.r }%{ for b in local.r }%{ for c in local.r }x%{ endfor }%{ endfor }%{ endfor }"') + "locals { r = range(1000) }\n")
hcl("range of 10^9", lambda: cluster("range(1000000000)[5]"))
hcl("count of 10^9", lambda: cluster(more="  count = 1000000000\n"))
hcl("for_each of 10^6", lambda: cluster(more="  for_each = toset([for a in range(1000) : tostring(a)])\n") + 'resource "azurerm_subnet" "s" {\n for_each = { for a in setproduct(range(1000), range(1000)) : "${a[0]}-${a[1]}" => a }\n address_prefixes = ["10.0.0.0/24"]\n}\n')
hcl("count of 2000 clusters", lambda: cluster(more="  count = 2000\n"))
hcl("dynamic blocks", lambda: cluster(more='  dynamic "a" {\n    for_each = range(100000)\n    content {\n dynamic "b" {\n for_each = range(1000)\n content { x = b.value }\n }\n }\n  }\n'))
hcl("cidrsubnets of everything", lambda: cluster("[for a in range(256) : [for b in range(256) : cidrsubnet(\"10.0.0.0/8\", 16, a * 256 + b)]][0][0]"))
hcl("distinct of 10000", lambda: cluster("distinct([for a in range(10000) : [a]])[0][0]"))
hcl("sets of 10000", lambda: cluster("tolist(setunion([for a in range(10000) : {x = a}], [for a in range(10000) : {x = a}]))[0].x"))
hcl("numbers with many digits", lambda: cluster("local.a + 1") + "locals { a = " + "9" * MB + " }\n")
hcl("1e1000000000", lambda: cluster("format(\"%f %d\", 1e1000000000, 1e308)"))
hcl("format with a huge width", lambda: cluster('format("%1000000000d", 1)'))
hcl("pow", lambda: cluster("pow(pow(10, 300), pow(10, 300))"))
hcl("50000 locals in a chain", lambda: cluster("local.a49999") + chain('"x"', lambda a: a, 50_000))
hcl("50000 locals of 50000", lambda: cluster("local.a49999") + chain('"x"', lambda a: f'"{"x" * 10}"', 50_000))
hcl("can and try", lambda: cluster("local.a59") + chain("1", lambda a: f"try({a}.x, {a}, can({a}) ? {a} : {a})"))


@case("templatefile that calls itself")
def fill(folder):
    write(folder, "main.tf", cluster('templatefile("a.tpl", { x = "x" })'))
    write(folder, "a.tpl", '${templatefile("a.tpl", { x = x })}')


@case("templatefile that doubles")
def fill(folder):
    write(folder, "main.tf", cluster('templatefile("a0.tpl", {})'))
    for i in range(60):
        write(folder, f"a{i}.tpl", f'${{templatefile("a{i+1}.tpl", {{}})}}' * 2)
    write(folder, "a60.tpl", "x")


@case("templatefile of 4 MB")
def fill(folder):
    write(folder, "main.tf", cluster('templatefile("a.tpl", { x = 1 })'))
    write(folder, "a.tpl", "${x}" * MB)


@case("fileset over 100000 files")
def fill(folder):
    write(folder, "main.tf", cluster('[for f in fileset(path.module, "**/*.txt") : file(f)][0]'))
    for i in range(100):
        for j in range(200):
            write(folder, f"d{i}/{j}.txt", "x")


@case("a module that calls itself by links")
def fill(folder):
    write(folder, "main.tf", cluster() + 'module "m" { source = "./loop/loop/loop" }\n')
    os.symlink(".", Path(folder, "loop"))


@case("modules that double")
def fill(folder):
    for i in range(60):
        write(folder, f"m{i}/main.tf", f'module "a" {{ source = "../m{i+1}" }}\nmodule "b" {{ source = "../m{i+1}" }}\n')
    write(folder, "m60/main.tf", cluster())


@case("a module with count 2000 in one with count 2000")
def fill(folder):
    write(folder, "main.tf", 'module "a" {\n source = "./a"\n count = 2000\n}\n')
    write(folder, "a/main.tf", 'module "b" {\n source = "../b"\n count = 2000\n}\n')
    write(folder, "b/main.tf", cluster())


def vars_(first, each, n=60):
    return f"var a0 = {first}\n" + "".join(f"var a{i} = {each(f'a{i - 1}')}\n" for i in range(1, n))


def bi(name, make):
    one(f"Bicep: {name}", "main.bicep", make)


bi("texts that double", lambda: bicep("a59") + vars_("'xxxxxxxxxx'", lambda a: f"'${{{a}}}${{{a}}}'"))
bi("lists that double", lambda: bicep("string(a59)") + vars_("[1, 1]", lambda a: f"[{a}, {a}, {a}, {a}]"))
bi("lists that double, in the body", lambda: bicep().replace("name: 'c'", "name: 'c'\n  tags: a59") + vars_("[1, 1]", lambda a: f"[{a}, {a}, {a}, {a}]"))
bi("concat that doubles", lambda: bicep("string(a59)") + vars_("[1, 1]", lambda a: f"concat({a}, {a})"))
bi("union that doubles", lambda: bicep("string(a59)") + vars_("{ a: 1 }", lambda a: f"union({a}, {{ {a}: {a} }})"))
bi("loops in loops", lambda: bicep("string(a)") + "var a = " + "".join(f"[for v{i} in range(0, 10000): " for i in range(9)) + "1" + "]" * 9 + "\n")
bi("loops of texts", lambda: bicep("a[9999]") + "var long = join(range(0, 100000), ',')\nvar a = [for i in range(0, 10000): '${long}${i}']\n")
bi("loops of objects", lambda: bicep("string(a[9999].x)") + "var big = toObject(range(0, 10000), i => 'k${i}')\nvar a = [for i in range(0, 10000): { ...big, x: i }]\n")
bi("loops of loops of objects", lambda: bicep("string(a[99][99])") + "var a = [for i in range(0, 10000): map(range(0, 10000), j => { a: i, b: j })]\n")
bi("reduce", lambda: bicep("string(reduce(range(0, 10000), [], (all, x) => concat(all, [x])))"))
bi("reduce of texts", lambda: bicep("reduce(range(0, 10000), '', (all, x) => '${all}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx${x}')"))
bi("map in map", lambda: bicep("string(map(range(0, 10000), x => map(range(0, 10000), y => x + y)))"))
bi("sort with a lambda", lambda: bicep("string(sort(range(0, 10000), (a, b) => a > b)[0])"))
bi("groupBy", lambda: bicep("string(groupBy(range(0, 10000), x => '${x}'))"))
bi("filter in filter", lambda: bicep("string(filter(range(0, 10000), x => length(filter(range(0, 10000), y => y == x)) == 1)[0])"))
bi("range of 10^9", lambda: bicep("string(range(0, 1000000000)[5])"))
bi("a loop of 10^6 resources", lambda: bicep() + "resource v 'Microsoft.Network/virtualNetworks@2024-05-01' = [for i in range(0, 1000000): { name: 'v${i}' }]\n")
bi("2000 clusters in a loop", lambda: bicep().replace("= {", "= [for i in range(0, 2000): {", 1).rstrip().removesuffix("}") + "}]\n")
bi("a function that calls itself", lambda: bicep("f(p)") + "param p string\nfunc f(x string) string => x == 'a' ? f('${x}b') : f('${x}c')\n")
bi("functions that double", lambda: bicep("f59('x')") + "func f0(x string) string => x\n" + "".join(f"func f{i}(x string) string => '${{f{i-1}(x)}}${{f{i-1}(x)}}'\n" for i in range(1, 60)))
bi("50000 vars in a chain", lambda: bicep("a49999") + vars_("'x'", lambda a: a, 50_000))
bi("50000 params", lambda: bicep("p49999") + "".join(f"@description('x')\nparam p{i} string = 'x'\n" for i in range(50_000)))
bi("10000 references", lambda: bicep("r9999.name") + "resource r0 'Microsoft.Network/virtualNetworks@2024-05-01' = { name: 'r' }\n" + "".join(f"resource r{i} 'Microsoft.Network/virtualNetworks@2024-05-01' = {{ name: '${{r{i-1}.name}}x' }}\n" for i in range(1, 10_000)))
bi("a format with a huge index", lambda: bicep("format('{2147483647} {0:D1000000000}', 1)"))
bi("padLeft", lambda: bicep("padLeft('x', 2147483647)"))
bi("cidrSubnet", lambda: bicep("string([for i in range(0, 10000): cidrSubnet('10.0.0.0/8', 24, i)])"))
bi("replace that grows", lambda: bicep("a9") + vars_("'xxxxxxxxxxxxxxxx'", lambda a: f"replace({a}, 'x', {a})", 10))


@case("Bicep: modules that double")
def fill(folder):
    for i in range(60):
        write(folder, f"m{i}.bicep", f"module a 'm{i+1}.bicep' = {{ name: 'a' }}\nmodule b 'm{i+1}.bicep' = {{ name: 'b' }}\n")
    write(folder, "m60.bicep", bicep())


@case("Bicep: modules of 2000 in 2000 in 2000")
def fill(folder):
    write(folder, "main.bicep", "module m 'm.bicep' = [for i in range(0, 2000): { name: 'm${i}' }]")
    write(folder, "m.bicep", "module n 'n.bicep' = [for i in range(0, 2000): { name: 'n${i}' }]")
    write(folder, "n.bicep", bicep().replace("= {", "= [for i in range(0, 2000): {", 1).rstrip().removesuffix("}") + "}]\n")


@case("Bicep: loadTextContent of 4 MB, 10000 times")
def fill(folder):
    write(folder, "main.bicep", bicep("a[9999]") + "var a = [for i in range(0, 10000): '${i}${loadTextContent('a.txt')}']\n")
    write(folder, "a.txt", "x" * (4 * MB - 10))


@case("Bicep: loadJsonContent of 4 MB")
def fill(folder):
    write(folder, "main.bicep", bicep("string(loadJsonContent('a.json'))"))
    write(folder, "a.json", "[" + "1," * (2 * MB - 10) + "1]")


one("ARM: copy of 10^6", "azuredeploy.json", lambda: arm(more='"copy": { "name": "x", "count": 1000000 },', name="\"[concat('c', copyIndex())]\""))
one("ARM: copy of 800 clusters", "azuredeploy.json", lambda: arm(more='"copy": { "name": "x", "count": 800 },', name="\"[concat('c', copyIndex())]\""))
one("ARM: copy in variables", "azuredeploy.json", lambda: arm('"variables": { "copy": [ { "name": "a", "count": 1000000, "input": "[range(0, copyIndex(\'a\'))]" } ] },', pod_cidr="\"[string(variables('a'))]\""))
one("ARM: range", "azuredeploy.json", lambda: arm(pod_cidr='"[string(range(0, 1000000000))]"'))
one("ARM: variables that double", "azuredeploy.json", lambda: arm('"variables": { "a0": "xxxxxxxxxx", ' + ", ".join(f"\"a{i}\": \"[concat(variables('a{i-1}'), variables('a{i-1}'))]\"" for i in range(1, 60)) + " },", pod_cidr="\"[variables('a59')]\""))
one("ARM: variables that call themselves", "azuredeploy.json", lambda: arm('"variables": { "a": "[variables(\'b\')]", "b": "[variables(\'a\')]" },', pod_cidr="\"[variables('a')]\""))
one("ARM: nested deployments", "azuredeploy.json", lambda: '{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "resources": [ { "type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "x", "properties": { "template": ' * 90 + arm() + " } } ] }" * 90)


# --- many ------------------------------------------------------------------------------------------------------------------------
def many_clusters(n):
    return "".join(cluster('"10.0.0.0/16"', f"c{i}") for i in range(n))


def net(subnets, clusters, nodes=True):
    text = 'resource "azurerm_virtual_network" "v" {\n name = "v"\n address_space = ["10.0.0.0/8"]\n}\n'
    text += "".join(f'resource "azurerm_subnet" "s{i}" {{\n name = "s{i}"\n virtual_network_name = azurerm_virtual_network.v.name\n'
                    f' address_prefixes = ["10.{i >> 8 & 255}.{i & 255}.0/24"]\n}}\n' for i in range(subnets))
    for i in range(clusters):
        text += cluster('"10.244.0.0/16"', f"c{i}", f"  default_node_pool {{\n    name = \"a\"\n    vm_size = \"Standard_D4s_v5\"\n    node_count = 3\n    vnet_subnet_id = azurerm_subnet.s{i % subnets}.id\n  }}\n")
    return text


for n in (100, 1_000, 10_000):
    hcl(f"{n} clusters", lambda n=n: many_clusters(n))
    one(f"{n} clusters in Bicep", "main.bicep", lambda n=n: "".join(bicep("'10.0.0.0/16'", f"c{i}") for i in range(n)))
for s, c in [(1_000, 100), (10_000, 10), (10_000, 100), (10_000, 1_000), (50_000, 1)]:
    hcl(f"{s} subnets times {c} clusters", lambda s=s, c=c: net(s, c))
    one(f"{s} subnets times {c} clusters in Bicep", "main.bicep", lambda s=s, c=c:
        "resource v 'Microsoft.Network/virtualNetworks@2024-05-01' = { name: 'v', properties: { addressSpace: { addressPrefixes: [ '10.0.0.0/8' ] } } }\n"
        + "".join(f"resource s{i} 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = {{ parent: v, name: 's{i}', properties: {{ addressPrefix: '10.{i >> 8 & 255}.{i & 255}.0/24' }} }}\n" for i in range(s))
        + "".join(bicep("'10.244.0.0/16'", f"c{i}").replace("  properties: {", f"  properties: {{\n    agentPoolProfiles: [ {{ name: 'a', count: 3, vmSize: 'Standard_D4s_v5', vnetSubnetID: s{i}.id }} ]", 1) for i in range(c)))
# Suggestions: between the subnets are gaps, of which none has room, and every range of every cluster is in the way of something.
def gaps(subnets, clusters):
    text = 'resource "azurerm_virtual_network" "v" {\n name = "v"\n address_space = ["10.0.0.0/8"]\n}\n'
    text += "".join(f'resource "azurerm_subnet" "s{i}" {{\n name = "s{i}"\n virtual_network_name = azurerm_virtual_network.v.name\n'
                    f' address_prefixes = ["10.{i >> 11 & 255}.{i >> 3 & 255}.{(i & 7) * 32}/28"]\n}}\n' for i in range(subnets))
    for i in range(clusters):
        text += cluster(f'"10.{i & 255}.0.0/20"', f"c{i}", f"  default_node_pool {{\n    name = \"a\"\n    vm_size = \"Standard_D4s_v5\"\n    node_count = 40\n    vnet_subnet_id = azurerm_subnet.s{i % subnets}.id\n  }}\n")
    return text


hcl("10_000 subnets with gaps times 1_000 clusters", lambda: gaps(10_000, 1_000))
hcl("1000 VNets that are all peered", lambda: "".join(f'resource "azurerm_virtual_network" "v{i}" {{\n name = "v{i}"\n address_space = ["10.{i >> 8}.{i & 255}.0/24"]\n}}\n' for i in range(1000))
    + "".join(f'resource "azurerm_virtual_network_peering" "p{i}" {{\n name = "p{i}"\n virtual_network_name = azurerm_virtual_network.v{i}.name\n remote_virtual_network_id = azurerm_virtual_network.v{(i + 1) % 1000}.id\n}}\n' for i in range(1000))
    + "".join(f'resource "azurerm_subnet" "s{i}" {{\n name = "s{i}"\n virtual_network_name = azurerm_virtual_network.v{i}.name\n address_prefixes = ["10.{i >> 8}.{i & 255}.0/24"]\n}}\n' for i in range(1000))
    + "".join(cluster('"10.0.0.0/14"', f"c{i}", f"  default_node_pool {{\n    name = \"a\"\n    vnet_subnet_id = azurerm_subnet.s{i}.id\n  }}\n") for i in range(100)))


def nsg(rules, clusters=1):
    text = net(10, clusters)
    text += 'resource "azurerm_network_security_group" "n" {\n name = "n"\n'
    for i in range(rules):
        text += (f'  security_rule {{\n    name = "r{i}"\n    priority = {100 + i % 3990}\n    direction = "{"Inbound" if i % 2 else "Outbound"}"\n    access = "{"Deny" if i % 3 else "Allow"}"\n'
                 f'    protocol = "Tcp"\n    source_port_range = "*"\n    destination_port_range = "{i + 1}"\n    source_address_prefix = "10.{i % 200}.{i % 251}.0/24"\n'
                 f'    destination_address_prefix = "10.{i % 199}.{i % 241}.0/24"\n  }}\n')
    text += "}\n"
    for i in range(10):
        text += f'resource "azurerm_subnet_network_security_group_association" "a{i}" {{\n subnet_id = azurerm_subnet.s{i}.id\n network_security_group_id = azurerm_network_security_group.n.id\n}}\n'
    return text


for n in (100, 1_000, 3_000):
    hcl(f"{n} security rules", lambda n=n: nsg(n))
hcl("1000 security rules, 100 clusters", lambda: nsg(1000, 100))
hcl("10000 node pools of a cluster", lambda: cluster() + "".join(f'resource "azurerm_kubernetes_cluster_node_pool" "p{i}" {{\n name = "p{i}"\n kubernetes_cluster_id = azurerm_kubernetes_cluster.c.id\n max_pods = 300\n}}\n' for i in range(10_000)))
hcl("10000 routes", lambda: net(10, 1) + 'resource "azurerm_route_table" "t" {\n name = "t"\n' + "".join(f'  route {{\n name = "r{i}"\n address_prefix = "10.{i >> 8}.{i & 255}.0/24"\n next_hop_type = "None"\n  }}\n' for i in range(10_000)) + "}\n"
    + "".join(f'resource "azurerm_subnet_route_table_association" "a{i}" {{\n subnet_id = azurerm_subnet.s{i}.id\n route_table_id = azurerm_route_table.t.id\n}}\n' for i in range(10)))


@case("thousands of findings at one place")
def fill(folder):
    write(folder, "main.tf", "".join(f'module "m{i}" {{\n source = "./m"\n n = {i}\n}}\n' for i in range(3000)))
    write(folder, "m/main.tf", 'variable "n" {}\n' + cluster())


for n in (100, 1_000):
    @case(f"{n} variable files")
    def fill(folder, n=n):
        write(folder, "main.tf", cluster("var.a") + 'variable "a" {}\n')
        for i in range(n):
            write(folder, f"env/{i}.tfvars", f'a = "10.{i}.0.0/16"\n')

    @case(f"{n} parameter files")
    def fill(folder, n=n):
        write(folder, "main.bicep", bicep("a") + "param a string\n")
        for i in range(n):
            write(folder, f"p{i}.bicepparam", f"using 'main.bicep'\nparam a = '10.{i}.0.0/16'\n")


@case("1000 root modules with 100 subnets each")
def fill(folder):
    for i in range(1000):
        write(folder, f"r{i}/main.tf", net(100, 1))


@case("a tree of small files")
def fill(folder):
    for i in range(options.files // 100):
        for j in range(99):
            write(folder, f"d{i % 100}/e{i}/{j}.{'tf' if j % 10 == 0 else 'txt'}", 'variable "x" {}\n')
    write(folder, "main.tf", cluster())


@case("a folder of small files")
def fill(folder):
    for i in range(options.files):
        write(folder, f"{i}.tf", f'variable "x{i}" {{}}\n')
    write(folder, "main.tf", cluster())


@case("folders 1000 deep")
def fill(folder):
    home = os.getcwd()
    os.chdir(folder)
    for i in range(1000):
        os.mkdir("d")
        os.chdir("d")
    Path("main.tf").write_text(cluster())
    os.chdir(home)


@case("folders 1000 deep with long names")
def fill(folder):
    home = os.getcwd()
    os.chdir(folder)
    write(".", "main.tf", cluster())
    for i in range(1000):
        os.mkdir("deeper-and-deeper")
        os.chdir("deeper-and-deeper")
    Path("main.tf").write_text(cluster())
    os.chdir(home)


@case("a .gitignore of 15 MB")
def fill(folder):
    write(folder, "main.tf", cluster())
    Path(folder, ".git").mkdir()
    write(folder, ".gitignore", "".join(f"*.x{i}*/**/y\n" for i in range(900_000)))


@case("an overlint.toml of 15 MB")
def fill(folder):
    write(folder, "main.tf", cluster())
    write(folder, "overlint.toml", "exclude = [\n" + '"a/**/b*",\n' * 1_300_000 + "]\n")


@case("an overlint.toml of 15 MB of [")
def fill(folder):
    write(folder, "main.tf", cluster())
    write(folder, "overlint.toml", "a = " + "[" * 15 * MB)


@case("a baseline of 100 MB", "--baseline", "known.json")
def fill(folder):
    write(folder, "main.tf", cluster())
    write(folder, "known.json", '{ "version": 1, "findings": [' + ",\n".join(f'{{"root":"","rule":"x","cluster":"c{i}","message":"{"m" * 80}"}}' for i in range(800_000)) + "] }")


@case("a baseline of brackets", "--baseline", "known.json")
def fill(folder):
    write(folder, "main.tf", cluster())
    write(folder, "known.json", "[" * 15 * MB)


@case("100000 ignore comments")
def fill(folder):
    write(folder, "main.tf", cluster() + "# overlint: ignore[invalid-cidr] x\n" * 100_000)


# --- pipes and devices -----------------------------------------------------------------------------------------------------------
def special(name, target, *args, make=os.mkfifo, beside=None):
    @case(name, *args)
    def fill(folder):
        write(folder, "main.tf" if target != "main.tf" else "other.tf", beside or cluster())
        Path(folder, ".git", "info").mkdir(parents=True, exist_ok=True)
        path = Path(folder, target)
        path.parent.mkdir(parents=True, exist_ok=True)
        make(path)


def link(to):
    return lambda path: os.symlink(to, path)


def sock(path):
    home = os.getcwd()
    os.chdir(path.parent)
    socket.socket(socket.AF_UNIX).bind(path.name)
    os.chdir(home)


for what, make in [("a pipe", os.mkfifo), ("a link to /dev/zero", link("/dev/zero")), ("a socket", sock), ("a link to itself", link("self")), ("a link to /dev/tty", link("/dev/tty"))]:
    def own(path, make=make):
        make(path)
        if make.__name__ == "<lambda>" and os.readlink(path) == "self":
            os.remove(path)
            os.symlink(path.name, path)
    for target in ("main.tf", "a.tfvars", "terraform.tfvars", "main.bicep", "main.bicepparam", "azuredeploy.json", "overlint.toml", ".gitignore", ".git/info/exclude", "bicepconfig.json", ".terraform/modules/modules.json"):
        special(f"{what} as {target}", target, make=own)
    special(f"{what} on the command line", "x.tf", "x.tf", make=own)
    special(f"{what} as --var-file", "x.tfvars", "--var-file", "x.tfvars", make=own)
    special(f"{what} as --parameters", "x.json", "--parameters", "x.json", make=own)
    special(f"{what} as --config", "x.toml", "--config", "x.toml", make=own)
    special(f"{what} as --baseline", "known.json", "--baseline", "known.json", make=own)
    special(f"{what} as git's index", ".git/index", "--tracked-only", make=own)
    special(f"{what} as git's config", ".git/config", "--tracked-only", make=own)
    special(f"{what} for file()", "x.txt", make=own, beside=cluster('file("x.txt")'))
special("a pipe as .git", "sub/.git", "--tracked-only", "sub")


# --- what git keeps, paths and names ---------------------------------------------------------------------------------------------
def repository(name, git, index=None):
    @case(name, "--tracked-only")
    def fill(folder):
        write(folder, "main.tf", cluster())
        if isinstance(git, str):
            write(folder, ".git", git)
        else:
            write(folder, ".git/HEAD", "ref: refs/heads/main\n")
            write(folder, ".git/index", index())


def entry(path, version=3):
    fixed = b"\0" * 24 + b"\0\0\x81\xa4" + b"\0" * 12 + b"\0" * 20 + b"\0\0"
    return fixed + path + (b"\0" if version == 4 else b"\0" * (8 - (len(fixed) + len(path)) % 8))


repository("a .git that leads nowhere", "gitdir: /nowhere/at/all\n")
repository("a .git that leads to itself", "gitdir: .git\n")
repository("a .git of 100 MB", "gitdir: " + "x/" * 50 * MB)
for what, index in [
    ("zeros", lambda: b"\0" * 100 * MB),
    ("4 billion entries", lambda: b"DIRC\0\0\0\x02\xff\xff\xff\xff" + b"\0" * 100 * MB),
    ("a million entries", lambda: b"DIRC\0\0\0\x02" + (1_000_000).to_bytes(4, "big") + b"".join(entry(b"d%07d/main.tf" % i) for i in range(1_000_000)) + b"\0" * 20),
    ("an entry of 100 MB", lambda: b"DIRC\0\0\0\x02\0\0\0\x01" + entry(b"x" * 100 * MB) + b"\0" * 20),
    ("names that take away more than there is", lambda: b"DIRC\0\0\0\x04\0\0\0\x02" + entry(b"\0a", 4) + entry(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7fa", 4) + b"\0" * 20),
    ("an extension of 4 GB", lambda: b"DIRC\0\0\0\x02\0\0\0\0TREE\xff\xff\xff\xff" + b"\0" * 40),
]:
    repository(f"an index with {what}", None, index)
hcl("10000 paths that are not there", cluster, *[f"no{i}.tf" for i in range(10_000)])
hcl("one path 10000 times", cluster, *["main.tf"] * 10_000)
hcl("a path of 100 KB", cluster, "n/" * 50_000)
hcl("15 MB of characters that steer", lambda: cluster('"' + "\x1b[2J\u009b\u202e\u200b" * (15 * MB // 12) + '"'))
one("15 MB of lone surrogates", "azuredeploy.json", lambda: arm(pod_cidr='"' + "\\ud800" * (15 * MB // 6) + '"'))
hcl("15 MB of commands of pipelines", lambda: cluster('"' + "##[error]##vso[task.x] ::error::" * (15 * MB // 32) + '"'))


@case("1000 names that steer")
def fill(folder):
    for i in range(1000):
        write(folder, f"\x1b[2J\n::error::{i}\u202e/main.tf", cluster())


@case("1000 names that are not UTF-8")
def fill(folder):
    for i in range(1000):
        path = os.path.join(folder.encode(), b"\xff\xfe%d" % i)
        os.mkdir(path)
        Path(os.fsdecode(path), "main.tf").write_text(cluster())


# --- running ---------------------------------------------------------------------------------------------------------------------
def limit():
    # Whoever runs this keeps the machine.
    resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))


def made(fill, folder):
    """Fills a folder, in a process of its own: what this one ever needed would count as overlint's memory."""
    maker = os.fork()
    if maker == 0:
        fill(folder)
        os._exit(0)
    if os.waitpid(maker, 0)[1] != 0:
        sys.exit(f"{folder} could not be filled")


def run(name, args, fill, folder):
    made(fill, folder)
    out = Path(folder + ".out")
    with out.open("wb") as file:
        start = time.monotonic()
        child = subprocess.Popen([program, "check", "--format", "compact", "--undecided", *args], cwd=folder, stdin=subprocess.DEVNULL,
                                 stdout=file, stderr=subprocess.STDOUT, preexec_fn=limit)
        killer = threading.Timer(options.seconds, child.kill)
        killer.start()
        _, status, usage = os.wait4(child.pid, 0)
        killer.cancel()
        wall = time.monotonic() - start
    child.returncode = 0
    code = os.waitstatus_to_exitcode(status)
    memory = usage.ru_maxrss // 1024
    hung = wall >= options.seconds
    bad = code not in (0, 1, 2) or hung or memory > LIMIT_MB
    with out.open("rb") as file:
        lines = [line.decode(errors="replace").rstrip() for line in file.read(4 * MB).splitlines()]
    out.unlink()
    telling = [l for l in lines if "error:" in l or "cannot" in l or "panicked" in l] or [l for l in lines if "undecided:" in l and "invalid-cidr" in l] or lines or [""]
    said = "did not end" if hung else re.sub(r"(.)\1{20,}", r"\1..", telling[0])
    said = said if len(said) <= 110 else said[:70] + " .. " + said[-36:]
    mark = "!" if bad else " "
    print(f"{mark} {name[:48]:48} | {said:110} | {code:4} | {usage.ru_utime:6.2f}+{usage.ru_stime:.2f} | {wall:6.2f} | {memory:5}", flush=True)
    return bad


def main():
    base = options.keep or tempfile.mkdtemp(prefix="overlint-heavy-")
    os.makedirs(base, exist_ok=True)
    print(f"  {'input':48} | {'what happened (first failure)':110} | exit | user+system s | wall s | MB")
    failed = False
    for i, (name, args, fill) in enumerate(CASES):
        if options.names and not any(part.lower() in name.lower() for part in options.names):
            continue
        folder = os.path.join(base, f"{i}")
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        try:
            failed |= run(name, args, fill, folder)
        finally:
            if not options.keep:
                subprocess.run(["rm", "-rf", folder])
    if not options.keep:
        os.rmdir(base)
    sys.exit(failed)


main()
PYTHON
