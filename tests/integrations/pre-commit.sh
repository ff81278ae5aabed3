#!/usr/bin/env bash
# Installs each hook of .pre-commit-hooks.yaml from a clone of this repository's HEAD with the real tools, and commits with it.
#
#   tests/integrations/pre-commit.sh
#
# Needs pre-commit (pip install pre-commit), and prek (pip install prek) for the part about it; what is missing is skipped, and said so.
# Builds overlint twice, without optimization, in CARGO_TARGET_DIR (target/integrations without one), and maturin comes from PyPI.
# OVERLINT names a binary for the hook that takes the installed one (target/debug/overlint without one).
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
overlint=${OVERLINT:-$root/target/debug/overlint}
if ! command -v pre-commit >/dev/null; then
    echo "skipped: the pre-commit hooks (pre-commit is not installed)"
    exit 0
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target/integrations}
# As fast to build as can be: this is about installing and running.
export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
export PRE_COMMIT_HOME=$folder/pre-commit PREK_HOME=$folder/prek
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=$folder/gitconfig
git config --global user.name a
git config --global user.email a@example.com
git config --global init.defaultBranch main
git config --global advice.detachedHead false
mkdir "$folder/bin"
ln -s "$(realpath "$overlint")" "$folder/bin/overlint"

fail() {
    echo "FAILED: $1"
    [ ! -f "$folder/log" ] || cat "$folder/log"
    exit 1
}
ok() { echo "ok: $1"; }
passes() { "$@" >"$folder/log" 2>&1 || fail "$what: $* should pass"; }
refuses() { ! "$@" >"$folder/log" 2>&1 || fail "$what: $* should fail"; }
says() { grep -qF -- "$1" "$folder/log" || fail "$what: no \"$1\" in the log"; }
keeps_quiet() { ! grep -qF -- "$1" "$folder/log" || fail "$what: \"$1\" in the log"; }

cluster() { # NAME MAX_PODS
    cat <<TERRAFORM
resource "azurerm_kubernetes_cluster" "$1" {
  default_node_pool {
    max_pods = $2
  }
  network_profile {
    network_plugin      = "azure"
    network_plugin_mode = "overlay"
    pod_cidr            = "10.244.0.0/16"
    service_cidr        = "10.96.0.0/16"
    dns_service_ip      = "10.96.0.10"
  }
}
TERRAFORM
}

git clone -q "$root" "$folder/overlint"
what="manifest"
passes pre-commit validate-manifest "$folder/overlint/.pre-commit-hooks.yaml"
ok "the manifest is valid"

project() { # HOOK [ARGS]: a repository with the hook in its configuration
    rm -rf "$folder/project"
    git init -q "$folder/project"
    cd "$folder/project"
    cat >.pre-commit-config.yaml <<YAML
repos:
  - repo: $folder/overlint
    rev: $(git -C "$folder/overlint" rev-parse HEAD)
    hooks:
      - id: $1
        args: [${2:-}]
YAML
    cluster old 300 >old.tf
    git add .
    git commit -q -m "Old code, with an old mistake"
}

# What every hook must do.
behaves() { # TOOL
    what="$1, $hook"
    # Tools put their own shim where git looks for hooks; it must not need PATH to hold ours.
    passes "$1" install

    cluster good 100 >good.tf
    git add good.tf
    passes git commit -m "A good cluster, beside an old mistake"

    cluster bad 300 >bad.tf
    git add bad.tf
    refuses git commit -m "A bad cluster"
    says "bad.tf:"
    says "max-pods-range"
    keeps_quiet "old.tf:"
    git reset -q

    # Now bad.tf is not tracked.
    echo "# more" >>good.tf
    git add good.tf
    passes git commit -m "A change beside a bad file that is not tracked"
    rm bad.tf

    # A mistake in the work tree that is not in the commit.
    cluster good 300 >good.tf
    cluster other 100 >other.tf
    git add other.tf
    passes git commit -m "A change beside a mistake that is not staged"
    git checkout -q good.tf

    # Whichever file of several a finding comes from.
    mkdir -p env
    # shellcheck disable=SC2016
    cluster several 100 | sed 's/= 100/= var.pods/' >several.tf
    echo 'variable "pods" {}' >variables.tf
    echo 'pods = 100' >prod.auto.tfvars
    git add .
    passes git commit -m "A cluster in several files"
    echo 'pods = 300' >prod.auto.tfvars
    refuses git commit -a -m "A value that is too large"
    says "prod.auto.tfvars"
    git reset -q --hard

    echo "nothing" >README.md
    git add README.md
    passes git commit -m "No infrastructure"
    says "no files to check"

    mkdir "with space"
    cluster spaced 300 >"with space/main.tf"
    git add .
    refuses git commit -m "A path with a space"
    says "with space/main.tf"
    git reset -q --hard

    refuses "$1" run --all-files
    says "old.tf:"
    ok "$what"
}

tools=(pre-commit)
if command -v prek >/dev/null; then
    tools+=(prek)
else
    echo "skipped: the hooks under prek (prek is not installed)"
fi

for tool in "${tools[@]}"; do
    for hook in overlint-system overlint-src overlint; do
        project "$hook"
        if [ "$hook" = overlint-system ]; then
            PATH=$folder/bin:$PATH behaves "$tool"
        else
            behaves "$tool"
        fi
    done
done

# More options do not get in the way of the files.
hook=overlint-system what="pre-commit, with args"
project "$hook" "--fail-on, never, --format, compact"
export PATH=$folder/bin:$PATH
cluster bad 300 >bad.tf
git add bad.tf
passes pre-commit run --verbose
says "bad.tf:3"
keeps_quiet "old.tf:"
ok "$what"

what="pre-commit try-repo"
cd "$folder/project"
refuses pre-commit try-repo "$folder/overlint" overlint-system --files bad.tf
says "bad.tf:"
ok "$what"
