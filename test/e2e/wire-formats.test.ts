import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, Locator, Page } from "playwright-core";
import { usageReport } from "../../src/features/metering/schema.ts";
import { anthropicServer } from "../providers/anthropic-server.ts";
import { googleServer } from "../providers/google-server.ts";
import { openAiServer } from "../providers/openai-server.ts";
import type { Fault } from "../providers/scenario.ts";
import { launchBrowser, PATIENCE_MS, screenshot } from "../support/browser.ts";
import { type StartedServer, startServer } from "../support/server.ts";
import { answersOn, citationsOf, makeProject, openCitations, QUESTION, setUp } from "./steps.ts";

/** The main job with providers that an admin connects in the browser, over all wire formats. */

const QUOTES = {
  "lease.pdf": "The monthly rent for the studio is 1,200 euros",
  "house-rules.md": "the monthly rent is not reduced for repairs under a week",
};
/** Reported in addition to the server's prompt count: the cost is these at the prices below. */
const USAGE = {
  inputTokens: 1_000,
  cacheReadTokens: 2_000,
  cacheWriteTokens: 400,
  outputTokens: 100,
  reasoningTokens: 0,
};
const PRICES = { Input: "3", Output: "15", "Cached input": "0.3", "Cache write": "3.75" };
const COST_MICRO_USD = 1_000 * 3 + 2_000 * 0.3 + 400 * 3.75 + 100 * 15;
/** Google's cache stores by itself, at no price of its own; the cost is the same. */
const GOOGLE_USAGE = { ...USAGE, inputTokens: 1_500, cacheWriteTokens: 0 };

const providers = {
  Anthropic: { format: "anthropic", wire: anthropicServer(), base: "", usage: USAGE, sum: "3.5K" },
  Google: { format: "google", wire: googleServer(), base: "", usage: GOOGLE_USAGE, sum: "3.6K" },
  OpenAI: { format: "openai", wire: openAiServer(), base: "/v1", usage: USAGE, sum: "3.5K" },
};

let server: StartedServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  for (const { wire } of Object.values(providers)) wire.start();
  server = await startServer({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true", ATELIER_GENERATION_IDLE_SECONDS: "2" },
  });
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("pageerror", (error) => complaints.push(error.message));
  await setUp(page, server);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  server?.remove();
  for (const { wire } of Object.values(providers)) wire.stop();
  expect(complaints).toEqual([]);
});

