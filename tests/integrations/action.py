#!/usr/bin/env python3
"""Runs the steps of action.yml as GitHub's runner would, on small repositories.

    tests/integrations/action.py [OVERLINT]      (target/debug/overlint without one)

Needs git, bash and PyYAML (pip install pyyaml); says so and stops where one is missing. Steps that use another action are not run: what
they would get is checked.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

try:
    import yaml
except ImportError:
    print("skipped: the action's steps (PyYAML is not installed)")
    sys.exit(0)
for program in ("git", "bash"):
    if not shutil.which(program):
        print(f"skipped: the action's steps ({program} is not installed)")
        sys.exit(0)

OVERLINT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/debug/overlint").resolve()
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())

CLUSTER = """resource "azurerm_kubernetes_cluster" "%s" {
  default_node_pool {
    max_pods = %d
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


# The runner.


def evaluate(expression, context):
    """The few forms of expressions that the action uses: paths, texts, ==, !=, && and ||."""

    def term(text):
        text = text.strip()
        if match := re.fullmatch(r"'([^']*)'", text):
            return match[1]
        value = context
        for part in text.split("."):
            value = value.get(part, {}) if isinstance(value, dict) else {}
        return "" if value == {} else value

    def comparison(text):
        for sign, wanted in (("==", True), ("!=", False)):
            if sign in text:
                left, right = text.split(sign)
                return (term(left) == term(right)) == wanted
        return term(text)

    def both(text):
        value = True
        for part in text.split("&&"):
            value = value and comparison(part)
        return value

    for part in expression.split("||"):
        if value := both(part):
            return value
    return value


def expand(text, context):
    def value(match):
        value = evaluate(match[1], context)
        return str(value).lower() if isinstance(value, bool) else str(value)

    return re.sub(r"\$\{\{(.*?)\}\}", value, str(text), flags=re.DOTALL)


def commands(path):
    """What a step wrote to the file of its outputs."""
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


class Job:
    def __init__(self, folder, event=None, env=None, **inputs):
        assert set(inputs) <= {name.replace("-", "_") for name in ACTION["inputs"]}, inputs
        self.temp = pathlib.Path(tempfile.mkdtemp(dir=TEMP, prefix="runner "))
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        defaults = {name: declared.get("default", "") for name, declared in ACTION["inputs"].items()}
        self.context = {"inputs": defaults | given, "steps": {}, "github": {"event": event or {}}}
        self.env = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "TMPDIR")} | {
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_WORKSPACE": str(folder),
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_SHA": git(folder, "rev-parse", "HEAD"),
            "RUNNER_TEMP": str(self.temp),
            "OVERLINT_BIN": str(OVERLINT),
        } | (env or {})
        self.folder, self.log, self.summary, self.used, self.code = folder, "", "", {}, 0
        for number, step in enumerate(ACTION["runs"]["steps"]):
            self.step(number, step)
        self.outputs = {name: expand(output["value"], self.context) for name, output in ACTION["outputs"].items()}

    def step(self, number, step):
        # Without a function of status, `if` means success() as well.
        if self.code or not evaluate(step.get("if", "'yes'"), self.context):
            return
        if "uses" in step:
            self.used[step["uses"].split("@")[0]] = {k: expand(v, self.context) for k, v in step.get("with", {}).items()}
            return
        assert "${{" not in step["run"], "expressions must not stand in scripts"
        output, summary, script = (self.temp / f"{kind}{number}" for kind in ("output", "summary", "script"))
        output.touch()
        summary.touch()
        script.write_text(step["run"])
        env = self.env | {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
        env |= {name: expand(value, self.context) for name, value in step.get("env", {}).items()}
        run = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        done = subprocess.run(run, cwd=self.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600)
        self.log += done.stdout
        self.code = done.returncode
        self.summary += summary.read_text()
        assert summary.stat().st_size <= 1024 * 1024
        if "id" in step:
            self.context["steps"][step["id"]] = {"outputs": commands(output)}

    def counts(self):
        return tuple(self.outputs[name] for name in ("findings", "new-findings", "errors", "warnings", "exit-code"))

    def annotations(self):
        return re.findall(r"^::(error|warning|notice) (?:title=overlint::(.*)|file=([^,]*),line=(\d+))", self.log, flags=re.MULTILINE)

    def upload(self):
        return self.used.get("github/codeql-action/upload-sarif")


# Repositories.


def git(folder, *args):
    config = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *config, *args], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def repository(files):
    folder = pathlib.Path(tempfile.mkdtemp(dir=TEMP, prefix="work "))
    git(folder, "init", "-q")
    write(folder, files)
    commit(folder)
    return folder


