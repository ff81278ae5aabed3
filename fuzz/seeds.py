#!/usr/bin/env python3
"""Writes what the targets start from: seeds/TARGET/.. and seeds/NAME.dict, out of the documents, tests and sources of overlint."""

import hashlib
import json
import random
import re
import shutil
import struct
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent
SEEDS = HERE / "seeds"
LONGEST = 16_384
# Of lists of thousands, so many seeds: each is run before anything new is.
MOST = 600


def read(pattern):
    """Texts of the project's files, in order of their paths."""
    for path in sorted(TOP.glob(pattern)):
        if path.is_file() and HERE not in path.parents and "target" not in path.parts:
            yield path, path.read_text(errors="replace")


def put(target, text):
    data = text if isinstance(text, bytes) else text.encode()
    if 0 < len(data) <= LONGEST:
        folder = SEEDS / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)


def some(all_of_them):
    every = sorted(set(all_of_them))
    step = max(1, -(-len(every) // MOST))
    return every[::step]


def fenced(pattern):
    for _, text in read(pattern):
        yield re.findall(r"^```(terraform|bicep|arm|plan)[^\n]*\n(.*?)^```", text, re.M | re.S)


def raw_strings(pattern):
    """The raw strings of Rust in the tests."""
    for _, text in read(pattern):
        yield from (body for _, body in re.findall(r'r(#+)"(.*?)"\1', text, re.S))


def vectors(*names):
    for name in names:
        for line in (TOP / "testdata/vectors" / name).read_text().splitlines():
            if line and not line.startswith("#") and "\t" in line:
                yield line.split("\t")[0].replace("⏎", "\n")


MARKS = {"terraform": "a", "bicep": "h", "arm": "l", "plan": "o"}
TARGETS = {"terraform": "hcl", "bicep": "bicep", "arm": "arm", "plan": "plan"}


def documents():
    """Examples, each by itself and, of one document of testdata/parity, together."""
    for examples in fenced("rules/*/*.md"):
        for language, text in examples:
            put(TARGETS[language], text)
            put("check", f"////{MARKS[language]}\n{text}")
    for examples in fenced("testdata/parity/*.md"):
        together = ""
        for language, text in examples:
            put(TARGETS[language], text)
            together += f"////{MARKS[language]}\n{text}"
        put("check", together)


def files():
    for path, text in read("testdata/**/*.tf"):
        put("hcl", text)
    for path, text in read("testdata/**/*.json"):
        put("plan", text)
        put("hcl_json", text)
    for path, text in read("testdata/**/*.tfvars"):
        put("tfvars", text)


def tests():
    for text in some(raw_strings("tests/**/*.rs")):
        stripped = text.lstrip()
        if stripped.startswith(("{", "[")):
            put("hcl_json", text)
            put("arm", text)
            put("plan", text)
            put("check", f"////l\n{text}")
        elif re.search(r"^\s*(resource|param|var|module|output|type|func|import|using)\s+[\w']+\s+('|=|\w+)", text, re.M):
            put("bicep", text)
            put("check", f"////h\n{text}")
        elif re.search(r"^\s*\[+[a-z]", text, re.M) and "resource" not in text:
            put("settings", text)
        else:
            put("hcl", text)
            put("check", f"////a\n{text}")


def expressions():
    for text in some(vectors("expressions.tsv", "functions.tsv", "generated.tsv", "templates.tsv")):
        put("hcl_expression", text)
    for text in some(vectors("variables.tsv"))[::4]:
        declared, _, given = text.partition("given =")
        put("check", f"////a\nvariable \"v\" {{\n{declared}\n}}\nresource \"azurerm_kubernetes_cluster\" \"c\" {{\n  network_profile {{\n"
                     f"    pod_cidr = var.v\n  }}\n}}\n////d\nv = {given or 1}\n")
        if given:
            put("tfvars", f"range = {given}\nany = {given}\n")
    for text in some(vectors("yaml.tsv")):
        put("yaml", re.sub(r'^yamldecode\("(.*)"\)$', r"\1", text).replace("\\n", "\n").replace('\\"', '"'))
    bicep, arm = [], []
    for _, text in read("testdata/vectors/templates/*.json"):
        for vector in json.loads(text):
            arguments = vector.get("args", [])
            bicep.append(f"{vector['function']}({', '.join(map(in_bicep, arguments))})")
            arm.append(f"{vector['function']}({', '.join(map(in_arm, arguments))})")
    for text in some(bicep):
        put("bicep_expression", text)
    for text in some(arm):
        put("arm_expression", text)


def in_bicep(value):
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("${", "\\${") + "'"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_bicep, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{in_bicep(k)}: {in_bicep(v)}" for k, v in value.items()) + " }"
    return json.dumps(value)


def in_arm(value):
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, list):
        return "createArray(" + ", ".join(map(in_arm, value)) + ")"
    if isinstance(value, dict):
        return "createObject(" + ", ".join(f"{in_arm(k)}, {in_arm(v)}" for k, v in value.items()) + ")"
    if value is None or isinstance(value, bool):
        return json.dumps(value) + "()"
    return json.dumps(value)


