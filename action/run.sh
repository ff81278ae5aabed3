#!/usr/bin/env bash
# Runs overlint once for the action, and writes annotations, the summary and the outputs. It does not fail for findings: the last step of
# the action does, after the upload. Everything from outside comes in variables and is never run. Works with the bash 3.2 of macOS, where
# empty arrays need care.
set -euo pipefail

# Texts are this script's own, or numbers and hashes.
tell() { echo "::$1 title=overlint::$2"; }

work=$(mktemp -d "$RUNNER_TEMP/overlint.XXXXXX")
known= # the baseline of the base commit, a file at the top of the checkout
clean_up() {
    [ -z "$known" ] || rm -f -- "$known"
    [ ! -d "$work/base" ] || git worktree remove --force "$work/base"
}
trap clean_up EXIT

python=$(command -v python3 || command -v python) || {
    tell error "Python is needed to read the counts."
    exit 2
}
if ! cd -- "$INPUT_WORKING_DIRECTORY"; then
    tell error "working-directory is no folder."
    exit 2
fi

# Splits more options as a shell would, without expanding anything.
if ! "$python" -c '
import os, shlex, sys
words = shlex.split(os.environ["INPUT_ARGS"])
sys.stdout.buffer.write(b"".join(word.encode() + b"\0" for word in words))' >"$work/args" 2>/dev/null; then
    tell error "args has a quote without an end."
    exit 2
fi
options=()
while IFS= read -r -d '' word; do options+=("$word"); done <"$work/args"
[ -z "$INPUT_CONFIG" ] || options+=("--config=$INPUT_CONFIG")
[ -z "$INPUT_AS_OF" ] || options+=("--as-of=$INPUT_AS_OF")

paths=()
while IFS= read -r path || [ -n "$path" ]; do
    path=${path%$'\r'}
    [ -z "$path" ] || paths+=("$path")
done <<<"$INPUT_PATHS"
[ ${#paths[@]} -gt 0 ] || paths=(.)

check() { "$BIN" check ${options[@]+"${options[@]}"} "$@" -- "${paths[@]}"; }

# The commit that a pull request is compared with, if it is here: what GitHub merged the pull request into, else where it branched off.
base_commit() {
    case ${GITHUB_REF:-} in
    refs/pull/*/merge)
        if [ "$(git rev-parse HEAD)" = "${GITHUB_SHA:-}" ] && git rev-parse --verify --quiet 'HEAD^1^{commit}'; then
            return
        fi
        ;;
    esac
    git rev-parse --verify --quiet "$BASE_SHA^{commit}" >/dev/null || return 1
    git merge-base "$BASE_SHA" HEAD 2>/dev/null || echo "$BASE_SHA"
}

# Finds what the base commit has already, into a file at the same place as in a checkout of that commit: baselines hold paths from there.
check_base() {
    local commit up inside name
    if ! commit=$(base_commit); then
        tell warning "The base commit is not here, so everything is reported. Let actions/checkout fetch it: fetch-depth 2."
        return
    fi
    up=$(git rev-parse --show-cdup)
    inside=$(git rev-parse --show-prefix)
    name=.overlint-base-$$.json
    GIT_LFS_SKIP_SMUDGE=1 git -c core.hooksPath=/dev/null worktree add --quiet --detach "$work/base" "$commit" || return 0
    if [ -d "$work/base/$inside" ]; then
        (cd -- "$work/base/$inside" && check --fail-on=never --quiet "--write-baseline=$up$name" >/dev/null 2>"$work/base.log") || true
    fi
    if [ -s "$work/base/$name" ]; then
        known=$(cd -- "./$up" && pwd)/$name
        cp -- "$work/base/$name" "$known"
        options+=("--baseline=$up$name")
        compared=$commit
    elif [ -d "$work/base/$inside" ]; then
        tell warning "The base commit could not be checked, so everything is reported."
        sed 's/^/  /' "$work/base.log"
    fi
}

compared=
if [ "$INPUT_ONLY_NEW" = true ] && [ -n "$BASE_SHA" ]; then
    check_base
fi
# The base commit has what the baseline has, and more.
if [ -z "$compared" ] && [ -n "$INPUT_BASELINE" ]; then
    options+=("--baseline=$INPUT_BASELINE")
fi

format=github
token=
if [ "$INPUT_ANNOTATIONS" != true ]; then
    # Without annotations, nothing in the log may be taken for a command, whatever files are called.
    format=compact
    token=overlint-$RANDOM$RANDOM$RANDOM$RANDOM
    echo "::stop-commands::$token"
fi
code=0
check "--fail-on=$INPUT_FAIL_ON" "--format=$format" "--output=sarif=$work/overlint.sarif" "--output=json=$work/overlint.json" \
    "--output=markdown=$work/overlint.md" || code=$?
[ -z "$token" ] || echo "::$token::"
[ "$code" -le 1 ] || tell error "Something could not be checked; the log says what (exit code $code)."

if [ -f "$work/overlint.json" ]; then
    "$python" -c '
import json, sys
summary = json.load(open(sys.argv[1], encoding="utf-8"))["summary"]
new = summary["errors"] + summary["warnings"] + summary["notes"]
print("findings=%d" % (new + summary.get("baselined", 0)))
print("new-findings=%d" % new)
print("errors=%d" % summary["errors"])
print("warnings=%d" % summary["warnings"])' "$work/overlint.json" | tr -d '\r' >>"$GITHUB_OUTPUT"
fi
[ ! -f "$work/overlint.sarif" ] || echo "sarif-file=$work/overlint.sarif" >>"$GITHUB_OUTPUT"
echo "exit-code=$code" >>"$GITHUB_OUTPUT"

# The report is shorter than the 1 MiB that GitHub takes.
if [ "$INPUT_SUMMARY" = true ] && [ -f "$work/overlint.md" ]; then
    cat -- "$work/overlint.md" >>"$GITHUB_STEP_SUMMARY"
    if [ -n "$compared" ]; then
        printf '\nOnly what %s, the base commit, does not have.\n' "$compared" >>"$GITHUB_STEP_SUMMARY"
    fi
fi
