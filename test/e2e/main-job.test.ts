import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, screenshot } from "../support/browser.ts";
import { makePdf } from "../support/make-pdf.ts";
import { type StartedServer, startServer } from "../support/server.ts";

const LEASE = [
  "LEASE AGREEMENT",
  "",
  "The monthly rent for the studio is 1,200 euros, payable on the third working day.",
  "",
  "The deposit amounts to three months of rent and is returned within six weeks.",
];
const HOUSE_RULES = `# House rules

## Noise

Quiet hours last from ten in the evening until seven in the morning.

## Rent and repairs

The tenant reports repairs in writing; the monthly rent is not reduced for repairs under a week.
`;

let server: StartedServer;
let browser: Browser;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  server = await startServer();
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // Asking "who am I" before signing in is answered 401, which Chromium notes.
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
  await page.goto(server.setupUrl ?? "");
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByLabel("Password", { exact: true }).fill("a long enough password");
  await screenshot(page, "main-job-1-setup");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /Ada/ }).waitFor();
  await screenshot(page, "main-job-2-dashboard");

  await page.getByRole("link", { name: "New project" }).first().click();
  await page.getByRole("dialog").getByLabel("Name").fill("The studio");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "The studio" }).waitFor();

  await page.getByRole("link", { name: "Knowledge" }).click();
  await page.locator('input[type="file"]').setInputFiles([
    {
      name: "lease.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.from(makePdf([LEASE.join("\n")])),
    },
    { name: "house-rules.md", mimeType: "text/markdown", buffer: Buffer.from(HOUSE_RULES) },
  ]);
  await page.getByText("version 1").nth(1).waitFor();
  while ((await page.getByText(/Waiting|Reading/).count()) > 0) await Bun.sleep(50);
  await screenshot(page, "main-job-3-knowledge");

  await page.getByRole("link", { name: "Threads" }).click();
  await page
    .getByLabel("Message")
    .fill("How high is the monthly rent, and is it reduced for repairs?");
  await page.keyboard.press("Enter");
  const chips = page.getByRole("button", { name: /^Source \d+: / });
  await chips.nth(1).waitFor({ timeout: 30_000 });
  await screenshot(page, "main-job-4-answer");

  const opened = new Map<string, string>();
  for (let index = 0; index < (await chips.count()); index++) {
    const name = (await chips.nth(index).getAttribute("aria-label")) ?? "";
    await chips.nth(index).click();
    const mark = page.locator("aside mark, [role=complementary] mark, section mark").first();
    await mark.waitFor();
    opened.set(name.replace(/^Source \d+: /, ""), (await mark.textContent()) ?? "");
    if (index === 0) await screenshot(page, "main-job-5-citation");
    await page.keyboard.press("Escape");
  }
  expect([...opened.keys()].sort()).toEqual(["house-rules.md", "lease.pdf"]);
  expect(LEASE.join(" ")).toContain((opened.get("lease.pdf") ?? "nothing").replaceAll(/\s+/g, " "));
  expect(HOUSE_RULES).toContain(opened.get("house-rules.md") ?? "nothing");
  expect(complaints).toEqual([]);
}, 120_000);

test("after a reload the thread is there with its answer", async () => {
  await page.reload();
  await page
    .getByRole("button", { name: /^Source \d+: / })
    .first()
    .waitFor();
  await page.getByText("How high is the monthly rent").first().waitFor();
});