CLUSTER = """resource "azurerm_kubernetes_cluster" "c" {
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = %s
  }
}
"""

MIXED = [
    "////a\nmodule \"n\" {\n  source = \"./modules/net\"\n  range  = var.range\n}\nvariable \"range\" {}\n" + CLUSTER % "module.n.range"
    + "////g\nvariable \"range\" {}\noutput \"range\" {\n  value = cidrsubnet(var.range, 2, 1)\n}\n////d\nrange = \"10.0.0.0/8\"\n"
    "////e\nrange = \"10.1.0.0/16\"\n////f\n{\"range\": \"x\"}\n////q\nas-of = 2025-01-01\n[[terraform]]\nroot = \".\"\nvar-files = [[\"prod.tfvars\"]]\n",
    "////a\nlocals {\n  y = yamldecode(file(\"config.yaml\"))\n  t = templatefile(\"template.tftpl\", { a = local.y.a })\n}\n" + CLUSTER % "local.y.range"
    + "////p\na: &a [1, 2]\nrange: 10.0.0.0/8\nb: *a\n////t\n%{ for x in a ~}\n${x}\n%{ endfor ~}\n",
    "////h\nparam range string\nmodule net 'modules/net.bicep' = {\n  name: 'n'\n  params: { range: range }\n}\n"
    "resource c 'Microsoft.ContainerService/managedClusters@2025-05-01' = {\n  name: 'c'\n  properties: { networkProfile: { networkPlugin: 'azure'"
    "\n networkPluginMode: 'overlay', podCidr: net.outputs.range } }\n}\n////i\nusing 'main.bicep'\nparam range = '10.0.0.0/8'\n"
    "////j\nparam range string\noutput range string = cidrSubnet(range, 16, 0)\n////k\n{\"experimentalFeaturesEnabled\": {}}\n",
    "////r\nresource \"azurerm_kubernetes_cluster\" \"c\" {\n  network_profile {\n    pod_cidr = \"x\" # overlint: ignore[invalid-cidr] why\n  }\n}\n////a\n"
    + CLUSTER % "\"y\"" + "////c\n{\"locals\": {\"a\": \"${local.b}\", \"b\": [1]}}\n////u\nprovider \"registry.terraform.io/hashicorp/azurerm\" {\n  version = \"4.1.0\"\n}\n",
]


def by_hand():
    for text in MIXED:
        put("check", text)
    for path, text in read("docs/*.md"):
        for body in re.findall(r"^```toml\n(.*?)^```", text, re.M | re.S):
            put("settings", body)
    for text in [
        "as-of = 2025-01-01\nexclude = [\"a/**\"]\n[rules]\nagic-overlay = \"off\"\ninvalid-cidr = \"warning\"\n[network]\n"
        "on-premises = [\"10.8.0.0/14\"]\npeered = [\"10.0.0.0/8\"]\n",
        "[[terraform]]\nroot = \".\"\nvar-files = [[\"a.tfvars\"], []]\nworkspace = \"prod\"\n[[arm]]\ntemplate = \"main.bicep\"\nparameters = [[\"a.bicepparam\"]]\n",
    ]:
        put("settings", text)
    put("bicepconfig", json.dumps({
        "extends": "../bicepconfig.json", "cloud": {"currentProfile": "AzureCloud"},
        "moduleAliases": {"br": {"public": {"registry": "mcr.microsoft.com", "modulePath": "bicep"}, "x": {"registry": "a.azurecr.io"}},
                          "ts": {"x": {"subscription": "0000", "resourceGroup": "rg"}}},
        "cacheRootDirectory": "/tmp"}, indent=1) + "\nbr/x:y:z")
    put("bicepconfig", "br:a.azurecr.io/b/c@sha256:00\n// comment\n{\"moduleAliases\": {},}")
    put("baseline", json.dumps({"version": 1, "findings": [
        {"root": ".", "rule": "invalid-cidr", "cluster": "azurerm_kubernetes_cluster.c", "message": "m", "count": 2}]}))
    put("tfvars", "range = \"10.0.0.0/8\"\npools = { a = { count = 1 }, b = { count = \"2\", zones = [] } }\nany = <<EOT\nx\nEOT\n")
    put("tfvars", "{\"range\": \"10.0.0.0/8\", \"pools\": {\"a\": {\"count\": 3}}, \"any\": null}")
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}})
    put("lsp_messages", f"Content-Length: {len(body)}\r\n\r\n{body}" * 3)
    put("lsp_messages", "content-length: 2\r\nContent-Type: x\r\n\r\n{}junk\r\n\r\nContent-Length: -1\r\n\r\n")
    for version in [2, 3, 4]:
        put("git_index", index(version))


