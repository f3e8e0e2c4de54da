// Opens /docs, opens an operation, and tells as one line of JSON what the page did.
import { chromium } from "playwright-core";

const [, , executablePath, address] = process.argv;
const quiet = ["no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"];
const browser = await chromium.launch({ executablePath, args: quiet.map((flag) => `--${flag}`) });
const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
const requests = [];
const errors = [];
page.on("request", (request) => requests.push(request.url()));
page.on("requestfailed", (request) => errors.push(`failed: ${request.url()}`));
page.on("response", (response) => response.status() >= 400 && errors.push(`${response.status()}: ${response.url()}`));
page.on("console", (message) => ["error", "warning"].includes(message.type()) && errors.push(message.text()));
page.on("pageerror", (error) => errors.push(String(error)));

await page.goto(`${address}/docs`, { waitUntil: "networkidle" });
await page.locator(".opblock-tag-section").first().waitFor({ timeout: 10_000 });
const tags = await page.locator(".opblock-tag-section").count();
await page.locator("#operations-tag-trips").click();
await page.locator("#operations-trips-create_trip .opblock-summary-control").click();
await page.locator("#operations-trips-create_trip .opblock-body").waitFor({ timeout: 10_000 });
await page.waitForLoadState("networkidle");
const opened = await page.locator("#operations-trips-create_trip .opblock-body").isVisible();
await page.screenshot({ path: "docs.png" });

const ours = (url) => url.startsWith(`${address}/`) || url.startsWith("data:");
const foreign = requests.filter((url) => !ours(url));
console.log(JSON.stringify({ browser: `Chromium ${browser.version()}`, requests, foreign, errors, tags, opened }));
await browser.close();
