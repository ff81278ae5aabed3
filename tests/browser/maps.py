#!/usr/bin/env python3
"""Looks at maps as a browser shows them: run.sh starts this with the program.

For the pages of all folders in testdata/pictures/, and of one more, at the widths of a screen, a tablet and a phone, light and dark: no two
texts overlap, none is cut off, the page does not scroll sideways, contrasts are 4.5 or more, tooltips come by mouse, keyboard and touch, stay
within the window and tell value and place, Escape closes them, the browser reads them out, nothing is asked of any network, and nothing
complains. For the pictures: XML, texts, contrasts, and that rsvg-convert, if it is there, draws what the browser draws.
"""

import base64
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from playwright.sync_api import sync_playwright

DATA = pathlib.Path(__file__).resolve().parents[2] / "testdata"
FOLDERS = [*sorted((DATA / "pictures").iterdir()), DATA / "map" / "hub"]
WIDTHS = {1280: 900, 768: 1024, 390: 844}
PLACE = re.compile(r":\d+:\d+")
failures = []

# Texts as they are seen: their places, colors, and what is behind them.
TEXTS = """() => {
  document.querySelectorAll(".cluster").forEach((e) => (e.style.contentVisibility = "visible"));
  const parsed = (color) => (color.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const [r, g, b, a = 1] = parsed(getComputedStyle(e).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    const page = document.querySelector("rect.page");
    return page ? parsed(getComputedStyle(page).fill).slice(0, 3) : [255, 255, 255];
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  const texts = [];
  for (let node; (node = walker.nextNode()); ) {
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest("script, style, title, desc, .skip, thead:not(.lanes thead)")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter((r) => r.width > 0.5 && r.height > 0.5);
    if (!rects.length) continue;
    const isSvg = parent.namespaceURI.endsWith("svg");
    const color = parsed(getComputedStyle(parent)[isSvg ? "fill" : "color"]).slice(0, 3);
    const [a, b] = [light(color), light(ground(parent))].sort((x, y) => y - x);
    texts.push({
      text: node.data.trim().slice(0, 60),
      rects: rects.map((r) => [r.left + scrollX, r.top + scrollY, r.right + scrollX, r.bottom + scrollY]),
      contrast: (a + 0.05) / (b + 0.05),
    });
  }
  return { texts, width: document.documentElement.clientWidth, all: document.documentElement.scrollWidth };
}"""


def fail(what):
    failures.append(what)
    print(f"FAILED: {what}")


def look_at_texts(name, page, width=None):
    seen = page.evaluate(TEXTS)
    width = width or seen["width"]
    if seen["all"] > seen["width"] and not name.endswith("svg"):
        fail(f"{name}: scrolls sideways ({seen['all']} px in {seen['width']})")
    boxes = []
    for number, text in enumerate(seen["texts"]):
        if text["contrast"] < 4.5:
            fail(f"{name}: contrast {text['contrast']:.2f}: {text['text']!r}")
        for box in text["rects"]:
            boxes.append((box[1], number, box))
            if box[0] < -0.5 or box[2] > width + 0.5:
                fail(f"{name}: cut off at {box}: {text['text']!r}")
    boxes.sort()
    # By their upper ends: only those that begin before one ends can lie over it.
    for at, (_, number, box) in enumerate(boxes):
        for top, other, next_box in boxes[at + 1 :]:
            if top >= box[3] - 3:
                break
            if other != number and min(box[2], next_box[2]) - max(box[0], next_box[0]) > 1:
                texts = (seen["texts"][number]["text"], seen["texts"][other]["text"])
                fail(f"{name}: texts overlap: {texts[0]!r} and {texts[1]!r} at {box}, {next_box}")
    if len(seen["texts"]) < 10:
        fail(f"{name}: shows hardly anything")


def look_at_tip(name, page, row, how):
    """The open tooltip has the value and the place, and lies within the window."""
    tips = page.locator(".tip:popover-open")
    if tips.count() != 1:
        return fail(f"{name}: {tips.count()} tooltips by {how}")
    tip, box, window = tips.first, tips.first.bounding_box(), page.viewport_size
    if box["x"] < 0 or box["y"] < 0 or box["x"] + box["width"] > window["width"] or box["y"] + box["height"] > window["height"]:
        fail(f"{name}: the tooltip leaves the window by {how}: {box}")
    text, value = tip.inner_text(), row.locator(".of").inner_text().removeprefix("? ").split()[0]
    if value not in text or not PLACE.search(text):
        fail(f"{name}: the tooltip by {how} lacks the value {value} or the place: {text!r}")