describe.each(["Anthropic", "Google", "OpenAI"] as const)(
  "with a provider that speaks %s's format",
  (name) => {
    const { format, wire, base, usage, sum } = providers[name];
    let projectId = "";

    test("an admin connects it, and the answer is streamed, cited, counted and priced", async () => {
      wire.scenario = { text: quoteBoth, usage, chunkMs: 5 };
      await connect(name, format, `${wire.origin}${base}`);
      await page.goto(server.url);
      projectId = await makeProject(page, `The studio, asked through ${name}`);
      await page.getByRole("link", { name: "Threads" }).click();
      await page.getByRole("combobox", { name: "Model" }).selectOption(`Model of ${name}`);
      const answer = await ask(QUESTION);
      await citationsOf(answer).nth(1).waitFor();
      await answer.getByText(`${sum} tokens`).waitFor();
      await answer.getByText("$0.0066").waitFor();
      expect(Object.fromEntries(await openCitations(page, answer))).toEqual(QUOTES);
      await screenshot(page, `wire-format-${format}`);
      expect(await spentIn(projectId)).toEqual({
        calls: 1,
        costMicroUsd: COST_MICRO_USD,
        usage,
      });
    }, 90_000);

    const refusals: [Fault, RegExp][] = [
      [{ kind: "bad_key" }, /does not accept the API key/],
      [{ kind: "no_credit" }, /no credit left/],
      [{ kind: "unknown_model" }, /does not know this model/],
      [{ kind: "rate_limited", retryAfter: "0" }, /rate limit/],
      [{ kind: "rate_limited", retryAfter: "90" }, /rate limit/],
      [{ kind: "overloaded" }, /overloaded/],
      [{ kind: "context_too_long" }, /longer than the model can read/],
      [{ kind: "refused" }, /refused to answer/],
      [{ kind: "server_error" }, /an internal error/],
    ];
    test.each(refusals)(
      "a call that fails with %j says so and costs nothing",
      async (fault, message) => {
        wire.scenario = { fault };
        const before = await spentIn(projectId);
        const answer = await ask("And the deposit?");
        await answer.getByRole("alert").filter({ hasText: message }).waitFor();
        expect((await spentIn(projectId)).costMicroUsd).toBe(before.costMicroUsd);
      },
    );

    const breaks: [Fault, RegExp][] = [
      [{ kind: "error_event", afterDeltas: 6 }, /overloaded/],
      [{ kind: "malformed", afterDeltas: 6 }, /could not be understood/],
      [{ kind: "truncated", afterDeltas: 6 }, /lost in the middle/],
      [{ kind: "silence", afterDeltas: 6 }, /did not send anything for too long/],
      [{ kind: "cut", afterBytes: 2_500 }, /lost in the middle/],
    ];
    test.each(breaks)(
      "an answer that breaks off with %j keeps its text and is charged for it",
      async (fault, message) => {
        wire.scenario = {
          text: "The deposit is three months of rent. ".repeat(20),
          chunkMs: 20,
          fault,
        };
        const before = await spentIn(projectId);
        const answer = await ask("And the deposit?");
        await answer.getByRole("alert").filter({ hasText: message }).waitFor();
        await answer.getByText("The deposit is three months").waitFor();
        const after = await spentIn(projectId);
        expect(after.calls).toBe(before.calls + 1);
        expect(after.costMicroUsd).toBeGreaterThan(before.costMicroUsd);
      },
    );

    test("an answer that was cut says so and is continued", async () => {
      wire.scenario = { text: "Three months", end: "length" };
      const cut = await ask("And the deposit?");
      await cut.getByText("cut at the longest allowed length").waitFor();
      await screenshot(page, `answer-cut-${format}`);
      wire.scenario = { text: "of rent." };
      const rest = answersOn(page).nth(await answersOn(page).count());
      await cut.getByRole("button", { name: "Continue", exact: true }).click();
      await rest.getByText("of rent.").waitFor();
      expect(JSON.stringify(wire.calls.at(-1)?.body)).toContain("Three months");
      // Only the last answer of a thread can be continued, and a whole one need not.
      await rest.getByRole("button", { name: "Answer again", exact: true }).waitFor();
      expect(await page.getByRole("button", { name: "Continue", exact: true }).count()).toBe(0);
      await cut.getByText("cut at the longest allowed length").waitFor();
    });

    test("an answer without a word says why, and another can be asked for", async () => {
      wire.scenario = { text: "", reasoning: "Let me see.", end: "length" };
      const answer = await ask("And the deposit?");
      await answer.getByText("spent all its tokens thinking").waitFor();
      await screenshot(page, `answer-only-thinking-${format}`);
      wire.scenario = { text: "" };
      await answer.getByRole("button", { name: "Retry", exact: true }).click();
      await answersOn(page).last().getByText("The model sent no answer.").waitFor();
    });

    test("a fault that passes is not noticed", async () => {
      wire.scenario = { text: "Three months of rent." };
      wire.queue({ fault: { kind: "overloaded" } });
      const answer = await ask("And the deposit?");
      await answer.getByText("Three months of rent.").waitFor();
      await answer.getByRole("button", { name: "Answer again", exact: true }).waitFor();
      expect(await answer.getByRole("alert").count()).toBe(0);
    });
  },
);

/** Adds a provider and one of its models, as an admin. */
async function connect(name: string, format: string, address: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  const save = async () => {
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
  };
  await page.goto(`${server.url}/admin/providers`);
  await page.getByRole("button", { name: "New provider" }).click();
  await dialog.getByLabel("Format").selectOption(format);
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Address").fill(address);
  await dialog.getByLabel("API key").fill("a-test-key");
  await save();
  await page.goto(`${server.url}/admin/models`);
  await page.getByRole("button", { name: "New model" }).click();
  await dialog.getByLabel("Provider").selectOption(name);
  await dialog.getByLabel("Name").fill(`model-of-${format}`);
  await dialog.getByLabel("Shown as").fill(`Model of ${name}`);
  await dialog.getByLabel("Context, tokens").fill("128000");
  await dialog.getByLabel("Maximum answer length").fill("4096");
  for (const [label, dollars] of Object.entries(PRICES)) {
    await dialog.getByLabel(label, { exact: true }).fill(dollars);
  }
  await save();
}

/** An answer that quotes both documents by the labels they have in the prompt. */
function quoteBoth(body: unknown): string {
  const prompt = JSON.stringify(body);
  const sentences = Object.entries(QUOTES).map(([title, words]) => {
    const label = new RegExp(`label=\\\\"(\\w+)\\\\" title=\\\\"${title}`).exec(prompt)?.[1];
    return `It says so [${label}: "${words}"].`;
  });
  return sentences.join("\n\n");
}

/** Asks, and waits for the answer to start. @returns the new answer. */
async function ask(text: string): Promise<Locator> {
  const answer = answersOn(page).nth(await answersOn(page).count());
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  // The answer before may be told as failed a moment before the page knows that it has ended.
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await answer.waitFor();
  return answer;
}

/** The project's cost so far, from the ledger. */
async function spentIn(projectId: string) {
  const response = await page.request.get(`${server.url}/api/v1/projects/${projectId}/usage`);
  return usageReport.parse(await response.json()).totals;
}
