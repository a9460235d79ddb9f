import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchBrowser, PATIENCE_MS, screenshot } from "../support/browser.ts";
import { type StartedServer, startServer } from "../support/server.ts";
import { setUp } from "./steps.ts";

const ANSWER = 'data: {"choices":[{"delta":{"content":"OK"},"finish_reason":"stop"}]}\n\n';
const seen: { path: string; headers: Headers; body: Record<string, unknown> }[] = [];
/** A server for local models, which answers below /v1 only. */
const local = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const { pathname: path } = new URL(request.url);
    if (!path.startsWith("/v1/")) return new Response("404 page not found", { status: 404 });
    if (path === "/v1/models") return Response.json({ data: [{ id: "own-model" }] });
    seen.push({ path, headers: request.headers, body: JSON.parse(await request.text()) });
    return new Response(`${ANSWER}data: [DONE]\n\n`, {
      headers: { "content-type": "text/event-stream" },
    });
  },
});

let server: StartedServer;
let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  server = await startServer({ env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true" } });
  browser = await launchBrowser();
  context = await browser.newContext({ baseURL: server.url });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await setUp(page, server);
  await page.close();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  server?.remove();
  await local.stop(true);
});

const menu = async (page: Page, name: string, item: string) => {
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: item }).first().click();
};
const save = async (page: Page) => {
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
};

test("a local server is connected from a preset, its address completed, its model offered and asked", async () => {
  const page = await context.newPage();
  await page.goto("/admin/providers");
  await page.getByRole("button", { name: "New provider" }).click();
  await page.getByLabel("Vendor or server").selectOption({ label: "Ollama" });
  expect(await page.getByLabel("Address").inputValue()).toBe("http://localhost:11434/v1");
  await page.getByLabel("Address").fill(`http://127.0.0.1:${local.port}/`);
  await page.getByText("Headers and wire format").click();
  await page.getByLabel("Further headers").fill("X-Team: blue");
  await page.getByLabel("Asking for usage").selectOption("Not sent");
  for (const [name, width, colorScheme] of [
    ["wide", 1280, "light"],
    ["dark", 1280, "dark"],
    ["phone", 360, "light"],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await screenshot(page, `provider-dialog-${name}`);
    const over = await page.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    expect(over).toBe(0);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
  await save(page);

  await page.goto("/admin/models");
  await page.getByRole("button", { name: "New model" }).click();
  await page.getByLabel("Name", { exact: true }).fill("own-model");
  for (const price of ["Input", "Output", "Cached input", "Cache write"])
    await page.getByLabel(price, { exact: true }).fill("0");
  await save(page);

  await page.goto("/admin/providers");
  await menu(page, "Ollama", "Test");
  await page.getByRole("button", { name: `Use http://127.0.0.1:${local.port}/v1` }).click();
  expect(await page.getByLabel("Address").inputValue()).toBe(`http://127.0.0.1:${local.port}/v1`);
  await page.getByText("Headers and wire format").click();
  await page.getByLabel("Further headers").fill("X-Team: green");
  await save(page);
  await menu(page, "Ollama", "Test");
  await page.getByText("own-model answered in").waitFor();
  expect(seen).toHaveLength(1);
  expect(seen[0]?.headers.get("x-team")).toBe("green");
  expect(seen[0]?.body).not.toHaveProperty("stream_options");

  await page.goto("/admin/models");
  await page.getByRole("button", { name: "New model" }).click();
  const offered = page.getByLabel("Known models").getByRole("option", { name: "own-model" });
  await offered.waitFor({ state: "attached" });
  await page.close();
}, 180_000);

test("how much a model thinks is chosen for an agent and beside the message", async () => {
  const page = await context.newPage();
  await page.goto("/admin/providers");
  const { models } = (await page.evaluate(`(async () => {
    const headers = { "content-type": "application/json" };
    const json = async (path, init) => (await fetch("/api/v1" + path, init)).json();
    const post = (path, body) => json(path, { method: "POST", headers, body: JSON.stringify(body) });
    const provider = await post("/admin/providers", { kind: "openai", name: "Thinkers", baseUrl: "http://127.0.0.1:${local.port}/v1" });
    const prices = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 };
    const model = await post("/admin/models", { providerId: provider.id, name: "thinker", reasoning: true, prices });
    await fetch("/api/v1/admin/settings", { method: "PATCH", headers, body: JSON.stringify({ defaultModelId: model.id }) });
    return { models: [model.id] };
  })()`)) as { models: string[] };
  expect(models).toHaveLength(1);
  await page.goto("/admin/agents");
  await page.getByRole("button", { name: "New agent" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Thinker");
  await page.getByLabel("Thinking").selectOption("Thinking: little");
  await screenshot(page, "agent-dialog");
  await save(page);
  await page.goto("/");
  seen.length = 0;
  await page.getByLabel("Thinking").selectOption("Thinking: much");
  await page.setViewportSize({ width: 360, height: 740 });
  await screenshot(page, "composer-effort-phone");
  const box = async (label: string) => page.getByLabel(label).boundingBox();
  const [thinking, send] = [await box("Thinking"), await box("Send")];
  expect((thinking?.x ?? 0) + (thinking?.width ?? 0)).toBeLessThanOrEqual(send?.x ?? 0);
  await page.setViewportSize({ width: 1280, height: 900 });
  await screenshot(page, "composer-effort");
  await page.getByLabel("Message").fill("Hello");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/threads\//);
  await page.getByText("OK").first().waitFor();
  expect(seen.at(-1)?.body).toMatchObject({ reasoning_effort: "high" });
  expect(await page.getByLabel("Thinking").inputValue()).toBe("high");
  await page.close();
}, 180_000);
