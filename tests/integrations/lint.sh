#!/usr/bin/env bash
# Has the action, the workflows, the hooks, the Dockerfile and the scripts checked by tools of others (requirements.txt has them). What is
# not installed is skipped, and said so.
#
#   tests/integrations/lint.sh
set -uo pipefail
cd "$(dirname "$0")/../.." || exit

failed=0
check() { # WHAT TOOL ARGS..
    local what=$1 log
    shift
    if ! command -v "$1" >/dev/null; then
        echo "skipped: $what ($1 is not installed)"
    elif log=$("$@" 2>&1); then
        echo "ok: $what"
    else
        echo "FAILED: $what"
        echo "$log"
        failed=1
    fi
}

check "the action, by its schema" check-jsonschema --builtin-schema vendor.github-actions action.yml
check "the workflows, by their schema" check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
check "the action and the workflows, by zizmor" zizmor --offline --persona pedantic action.yml .github
check "the hooks, by pre-commit" pre-commit validate-manifest .pre-commit-hooks.yaml
check "the hooks, by prek" prek validate-manifest .pre-commit-hooks.yaml
check "the Dockerfile" hadolint Dockerfile
check "the scripts" shellcheck --severity=warning .ci/run action/*.sh docs/*.sh tests/*.sh tests/browser/*.sh tests/integrations/*.sh

# Whatever runs in a workflow is named by a commit, not by a tag that can move.
if loose=$(grep -nE '^ *(- )?uses:' action.yml .github/workflows/*.yml docs/*.md | grep -vE 'uses: (\./|[^@ ]+@([0-9a-f]{40}|COMMIT) # v?[0-9.]+|OWNER/overlint@COMMIT)'); then
    echo "FAILED: actions that are not named by a commit"
    echo "$loose"
    failed=1
else
    echo "ok: actions are named by commits"
fi
exit $failed
