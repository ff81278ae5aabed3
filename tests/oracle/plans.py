#!/usr/bin/env python3
"""Records plans and states of Terraform's JSON format under testdata/plans/, made by a real terraform without any provider.

    tests/oracle/plans.py            # needs terraform on the PATH

Each folder there is a root module with azurerm resources, written in the plain style of `terraform fmt`. terraform_data, which is part of
Terraform, stands in for them: it takes any value as `input`, so that each resource becomes one with its attributes and blocks as that
object. Where there is a folder `before`, it is applied first. What `terraform show -json` then prints is turned back: the types are renamed,
`input` is taken away around the values, and each attribute gets the expression that an output with the same value has. Invented are only the
ids, and what azurerm fills in without being asked (FILLED_IN).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PLANS = Path(__file__).resolve().parents[2] / "testdata" / "plans"
# Attributes for which azurerm replaces a cluster, by folder.
REPLACED_FOR = {"replace": ["service_cidr", "dns_service_ip"]}
# What azurerm fills in, and which of it is known only after apply where a cluster is made.
FILLED_IN = {"pod_cidr": None, "pod_cidrs": None, "service_cidr": "10.0.0.0/16", "service_cidrs": None, "dns_service_ip": "10.0.0.10"}
PROVIDER = "registry.terraform.io/hashicorp/azurerm"


def stand_in(text, replaced_for):
    """The module with terraform_data in place of azurerm resources, and an output for each of their expressions."""
    lines, outputs, path, resource = [], [], [], None
    meta = re.compile(r"\s*(for_each|count)\s*=")
    text = re.sub(r"terraform \{\n(?:  .*\n|\n)*\}\n", "", text)
    for line in text.splitlines():
        start = re.match(r'resource "(azurerm_\w+)" "(\w+)" \{', line)
        if start:
            resource, opened, triggers = "__".join(start.groups()), False, []
            lines.append(f'resource "terraform_data" "{resource}" {{')
            continue
        line = re.sub(r"\b(azurerm_\w+)\.(\w+)((?:\[[^]]*\])?)\.(\w+)", reference, line)
        if not resource:
            lines.append(line)
            continue
        if not opened and line.strip() and not meta.match(line):
            lines.append("input = {")
            opened = True
        block, attribute = re.match(r"\s+(\w+) \{", line), re.match(r"\s+(\w+)\s*= (.*)", line)
        if block:
            path.append(block[1])
            lines.append(f"{block[1]} = [{{")
        elif line.strip() == "}" and path:
            path.pop()
            lines.append("}]")
        elif line == "}":
            lines += ["}", f"triggers_replace = [{', '.join(triggers)}]" if triggers else "", "}"]
            resource = None
        else:
            lines.append(line)
            if attribute and not meta.match(line):
                outputs.append(output(resource, path + [attribute[1]], attribute[2]))
                triggers += [attribute[2]] if attribute[1] in replaced_for else []
    return "\n".join(lines + outputs) + "\n"


def reference(match):
    kind, name, index, attribute = match.groups()
    return f"terraform_data.{kind}__{name}{index}{'.' if attribute == 'id' else '.input.'}{attribute}"


def output(resource, path, expression):
    # Outside its resource an expression cannot use each.key: what refers to it in Terraform's output is the reference alone.
    expression = expression.replace("each.key", "terraform.workspace")
    return f'output "expression__{resource}__{"__".join(path)}" {{\n  value     = {expression}\n  sensitive = true\n}}'


def run(folder, *command):
    environment = dict(os.environ, CHECKPOINT_DISABLE="1", TF_CLI_CONFIG_FILE=os.devnull, TF_IN_AUTOMATION="1")
    command = ["terraform", command[0], "-no-color", *command[1:]]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"terraform {chr(32).join(command)} in {folder}:\n{done.stdout}{done.stderr}")
    return done.stdout


def write(case, source, folder):
    for file in source.rglob("*.tf"):
        inner = file.relative_to(source)
        if inner.parts[0] != "before":
            (folder / inner).parent.mkdir(parents=True, exist_ok=True)
            (folder / inner).write_text(stand_in(file.read_text(), REPLACED_FOR.get(case, [])))


def each_resource(node):
    """All objects in a plan that are resources or changes of some."""
    if isinstance(node, dict):
        if str(node.get("name", "")).startswith("azurerm_") and "type" in node:
            yield node
        for value in node.values():
            yield from each_resource(value)
    elif isinstance(node, list):
        for value in node:
            yield from each_resource(value)


def inner(values, mark=None):
    """Takes `input` away. `mark` is what stands for the whole, in the parts that only mark values."""
    if not isinstance(values, dict):
        return values
    found = values.get("input", {} if mark is None else mark)
    found = dict(found) if isinstance(found, dict) else {}
    if "id" in values:
        found["id"] = values["id"]
    return found


def fill_in(kind, values, unknown):
    """What azurerm fills in for a cluster."""
    for profile in values.get("network_profile", []) if kind == "azurerm_kubernetes_cluster" and values else []:
        overlay = profile.get("network_plugin_mode") == "overlay"
        marks = unknown["network_profile"][0] if unknown else None
        for name, value in FILLED_IN.items():
            if name not in profile and marks is not None:
                marks[name] = True
            elif name not in profile and not name.endswith("s"):
                profile[name] = value
            elif name not in profile:
                one = profile.get(name[:-1])
                profile[name] = [one] if one else []
        profile.setdefault("ebpf_data_plane", "")
        profile.setdefault("network_plugin_mode", "")
        profile.setdefault("network_data_plane", "azure" if overlay else "")


def turn_back(case, data, ids):
    expressions = {}
    collect_outputs((data.get("configuration") or {}).get("root_module", {}), "", expressions)
    for node in list(each_resource(data)):
        kind, name = node["name"].split("__")
        key = node.pop("provider_config_key", None)
        node["type"], node["name"] = kind, name
        if "provider_name" in node:
            node["provider_name"] = PROVIDER
        if key is not None:
            node["provider_config_key"] = "azurerm"
            node["expressions"] = expressions[id_of_configuration(node)]
        for part in ("values", "sensitive_values"):
            if part in node:
                node[part] = inner(node[part])
        if "values" in node and "id" in node["values"]:
            fill_in(kind, node["values"], None)
        if "change" in node:
            turn_back_change(case, kind, node["change"])
    text = json.dumps(data, separators=(",", ":"))
    text = re.sub(r'"terraform_data\.azurerm_\w+?__\w+(?:\[(?:[^]"\\]|\\.)*\])?\.input",', "", text)
    text = re.sub(r"terraform_data\.(azurerm_\w+?)__(\w+?)\b", r"\1.\2", text).replace(".input.", ".")
    for old, new in ids.items():
        text = text.replace(old, new)
    return text


def turn_back_change(case, kind, change):
    create = change["before"] is None
    for part in ("before", "after", "before_sensitive", "after_sensitive", "after_unknown"):
        change[part] = inner(change.get(part))
    replaced = "replace_paths" in change
    if change["before"]:
        fill_in(kind, change["before"], None)
    if change["after"]:
        fill_in(kind, change["after"], change["after_unknown"] if create or replaced else None)
    if replaced:
        change["replace_paths"] = [["network_profile", 0, name] for name in REPLACED_FOR[case]]


def id_of_configuration(node):
    return f"{node['type']}__{node['name']}"


def collect_outputs(module, address, into):
    for name in list(module.get("outputs", {})):
        if name.startswith("expression__"):
            expression = module["outputs"].pop(name)["expression"]
            kind, resource, *path = name.removeprefix("expression__").split("__")
            place = into.setdefault(f"{kind}__{resource}", {})
            for block in path[:-1]:
                place = place.setdefault(block, [{}])[0]
            text = json.dumps(expression).replace("terraform.workspace", "each.key")
            place[path[-1]] = json.loads(text)
    for call in module.get("module_calls", {}).values():
        collect_outputs(call["module"], address, into)
    if not module.get("outputs", True):
        del module["outputs"]


def azure_id(kind, values):
    base = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/{}/providers/"
    group, name = values.get("resource_group_name", "aks"), values["name"]
    return base.format(group) + {
        "azurerm_virtual_network": f"Microsoft.Network/virtualNetworks/{name}",
        "azurerm_subnet": f"Microsoft.Network/virtualNetworks/{values.get('virtual_network_name')}/subnets/{name}",
        "azurerm_kubernetes_cluster": f"Microsoft.ContainerService/managedClusters/{name}",
        "azurerm_kubernetes_cluster_node_pool": f"Microsoft.ContainerService/managedClusters/aks/agentPools/{name}",
    }[kind]


def ids_in(state):
    ids = {}
    for node in each_resource(state):
        if "values" in node:
            ids[node["values"]["id"]] = azure_id(node["name"].split("__")[0], node["values"]["input"])
    return ids


def record(case, source):
    with tempfile.TemporaryDirectory() as name:
        folder, ids = Path(name), {}
        if (source / "before").exists():
            write(case, source / "before", folder)
            run(folder, "init")
            run(folder, "apply", "-auto-approve")
            state = json.loads(run(folder, "show", "-json"))
            ids = ids_in(state)
            if case == "upgrade":
                state["values"].pop("outputs", None)
                (source / "state.json").write_text(turn_back(case, state, ids) + "\n")
                no_op(case, folder, source, ids)
        for old in folder.glob("*.tf"):
            old.unlink()
        write(case, source, folder)
        plan(case, folder, source / "plan.json", ids)


def no_op(case, folder, source, ids):
    plan(case, folder, source / "before" / "plan.json", ids)


def plan(case, folder, target, ids):
    run(folder, "init")
    run(folder, "plan", "-out", "plan.out")
    data = json.loads(run(folder, "show", "-json", "plan.out"))
    for part in (data["planned_values"], data, data.get("prior_state", {}).get("values", {})):
        part.pop("outputs", None)
        part.pop("output_changes", None)
    data["timestamp"] = "2026-11-24T00:00:00Z"
    constraint = {"version_constraint": "~> 4.0"} if case == "create" else {}
    data["configuration"]["provider_config"] = {"azurerm": {"name": "azurerm", "full_name": PROVIDER, **constraint}}
    target.write_text(turn_back(case, data, ids) + "\n")


def main():
    if not shutil.which("terraform"):
        sys.exit("terraform is not on the PATH")
    for source in sorted(p for p in PLANS.iterdir() if p.is_dir()):
        record(source.name, source)
        print(source.name)


if __name__ == "__main__":
    main()
