import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { openAiServer } from "../providers/openai-server.ts";
import { launchBrowser, screenshot } from "../support/browser.ts";
import { type StartedServer, startServer } from "../support/server.ts";
import { setUp } from "./steps.ts";

let server: StartedServer;
let browser: Browser;
let page: Page;
const provider = openAiServer();
const env = { ATELIER_PROVIDER_PRIVATE_HOSTS: "true" };

async function post(path: string, data: unknown): Promise<string> {
  const headers = { origin: server.url };
  const response = await page.request.post(`${server.url}/api/v1${path}`, { data, headers });
  const body: unknown = await response.json();
  const id: unknown =
    typeof body === "object" && body !== null ? Reflect.get(body, "id") : undefined;
  if (typeof id !== "string") throw new Error(`POST ${path}: ${response.status()}`);
  return id;
}

beforeAll(async () => {
  provider.start();
  server = await startServer({ env });
  browser = await launchBrowser();
  page = await browser.newPage();
  await setUp(page, server);
  const providerId = await post("/admin/providers", {
    kind: "openai",
    name: "Local",
    baseUrl: `${provider.origin}/v1`,
    apiKey: "test-key",
  });
  await post("/admin/models", {
    providerId,
    name: "local-model",
    contextWindow: 128_000,
    maxOutputTokens: 4_096,
    prices: { input: 1_000_000, cacheRead: 0, cacheWrite: 0, output: 1_000_000 },
  });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  server?.remove();
  provider.stop();
});

test("a page stays open over a server that is killed: it waits, then shows what was kept and offers a retry", async () => {
  provider.scenario = { text: "word ", endless: true, chunkMs: 20 };
  await page.goto(server.url);
  await page.getByRole("textbox", { name: "Message" }).fill("Never stop.");
  await page.keyboard.press("Enter");
  const answer = page.getByRole("article", { name: "Answer" }).last();
  await answer.getByText("word word word").waitFor();
  await page.waitForTimeout(500);
  await server.stop("SIGKILL");
  await page.getByText("Reconnecting…").waitFor({ timeout: 15_000 });
  await screenshot(page, "restart-1-waiting");

  server = await startServer({
    env,
    dataDir: server.dataDir,
    port: Number(new URL(server.url).port),
  });
  await page.getByText("Interrupted", { exact: true }).waitFor({ timeout: 45_000 });
  await screenshot(page, "restart-2-interrupted");
  expect(await answer.locator(".prose").textContent()).toStartWith("word word word");

  provider.scenario = { text: "All is well again." };
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByText("All is well again.").waitFor();
}, 120_000);
