#!/usr/bin/env python3
"""Tries the built book in a browser: docs/test.sh builds it and runs this.

    BROWSER_PATH=/usr/bin/chromium tests/integrations/book.py SITE [FOLDER FOR SCREENSHOTS]

- Every page opens, without a message on the console, and asks no other host for anything.
- From the start page, links lead to every page, and to every rule that `overlint` has; each link within the book has its page and anchor.
- The search finds the right page.
- On a phone no page scrolls sideways; tables and code scroll within themselves.
- Text stands out from its ground in light and in dark.
"""

import functools
import http.server
import os
import pathlib
import re
import sys
import threading
import urllib.parse

from playwright.sync_api import sync_playwright

SITE = pathlib.Path(sys.argv[1]).resolve()
SHOTS = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
ROOT = pathlib.Path(__file__).resolve().parents[2]

# What is typed into the search, the page that must come, and among how many.
SEARCHES = [
    ("pod-cidr-capacity", "rules/pod-cidr/pod-cidr-capacity.html", 1),
    ("surge", "rules/pod-cidr/pod-cidr-upgrade-headroom.html", 3),
    ("kube-proxy", "rules/plugin/cilium-dataplane-combination.html", 1),
    ("InsufficientSubnetSize", "rules/pod-cidr/pod-cidr-capacity.html", 3),
    ("baseline", "docs/suppressions.html", 3),
    ("tfvars", "docs/environments.html", 3),
    ("exit code", "docs/command-line.html", 1),
    ("azapi", "docs/evaluation.html", 3),
]
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}

# How much text stands out from its ground, for each piece of text: the ratio of WCAG 2.1, and the worst of the page.
CONTRAST = """() => {
    const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number); return { rgb: m.slice(0, 3), a: m.length > 3 ? m[3] : 1 }; };
    const light = (rgb) => rgb.map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.a > 0.9) return c.rgb; } return [255, 255, 255]; };
    const worst = { ratio: 21, text: '' };
    const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
        const e = n.parentElement;
        if (!n.data.trim() || !e.getClientRects().length || getComputedStyle(e).visibility === 'hidden') continue;
        const [a, b] = [light(parse(getComputedStyle(e).color).rgb), light(ground(e))].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < worst.ratio) { worst.ratio = ratio; worst.text = n.data.trim().slice(0, 40) + ' in ' + e.tagName + '.' + e.className; }
    }
    return worst;
}"""

failures = []


def check(ok, what):
    if not ok:
        failures.append(what)
        print(f"FAILED: {what}")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def serve():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(SITE)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def watched(context, base, said):
    """A page that notes messages of the console, errors, and requests to anywhere else."""
    page = context.new_page()
    page.on("console", lambda m: m.type in ("error", "warning") and said.append(f"{page.url}: {m.type}: {m.text}"))
    page.on("pageerror", lambda e: said.append(f"{page.url}: {e}"))
    page.on("request", lambda r: r.url.startswith((base, "data:", "about:", "blob:")) or said.append(f"{page.url}: asks {r.url}"))
    page.on("requestfailed", lambda r: said.append(f"{page.url}: {r.url} failed"))
    return page


def walk(page, base):
    """Opens every page that links lead to, and gives what each has: its anchors, its links."""
    seen, waiting = {}, ["index.html"]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        response = page.goto(base + path)
        check(response.status == 200, f"{path}: status {response.status}")
        ids, links = page.evaluate(
            "() => [[...document.querySelectorAll('[id]')].map(e => e.id), [...document.querySelectorAll('a[href]')].map(a => a.href)]"
        )
        check(page.locator("main h1").count() >= 1, f"{path} has no title")
        own = [link[len(base) :] for link in links if link.startswith(base)]
        seen[path] = (set(ids), set(own))
        waiting += [p for p in (urllib.parse.unquote(link.split("#")[0]) or path for link in own) if p.endswith(".html")]
    return seen


def rules():
    """The names in the list of rules of the program's source."""
    return re.findall(r'rule!\("[\w-]+", "([\w-]+)"', (ROOT / "src/rules/mod.rs").read_text())


