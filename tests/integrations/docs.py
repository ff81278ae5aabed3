#!/usr/bin/env python3
"""Does what the pages in docs/ say, to the letter, each in an empty folder.

    tests/integrations/docs.py [PAGE..]       (all without one; names like terminal)

- A block whose first line is a comment with a path is written to that file.
- A block of `sh` is run, line by line. `# exits with N` behind a command is what must come out; 0 without that.
- A block of `text` must be in what the last command printed, but for lines of `...`.
- A block with `not-run: WHY` behind its language is left out. `by=docs.py` there means that the test of the book (tests/book.rs), which
  has no network and no time for builds, leaves the block to this script.
- Then the steps of the pipelines that were written are run; tasks of the service are not, but what they publish must be there.

https://github.com/OWNER/overlint is a clone of this repository's HEAD, COMMIT its commit. Builds take place without optimization, in
CARGO_TARGET_DIR (target/integrations without one). Needs git, cargo and PyYAML; pre-commit and pipx for their pages, and check-jsonschema
for the pipelines (requirements.txt): what is missing is skipped, and said so.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = {"start": [], "terminal": [], "pre-commit": ["pre-commit"], "github": [], "azure-pipelines": ["pipx"], "gitlab": []}
SCHEMAS = {
    ".github/workflows/overlint.yml": "vendor.github-workflows",
    "azure-pipelines.yml": "vendor.azure-pipelines",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
}

try:
    import yaml
except ImportError:
    print("skipped: the pages in docs/ (PyYAML is not installed)")
    sys.exit(0)

# For a pipeline: a cluster with one mistake.
CLUSTER = """resource "azurerm_kubernetes_cluster" "c" {
  default_node_pool {
    max_pods = 300
  }
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = "10.244.0.0/16"
    service_cidr        = "10.96.0.0/16"
    dns_service_ip      = "10.96.0.10"
  }
}
"""


def prepare(temp):
    """Settings as of someone who has just logged in, but with the repository at hand."""
    clone, home = temp / "clone", temp / "home"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=clone, check=True, capture_output=True, text=True).stdout.strip()
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[user]\nname = a\nemail = a@example.com\n[init]\ndefaultBranch = main\n"
        f'[url "{clone.as_uri()}"]\ninsteadOf = https://github.com/OWNER/overlint\n'
    )
    # What cargo has downloaded and its settings, but nothing of the repository that is meant here.
    cargo = home / ".cargo"
    cargo.mkdir()
    for entry in pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo")).iterdir():
        if entry.name != "git":
            (cargo / entry.name).symlink_to(entry)
    env = os.environ | {
        "HOME": str(home),
        "CARGO_HOME": str(cargo),
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(pathlib.Path.home() / ".rustup")),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "CARGO_NET_GIT_FETCH_WITH_CLI": "true",
        "CARGO_INSTALL_ROOT": str(home / "cargo"),
        "CARGO_TARGET_DIR": os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target/integrations")),
        "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
        "CARGO_PROFILE_RELEASE_LTO": "off",
        "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
        "PIPX_HOME": str(home / "pipx"),
        "PIPX_BIN_DIR": str(home / "pipx-bin"),
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "NO_COLOR": "1",
    }
    # The CI variables of this run are not those of the pipelines.
    env = {name: value for name, value in env.items() if not name.startswith(("GITHUB_", "CI_", "OVERLINT_"))}
    env["PATH"] = f"{home}/cargo/bin:{home}/pipx-bin:{env['PATH']}"
    return env, commit


def run(command, folder, env, wanted=0):
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", command], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != wanted:
        print(done.stdout)
        sys.exit(f"FAILED: {command}: exit code {done.returncode}, not {wanted}")
    return done.stdout


def blocks(text):
    found = re.findall(r"^```(\w+)([^\n]*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [(language, block) for language, words, block in found if "not-run:" not in words]


def follow(page, folder, env, commit):
    """Does what a page says, and gives the files that it has written."""
    printed, written = "", []
    for language, block in blocks((ROOT / f"docs/{page}.md").read_text().replace("COMMIT", commit)):
        first, _, _ = block.partition("\n")
        if language == "sh":
            for line in block.splitlines():
                wanted = re.search(r"# exits with (\d)", line)
                printed = run(line, folder, env, int(wanted[1]) if wanted else 0)
        elif language == "text":
            missing = [line for line in block.splitlines() if line != "..." and line not in printed]
            if missing:
                sys.exit(f"FAILED: docs/{page}.md: {missing} is not in\n{printed}")
        elif path := re.fullmatch(r"# ([\w./-]+)", first):
            target = folder / path[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block)
            written.append(path[1])
    return written


def validate(path, folder):
    if not shutil.which("check-jsonschema"):
        print(f"skipped: the schema of {path} (check-jsonschema is not installed)")
        return
    # The schema of Azure has patterns that are none with the flag for Unicode.
    done = subprocess.run(["check-jsonschema", "--regex-variant", "nonunicode", "--builtin-schema", SCHEMAS[path], path], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"FAILED: {path}: {done.stdout}{done.stderr}")


def pipeline(path, folder, env):
    """Runs a pipeline on a cluster with a mistake: the check must refuse it, and leave what is published."""
    (folder / "main.tf").write_text(CLUSTER)
    subprocess.run(["git", "init", "-q"], cwd=folder, env=env, check=True)
    parsed = yaml.safe_load((folder / path).read_text())
    if path == "azure-pipelines.yml":
        *before, check = [step["bash"] for step in parsed["steps"] if "bash" in step]
        published = [step["publish"] for step in parsed["steps"] if "publish" in step]
        published += [step["inputs"]["testResultsFiles"] for step in parsed["steps"] if "task" in step]
        told = "##vso[task.logissue type=error;sourcepath=main.tf;linenumber=3;"
    elif path == ".gitlab-ci.yml":
        *before, check = parsed["overlint"]["script"]
        published = parsed["overlint"]["artifacts"]["reports"].values()
        told = "main.tf:3:16: error: "
    else:
        inputs = parsed["jobs"]["overlint"]["steps"][1]["with"]
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        unknown = set(inputs) - set(action["inputs"])
        if unknown:
            sys.exit(f"FAILED: {path}: the action has no {unknown}")
        print("skipped: running the action, which action.py does")
        return
    for command in before:
        run(command, folder, env)
    printed = run(check, folder, env, 1)
    if told not in printed:
        sys.exit(f"FAILED: {path}: no {told} in\n{printed}")
    for file in published:
        if not (folder / file).is_file():
            sys.exit(f"FAILED: {path}: {file} was not written")


def main():
    with tempfile.TemporaryDirectory() as temp:
        temp = pathlib.Path(temp)
        env, commit = prepare(temp)
        for page in sys.argv[1:] or PAGES:
            missing = [tool for tool in PAGES[page] if not shutil.which(tool)]
            if missing:
                print(f"skipped: docs/{page}.md ({missing[0]} is not installed)")
                continue
            folder = temp / page
            folder.mkdir()
            for path in follow(page, folder, env, commit):
                if path in SCHEMAS:
                    validate(path, folder)
                    pipeline(path, folder, env)
            print(f"ok: docs/{page}.md")


if __name__ == "__main__":
    main()