def noise():
    """For what is made of any bytes."""
    dice = random.Random(17)
    for target in ["expressions", "reports"]:
        for i in range(200):
            put(target, dice.randbytes(16 << (i % 7)))


def index(version):
    """An index of git with two files."""
    out = b"DIRC" + struct.pack(">II", version, 2)
    before = b""
    for path in [b"main.tf", b"modules/net/main.tf"]:
        entry = struct.pack(">10I", *[0] * 6, 0o100644, *[0] * 3) + b"\0" * 20 + struct.pack(">H", len(path))
        if version == 4:
            entry += bytes([len(before)]) + path + b"\0"
        else:
            entry += path + b"\0"
            entry += b"\0" * (-len(entry) % 8)
        out += entry
        before = path
    return out + b"TREE" + struct.pack(">I", 2) + b"ab" + b"\0" * 20


def dictionary(name, patterns, more):
    """The short texts that the sources compare with, for the fuzzer to put in."""
    words = set(more)
    for pattern in patterns:
        for _, text in read(pattern):
            text = text.split("#[cfg(test)]")[0]
            words.update(re.findall(r'"([A-Za-z0-9_$.:/@*~-]{2,48})"', text))
    escape = lambda word: "".join(c if " " <= c <= "~" and c not in '"\\' else f"\\x{ord(c):02x}" for c in word)
    (SEEDS / f"{name}.dict").write_text("".join(f'"{escape(word)}"\n' for word in sorted(words)))


def dictionaries():
    hcl = ["src/model/*.rs", "src/eval/terraform/**/*.rs", "src/syntax/hcl/*.rs", "src/eval/naming.rs"]
    template = ["src/model/*.rs", "src/eval/template/**/*.rs", "src/syntax/arm/*.rs", "src/syntax/bicep/**/*.rs"]
    plan = ["src/eval/plan/*.rs", "src/model/*.rs"]
    settings = ["src/settings/*.rs", "src/settings.rs"]
    signs = ["${", "%{", "~}", "<<-E\n", "\nE\n", "[*]", "...", "=>", "for x in ", " if ", "?", ":", "==", "# overlint: ignore[", "\r\n", "\ufeff"]
    templates = ["'''", "${", "[?", ".?", "::", "=>", "...", "??", "#disable-next-line ", "[for x in ", "range(0, 9)", "copyIndex()", "[^1]"]
    yaml = ["&a ", "*a", "<<: ", "!!str ", "!!binary ", "? ", ": ", "- ", "|-\n", ">+2\n", "---\n", "...\n", "%YAML 1.2\n", "{", "}", "[", "]", "~", ".inf", "0o7"]
    dictionary("hcl", hcl, signs)
    dictionary("template", template, templates)
    dictionary("plan", plan, [])
    dictionary("settings", settings, ["[[", "]]", "'''", '"""'])
    dictionary("yaml", [], yaml)
    dictionary("check", hcl + template + plan + settings, signs + templates + [f"\n////{chr(c)}\n" for c in range(ord("a"), ord("z") + 1)])
    dictionary("lsp", [], ["Content-Length: ", "\r\n\r\n", "\"method\":", "\"id\":", "\"params\":"])


shutil.rmtree(SEEDS, ignore_errors=True)
SEEDS.mkdir()
documents()
files()
tests()
expressions()
by_hand()
noise()
dictionaries()