def every_page(browser, base):
    said = []
    page = watched(browser.new_context(viewport=DESKTOP), base, said)
    seen = walk(page, base)
    for what in said:
        check(False, what)
    built = {str(p.relative_to(SITE)) for p in SITE.rglob("*.html")} - {"404.html", "toc.html"}
    check(built <= set(seen), f"no link leads to {sorted(built - set(seen))}")
    for path, (_, links) in seen.items():
        for link in links:
            target, _, anchor = link.partition("#")
            target = urllib.parse.unquote(target) or path
            if target in seen:
                check(not anchor or urllib.parse.unquote(anchor) in seen[target][0], f"{path}: no anchor for {link}")
            else:
                check((SITE / target).is_file(), f"{path}: no file for {link}")
    names = rules()
    check(len(names) > 80, f"only {len(names)} rules were found in the source")
    for name in names:
        check(any(path.endswith(f"/{name}.html") for path in seen), f"links lead to no page of {name}")
    print(f"{len(seen)} pages opened, {sum(len(links) for _, links in seen.values())} links followed, {len(names)} rules reached")
    return sorted(seen)


def search(page, base, text):
    page.goto(base + "index.html?search=" + urllib.parse.quote(text))
    page.wait_for_selector("#mdbook-searchresults li a, #searchresults li a", timeout=15000)
    links = page.eval_on_selector_all("#mdbook-searchresults li a, #searchresults li a", "all => all.map(a => a.href)")
    pages = []
    for link in links:
        path = link[len(base) :].split("?")[0].split("#")[0]
        if path not in pages:
            pages.append(path)
    return pages


def searches(browser, base):
    said = []
    page = watched(browser.new_context(viewport=DESKTOP), base, said)
    for text, wanted, places in SEARCHES:
        pages = search(page, base, text)
        check(wanted in pages[:places], f"search for {text}: {pages[:5]}")
    # As readers do: a key, letters, a click.
    page.goto(base + "docs/start.html")
    page.keyboard.press("s")
    page.keyboard.type("pod-cidr-capacity", delay=20)
    first = page.locator("#mdbook-searchresults li a, #searchresults li a").first
    first.wait_for(timeout=15000)
    first.click()
    page.wait_for_url("**/pod-cidr-capacity.html*")
    # Without a server, too.
    files = SITE.as_uri() + "/"
    local = watched(browser.new_context(viewport=DESKTOP), files, said)
    pages = search(local, files, "pod-cidr-capacity")
    check(pages[:1] == ["rules/pod-cidr/pod-cidr-capacity.html"], f"search in files: {pages[:5]}")
    for what in said:
        check(False, what)
    print(f"{len(SEARCHES)} searches")


def phone(browser, base, pages):
    page = browser.new_context(viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True).new_page()
    for path in pages:
        page.goto(base + path)
        wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        check(wide <= 0, f"{path}: {wide} pixels too wide for a phone")
    print(f"{len(pages)} pages on a phone")


def themes(browser, base, pages):
    some = [p for p in pages if not p.startswith("rules/")] + [p for p in pages if p.startswith("rules/")][::12]
    for scheme in ("light", "dark"):
        page = browser.new_context(viewport=DESKTOP, color_scheme=scheme).new_page()
        for path in some:
            page.goto(base + path)
            worst = page.evaluate(CONTRAST)
            check(worst["ratio"] >= 4.5, f"{path}, {scheme}: contrast {worst['ratio']:.1f}: {worst['text']}")
    print(f"{len(some)} pages in light and dark")


def shoot(browser, base):
    SHOTS.mkdir(parents=True, exist_ok=True)
    for size, view in (("desktop", DESKTOP), ("phone", PHONE)):
        for scheme in ("light", "dark"):
            page = browser.new_context(viewport=view, color_scheme=scheme).new_page()
            for name, path in (
                ("start", "index.html"),
                ("rule", "rules/nodes/windows-server-2019.html"),
                ("history", "rules/history.html"),
                ("evaluation", "docs/evaluation.html"),
                ("search", "index.html?search=surge"),
            ):
                page.goto(base + path)
                page.wait_for_timeout(400)
                page.screenshot(path=SHOTS / f"{name}-{size}-{scheme}.png")


def main():
    base = serve()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["BROWSER_PATH"], args=["--no-sandbox"])
        pages = every_page(browser, base)
        searches(browser, base)
        phone(browser, base, pages)
        themes(browser, base, pages)
        if SHOTS:
            shoot(browser, base)
        browser.close()
    if failures:
        sys.exit(f"{len(failures)} failures")
    print("ok: the book")


if __name__ == "__main__":
    main()
