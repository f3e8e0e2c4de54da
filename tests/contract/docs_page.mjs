// Opens /docs and an operation, then GraphiQL and runs a question; tells what the pages did as one line of JSON.
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

const form = { email: "ada@example.com", password: "correct horse battery", display_name: "Ada Lovelace" };
const registered = await page.request.post(`${address}/api/v1/auth/register`, { data: form });
const headers = JSON.stringify({ Authorization: `Bearer ${(await registered.json()).access_token}` });
await page.evaluate((told) => { localStorage.setItem("graphiql:headers", told); localStorage.setItem("graphiql:shouldPersistHeaders", "true"); }, headers);
await page.goto(`${address}/graphql`, { waitUntil: "networkidle" });
await page.locator(".graphiql-execute-button").click({ timeout: 10_000 }).catch((error) => errors.push(String(error)));
const answered = await page.locator(".result-window", { hasText: "Ada Lovelace" }).waitFor({ timeout: 10_000 }).then(() => true, () => false);
await page.screenshot({ path: "graphiql.png" });

const ours = (url) => url.startsWith(`${address}/`) || url.startsWith("data:");
const foreign = requests.filter((url) => !ours(url));
console.log(JSON.stringify({ browser: `Chromium ${browser.version()}`, requests, foreign, errors, tags, opened, answered }));
await browser.close();
