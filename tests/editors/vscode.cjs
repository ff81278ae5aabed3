// Opens the folder in VS Code and looks at what a user sees.

const { chromium } = require("playwright-core");
const fs = require("node:fs");
const path = require("node:path");

const { OVERLINT_ROOT: root, PORT: port, BROWSER_PATH: executablePath } = process.env;
const shots = process.env.OVERLINT_SCREENSHOTS ?? fs.mkdtempSync("/tmp/overlint-screenshots-");
const host = `127.0.0.1:${port}`;

async function main() {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const file = `vscode-remote://${host}${root}/main.tf`;
  const payload = JSON.stringify([["openFile", file]]);
  const url = `http://${host}/?folder=${root}&payload=${encodeURIComponent(payload)}`;
  for (let tries = 0; ; tries++) {
    try {
      await page.goto(url);
      break;
    } catch (error) {
      if (tries > 40) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  await page.getByText("Yes, I trust the authors").click({ timeout: 60000 });
  await page.locator(".monaco-editor .view-line", { hasText: "pod_cidr" }).waitFor({ timeout: 60000 });
  await page.locator(".squiggly-error").first().waitFor({ timeout: 60000 });
  await page.keyboard.press("Control+Shift+KeyM");
  const problem = page.locator(".markers-panel .monaco-list-row", { hasText: "overlaps node subnet nodes" });
  await problem.waitFor({ timeout: 30000 });
  await page.waitForTimeout(1000);
  await page.screenshot({ path: path.join(shots, "problems.png") });
  console.log("vscode:", (await problem.first().innerText()).replace(/\s+/g, " ").slice(0, 160));

  await page.locator(".view-line", { hasText: "service_cidr" }).first().hover({ position: { x: 80, y: 8 } });
  await page.locator(".monaco-hover-content", { hasText: "65,536 addresses" }).waitFor({ timeout: 30000 });
  await page.waitForTimeout(500);
  await page.screenshot({ path: path.join(shots, "hover-service.png") });
  await page.mouse.move(700, 20);
  await page.waitForTimeout(800);
  await page.locator(".view-line", { hasText: "pod_cidr" }).first().hover({ position: { x: 240, y: 8 } });
  await page.locator(".monaco-hover-content", { hasText: "room for 256 nodes" }).waitFor({ timeout: 30000 });
  await page.waitForTimeout(500);
  await page.screenshot({ path: path.join(shots, "hover.png") });

  await page.mouse.move(700, 20);
  await page.locator(".view-line", { hasText: "pod_cidr" }).first().click({ position: { x: 240, y: 8 } });
  await page.keyboard.press("Control+Period");
  await page.getByText("Suppress pod-cidr-overlaps-node-subnet here").first().waitFor({ timeout: 30000 });
  await page.waitForTimeout(500);
  await page.screenshot({ path: path.join(shots, "actions.png") });
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator(".tab", { hasText: "pod-cidr-overlaps-node-subnet.md" }).waitFor({ timeout: 30000 });
  await page.waitForTimeout(3000);
  await page.screenshot({ path: path.join(shots, "explain.png") });
  await browser.close();
  console.log("vscode: screenshots in", shots);
}

main().catch((error) => {
  console.error("vscode:", error.message);
  process.exit(1);
});
