import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, PATIENCE_MS, screenshot } from "../support/browser.ts";
import { type StartedServer, startServer } from "../support/server.ts";
import {
  answersOn,
  citationsOf,
  HOUSE_RULES,
  LEASE,
  makeProject,
  openCitations,
  QUESTION,
  setUp,
} from "./steps.ts";

let server: StartedServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  server = await startServer();
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // Reading the signed-in user before sign-in gives 401, which Chromium logs.
    if (message.type() === "error" && !message.text().includes("401"))
      complaints.push(message.text());
  });
}, 120_000);
afterAll(async () => {
  await browser.close();
  await server.stop();
  server.remove();
});

test("from the setup link to a streamed answer that quotes two documents and opens them at the quoted words", async () => {
  await setUp(page, server, () => screenshot(page, "main-job-1-setup"));
  await screenshot(page, "main-job-2-dashboard");
  await makeProject(page, "The studio");
  await screenshot(page, "main-job-3-knowledge");

  await page.getByRole("link", { name: "Threads" }).click();
  await page.getByLabel("Message").fill(QUESTION);
  await page.keyboard.press("Enter");
  const answer = answersOn(page).last();
  await citationsOf(answer).nth(1).waitFor({ timeout: 30_000 });
  await screenshot(page, "main-job-4-answer");

  const opened = await openCitations(page, answer, () => screenshot(page, "main-job-5-citation"));
  expect([...opened.keys()].sort()).toEqual(["house-rules.md", "lease.pdf"]);
  expect(LEASE.join(" ")).toContain((opened.get("lease.pdf") ?? "nothing").replaceAll(/\s+/g, " "));
  expect(HOUSE_RULES).toContain(opened.get("house-rules.md") ?? "nothing");
  expect(complaints).toEqual([]);
}, 120_000);

test("after a reload the thread is there with its answer", async () => {
  await page.reload();
  await citationsOf(answersOn(page).last()).first().waitFor();
  await page.getByText("How high is the monthly rent").first().waitFor();
});