def write(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def commit(folder):
    git(folder, "add", ".")
    git(folder, "commit", "-q", "--allow-empty", "-m", "change")
    return git(folder, "rev-parse", "HEAD")


def pull_request(files, change):
    """A checkout as GitHub makes it for a pull request: the merge of the change into the base. With the job's variables and event."""
    folder = repository(files)
    git(folder, "checkout", "-q", "-b", "change")
    write(folder, change)
    commit(folder)
    git(folder, "checkout", "-q", "main")
    base = commit(folder)
    git(folder, "merge", "-q", "--no-ff", "-m", "merge", "change")
    env = {"GITHUB_REF": "refs/pull/1/merge", "GITHUB_SHA": git(folder, "rev-parse", "HEAD")}
    return folder, base, {"env": env, "event": {"pull_request": {"base": {"sha": base}}}}


# What must hold.


def clean():
    job = Job(repository({"main.tf": CLUSTER % ("c", 100)}))
    assert job.code == 0 and job.counts() == ("0", "0", "0", "0", "0"), (job.outputs, job.log)
    assert job.upload() == {"sarif_file": job.outputs["sarif-file"], "category": "overlint"}
    assert pathlib.Path(job.outputs["sarif-file"]).is_file()
    assert job.summary.startswith("## overlint: nothing found"), job.summary
    assert job.annotations() == []


def findings():
    folder = repository({"infra/main.tf": CLUSTER % ("c", 300)})
    job = Job(folder)
    assert job.code == 1 and job.counts() == ("1", "1", "1", "0", "1"), (job.outputs, job.log)
    assert job.annotations() == [("error", "", "infra/main.tf", "3")], job.log
    assert "max-pods-range" in job.summary
    assert job.upload()["sarif_file"].endswith(".sarif")
    # Places start at the top of the repository, wherever it runs.
    job = Job(folder, working_directory="infra", fail_on="never", category="other")
    assert job.code == 0 and job.counts() == ("1", "1", "1", "0", "0"), (job.outputs, job.log)
    assert job.annotations() == [("error", "", "infra/main.tf", "3")], job.log
    assert job.upload()["category"] == "other"
    job = Job(folder, sarif_upload="false", summary="false", annotations="false")
    assert (job.code, job.upload(), job.summary, job.annotations()) == (1, None, "", [])
    start, *rest, end = [line for line in job.log.splitlines() if not line.startswith("overlint ")]
    assert start.removeprefix("::stop-commands::") == end.strip(":") and "infra/main.tf:3" in rest[0], job.log
    job = Job(folder, args="--ignore 'max-pods-range' --undecided")
    assert job.code == 0 and job.counts()[0] == "0", job.log


def failures():
    folder = repository({"main.tf": CLUSTER % ("c", 300), "overlint.toml": "[rule]\n"})
    job = Job(folder)
    assert job.code == 2 and job.outputs["exit-code"] == "2", (job.outputs, job.log)
    assert any("exit code 2" in title for _, title, _, _ in job.annotations()), job.log
    for inputs in ({"config": "none.toml"}, {"fail_on": "sometimes"}, {"as_of": "yesterday"}, {"paths": "nowhere"}):
        job = Job(repository({"main.tf": CLUSTER % ("c", 100)}), **inputs)
        assert job.code == 2 and job.outputs["exit-code"] == "2", (inputs, job.outputs, job.log)
        assert (job.upload() is None) == (job.outputs["sarif-file"] == "")
    for inputs, why in (({"working_directory": "nowhere"}, "is no folder"), ({"args": "'"}, "has a quote")):
        job = Job(folder, **inputs)
        assert job.code == 2 and why in job.log and job.upload() is None, job.log
    job = Job(folder, version="1.0; touch executed", env={"OVERLINT_BIN": ""})
    assert job.code == 2 and "version must look like" in job.log, job.log


def baseline():
    folder = repository({"main.tf": CLUSTER % ("old", 300)})
    subprocess.run([OVERLINT, "check", "-q", "--write-baseline", "known.json"], cwd=folder, check=True)
    job = Job(folder, baseline="known.json")
    assert job.code == 0 and job.counts() == ("1", "0", "0", "0", "0"), (job.outputs, job.log)
    write(folder, {"new.tf": CLUSTER % ("new", 300)})
    job = Job(folder, baseline="known.json")
    assert job.code == 1 and job.counts() == ("2", "1", "1", "0", "1"), (job.outputs, job.log)
    assert job.annotations() == [("error", "", "new.tf", "3")], job.log


def only_new():
    for place, inputs in (("", {}), ("infra/", {"working_directory": "infra"}), ("a b/", {"paths": "a b"})):
        folder, base, given = pull_request({f"{place}main.tf": CLUSTER % ("old", 300)}, {f"{place}new.tf": CLUSTER % ("new", 300)})
        job = Job(folder, only_new="true", **inputs, **given)
        assert job.code == 1 and job.counts() == ("2", "1", "1", "0", "1"), (job.outputs, job.log)
        assert job.annotations() == [("error", "", f"{place}new.tf", "3")], job.log
        assert base in job.summary
        # Nothing is left behind.
        assert git(folder, "status", "--porcelain") == "" and len(git(folder, "worktree", "list").splitlines()) == 1
    # Moved lines are not new; other values are.
    moved = "\n\n" + CLUSTER % ("old", 300)
    folder, _, given = pull_request({"main.tf": CLUSTER % ("old", 300)}, {"main.tf": moved})
    assert Job(folder, only_new="true", **given).counts() == ("1", "0", "0", "0", "0")
    # A head that is checked out by itself is compared with where it branched off.
    git(folder, "checkout", "-q", "change")
    assert Job(folder, only_new="true", **given).counts() == ("1", "0", "0", "0", "0")
    # A folder that is new has new findings only.
    folder, _, given = pull_request({"a/main.tf": CLUSTER % ("a", 300)}, {"b/main.tf": CLUSTER % ("b", 300)})
    job = Job(folder, only_new="true", working_directory="b", **given)
    assert job.counts() == ("1", "1", "1", "0", "1") and len(job.annotations()) == 1, job.log
    # Not on a pull request, or without the base commit, everything is reported; the latter is said.
    assert Job(folder, only_new="true").counts()[:2] == ("2", "2")
    shallow = pathlib.Path(tempfile.mkdtemp(dir=TEMP))
    git(shallow, "clone", "-q", "--depth=1", folder.as_uri(), "checkout")
    job = Job(shallow / "checkout", only_new="true", **given)
    assert job.counts()[:2] == ("2", "2") and "base commit is not here" in job.log, job.log


def hostile():
    names = ["a b/main.tf", "$(touch executed)/main.tf", "`touch executed`/main.tf", "'\"; touch executed; \"'/main.tf", "--fix/main.tf"]
    folder = repository({name: CLUSTER % ("c", 300) for name in names})
    job = Job(folder, paths="".join(f"{name.removesuffix('/main.tf')}\n\n" for name in names))
    assert job.code == 1 and job.counts()[:2] == ("5", "5"), (job.outputs, job.log)
    assert len(job.annotations()) == 5, job.log
    evil = ['"; touch executed; echo "', "$(touch executed)", "`touch executed`", "x\ntouch executed\n", "' ; touch executed #", "${{ 1 }}"]
    for name in ACTION["inputs"]:
        for value in (evil[0], "\n".join(evil)):
            if name == "version":
                inputs, env = {"version": value}, {"OVERLINT_BIN": ""}
            else:
                inputs, env = {name.replace("-", "_"): value}, {}
            job = Job(folder, env=env, **inputs)
            assert not [*folder.rglob("executed"), *job.temp.rglob("executed")], (inputs, job.log)
            # Nothing of it becomes an output.
            assert set(job.outputs) == set(ACTION["outputs"])
            assert job.outputs["exit-code"] in ("", "0", "1", "2"), job.outputs
    assert not (ROOT / "executed").exists()
    # With the log in plain, names of files are no commands.
    folder = repository({"::error::x/main.tf": CLUSTER % ("c", 300)})
    job = Job(folder, annotations="false")
    lines = job.log.splitlines()
    command = next(i for i, line in enumerate(lines) if line.startswith("::error::x"))
    assert any(line.startswith("::stop-commands::") for line in lines[:command]), job.log


def documented():
    page = (ROOT / "docs/github.md").read_text()
    for name in [*ACTION["inputs"], *ACTION["outputs"]]:
        assert f"`{name}`" in page, f"docs/github.md does not name {name}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as TEMP:
        cases = [clean, findings, failures, baseline, only_new, hostile, documented]
        for case in cases:
            case()
            print(f"ok: action, {case.__name__}")