def look_at_tips(name, page):
    rows = page.locator(".lane")
    for number in sorted({0, 1, rows.count() // 2, rows.count() - 1}):
        row = rows.nth(number)
        row.scroll_into_view_if_needed()
        page.mouse.move(1, 1)
        row.locator(".track").hover()
        look_at_tip(name, page, row, "mouse")
        page.keyboard.press("Escape")
        if page.locator(".tip:popover-open").count():
            fail(f"{name}: Escape does not close the tooltip")
    page.mouse.move(1, 1)
    # From the first cluster's heading on by keyboard.
    page.locator("h1").click()
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('.lane')"):
            break
    row = page.locator(".lane", has=page.locator("button:focus"))
    look_at_tip(name, page, row, "keyboard")
    page.keyboard.press("Tab")
    if page.locator(".tip:popover-open").count() > 1:
        fail(f"{name}: a tooltip stays when the focus goes on")
    page.keyboard.press("Escape")
    if page.locator(".tip:popover-open").count():
        fail(f"{name}: Escape does not close the tooltip of what has the focus")


def look_at_announcements(name, page):
    """What a screen reader is told of the first range: its name, and the tooltip as its description."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    buttons = [node for node in nodes if node.get("role", {}).get("value") == "button"]
    if not buttons or not PLACE.search(buttons[0].get("description", {}).get("value", "")):
        fail(f"{name}: the first range has no description")
    headings = [node for node in nodes if node.get("role", {}).get("value") == "heading"]
    levels = [p["value"]["value"] for node in headings for p in node["properties"] if p["name"] == "level"]
    if levels[:1] != [1] or any(b > a + 1 for a, b in zip(levels, levels[1:])):
        fail(f"{name}: levels of headings {levels}")


def watched(context, name, file):
    page = context.new_page()
    page.on("console", lambda message: fail(f"{name}: console: {message.text}") if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: fail(f"{name}: {error}"))
    page.on("request", lambda request: None if request.url == file.as_uri() else fail(f"{name}: asks for {request.url}"))
    page.goto(file.as_uri())
    return page


def look_at_page(browser, name, file):
    for scheme in ("light", "dark"):
        for width, height in WIDTHS.items():
            context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=width == 390)
            here = f"{name}.html, {width} px, {scheme}"
            page = watched(context, here, file)
            look_at_texts(here, page)
            if scheme == "light":
                look_at_tips(here, page)
                look_at_announcements(here, page)
            if width == 390:
                row = page.locator(".lane").first
                row.locator("button").tap()
                look_at_tip(here, page, row, "touch")
                page.locator("h1").tap()
                if page.locator(".tip:popover-open").count():
                    fail(f"{here}: a tap elsewhere does not close the tooltip")
            context.close()
    # Without scripts everything is there.
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(file.as_uri())
    if not page.locator(".tip").first.is_visible():
        fail(f"{name}.html: without scripts, places are not shown")
    context.close()


DIFFERENCE = """async ([one, other]) => {
  const pixels = async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = new OffscreenCanvas(260, Math.round((image.naturalHeight / image.naturalWidth) * 260));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height).data;
  };
  const [a, b] = [await pixels(one), await pixels(other)];
  if (a.length !== b.length) return 1;
  let different = 0;
  for (let i = 0; i < a.length; i++) different += Math.abs(a[i] - b[i]) > 48;
  return different / a.length;
}"""


def look_at_picture(browser, name, file):
    root = xml.etree.ElementTree.parse(file).getroot()
    width, height = float(root.get("width")), float(root.get("height"))
    for scheme in ("light", "dark"):
        context = browser.new_context(viewport={"width": int(width), "height": 900}, color_scheme=scheme)
        here = f"{name}, {scheme}, svg"
        page = watched(context, here, file)
        look_at_texts(here, page, width)
        context.close()
    if not shutil.which("rsvg-convert"):
        return print("skipped: the picture by another program (rsvg-convert is not installed)")
    if height > 32_000:
        return
    png = file.with_suffix(".png")
    subprocess.run(["rsvg-convert", str(file), "--output", str(png)], check=True)
    page = browser.new_page()
    as_data = lambda kind, path: f"data:{kind};base64," + base64.b64encode(path.read_bytes()).decode()
    difference = page.evaluate(DIFFERENCE, [as_data("image/svg+xml", file), as_data("image/png", png)])
    if difference > 0.03:
        fail(f"{name}.svg: {difference:.1%} of the picture is another one by rsvg-convert")
    page.close()


def main(program):
    with tempfile.TemporaryDirectory() as temp, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"])
        for folder in FOLDERS:
            for form, look in (("html", look_at_page), ("svg", look_at_picture)):
                file = pathlib.Path(temp) / f"{folder.name}.{form}"
                run = subprocess.run([os.path.abspath(program), "map", f"--format={form}", "."], cwd=folder, capture_output=True)
                file.write_bytes(run.stdout)
                before = len(failures)
                look(browser, folder.name, file)
                if len(failures) == before:
                    print(f"ok: {folder.name}.{form}")
        browser.close()
    sys.exit(1 if failures else 0)


main(sys.argv[1])
