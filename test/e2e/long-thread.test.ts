import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { openDatabase } from "../../src/platform/db/client.ts";
import { embeddedUrl } from "../../src/platform/db/embedded.ts";
import { launchBrowser, PATIENCE_MS, screenshot } from "../support/browser.ts";
import { eventually } from "../support/eventually.ts";
import { type StartedServer, startServer } from "../support/server.ts";
import { callerOf, setUp } from "./steps.ts";

/** Reading a thread of 180 messages, questions and answers in turn, whose tenth has a second version. */

const MESSAGES = 180;
const TENTH = 9;

let server: StartedServer;
let browser: Browser;
let signedIn: Awaited<ReturnType<BrowserContext["storageState"]>>;
let threadId = "";
let ids: string[] = [];
const errors: string[] = [];
const open: BrowserContext[] = [];
const call = callerOf(() => server.url);

beforeAll(async () => {
  server = await startServer();
  browser = await launchBrowser();
  const page = await newPage();
  await setUp(page, server);
  signedIn = await page.context().storageState();
  const { personalProjectId } = await call<{ personalProjectId: string }>(page, "GET", "/me");
  ({ id: threadId } = await call<{ id: string }>(
    page,
    "POST",
    `/projects/${personalProjectId}/threads`,
    { title: "The long one" },
  ));
  await page.context().close();
  await fill();
}, 120_000);
afterEach(async () => {
  await Promise.all(open.splice(0).map((context) => context.close()));
  expect(errors.splice(0)).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  server?.remove();
});

/** Stores the messages; in the second version of the tenth, message 11 and 12 follow too. */
async function fill(): Promise<void> {
  const database = openDatabase({ url: embeddedUrl(server.dataDir), poolMax: 1 });
  const insert = async (parentId: string | null, name: string, role: string) => {
    const id = Bun.randomUUIDv7();
    const parts = [{ type: "text", text: `${name}. ${"Word after word. ".repeat(12)}` }];
    await database.sql`
      insert into messages (id, thread_id, parent_id, role, parts, status)
      values (${id}, ${threadId}, ${parentId}, ${role}, ${JSON.stringify(parts)}::text::jsonb, 'complete')`;
    return id;
  };
  ids = [];
  for (let index = 0; index < MESSAGES; index++) {
    const role = index % 2 === 0 ? "user" : "assistant";
    ids.push(await insert(ids[index - 1] ?? null, `Message ${index + 1}`, role));
  }
  await insert(ids[TENTH - 1] ?? null, "The other tenth", "assistant");
  await database.sql`update threads set leaf_id = ${ids.at(-1) ?? null} where id = ${threadId}`;
  await database.close();
}

async function newPage(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const context = await browser.newContext({
    ...(signedIn === undefined ? {} : { storageState: signedIn }),
    baseURL: server.url,
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  open.push(context);
  const page = await context.newPage();
  page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
  return page;
}

/** The thread opened, scrolled to its end. */
async function openThread(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const page = await newPage(options);
  await page.goto(`/threads/${threadId}`);
  // The newest messages are drawn first.
  await eventually("a whole page", async () => (await count(page)) === 50);
  await eventually("the end of the page", async () => (await fromEnd(page)) < 2);
  return page;
}

const named = (page: Page, number: number) =>
  page.locator("article", { hasText: `Message ${number}. ` });
const count = (page: Page) => page.locator("article").count();
const earlier = (page: Page) => page.getByRole("button", { name: "Show earlier messages" });
const fromEnd = (page: Page) =>
  page.evaluate<number>("document.documentElement.scrollHeight - innerHeight - scrollY");
const topOf = (page: Page, number: number) =>
  named(page, number).evaluate((element) => element.getBoundingClientRect().top);
/** Scrolls at once and lets the page draw. */
const scrollTo = (page: Page, y: number) =>
  page.evaluate(
    `new Promise((drawn) => { scrollTo(0, ${y}); requestAnimationFrame(() => requestAnimationFrame(drawn)); })`,
  );
const drawn = (page: Page) =>
  page.evaluate(
    "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))",
  );

for (const [size, viewport] of [
  ["on a desk", { width: 1280, height: 860 }],
  ["360 px wide", { width: 360, height: 740 }],
] as const) {
  describe(`a thread of ${MESSAGES} messages, ${size}`, () => {
    test("opens at its end with 50 messages, and loads the others as the reader goes up", async () => {
      const page = await openThread({ viewport });
      expect(await count(page)).toBe(50);
      await screenshot(page, `long-thread-${viewport.width}`);
      for (let seen = 50; seen < MESSAGES; seen = await count(page)) {
        await scrollTo(page, 400);
        await eventually("more messages", async () => (await count(page)) > seen);
      }
      expect(await earlier(page).count()).toBe(0);
      const first = page.locator("article").first();
      expect(await first.textContent()).toStartWith("Message 1. ");
    });

    test("stays where it is as the button adds messages above", async () => {
      const page = await openThread({ viewport });
      await page.route("**/messages?**", async (route) => {
        await page.waitForTimeout(50);
        await route.continue();
      });
      await scrollTo(page, 0);
      const before = await topOf(page, 131);
      await earlier(page).focus();
      await page.keyboard.press("Enter");
      await named(page, 81).waitFor();
      await drawn(page);
      expect(Math.abs((await topOf(page, 131)) - before)).toBeLessThan(2);
      expect(await page.evaluate("document.activeElement.textContent")).toStartWith(
        "Message 131. ",
      );
      await screenshot(page, `long-thread-earlier-${viewport.width}`);
    });

    test("stays where it is as messages come while the reader scrolls", async () => {
      const page = await openThread({ viewport });
      let release = () => {};
      await page.route("**/messages?**", async (route) => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        await route.continue();
      });
      const asked = page.waitForRequest("**/messages?**");
      await scrollTo(page, 500);
      await asked;
      await drawn(page);
      const before = await topOf(page, 133);
      release();
      await named(page, 81).waitFor();
      await drawn(page);
      expect(Math.abs((await topOf(page, 133)) - before)).toBeLessThan(2);
    });
  });
}

test("earlier messages that cannot be loaded are told, and come at the next try", async () => {
  const page = await openThread();
  await page.route("**/messages?**", (route) => route.abort());
  await scrollTo(page, 0);
  await earlier(page).click();
  await page.getByRole("alert").getByText("The earlier messages could not be loaded.").waitFor();
  await screenshot(page, "long-thread-failed");
  await page.unroute("**/messages?**");
  await page.getByRole("button", { name: "Try again" }).click();
  await named(page, 81).waitFor();
  expect(await page.getByText("could not be loaded").count()).toBe(0);
});

test("a link to a message loads the thread back to it and shows it", async () => {
  const page = await newPage();
  await page.goto(`/threads/${threadId}#${ids[20]}`);
  await named(page, 21).waitFor();
  const inView = async (number: number) => {
    const top = await topOf(page, number);
    return top > 0 && top < 300;
  };
  await eventually("the message is in view", () => inView(21));
  expect(await page.evaluate("document.activeElement.id")).toBe(ids[20]);
  await page.evaluate(`location.hash = ${JSON.stringify(ids[100])}`);
  await eventually("the other message is in view", () => inView(101));
  expect(await count(page)).toBeGreaterThan(150);
});

/** Clicks, and waits until the choice is stored. */
async function chosen(page: Page, button: Locator): Promise<void> {
  const stored = page.waitForResponse((response) => response.url().endsWith("/leaf"));
  await button.click();
  await stored;
}

test("another version of a message is shown with its branch, and again at the next visit", async () => {
  const page = await newPage();
  await page.goto(`/threads/${threadId}#${ids[TENTH]}`);
  const versions = named(page, TENTH + 1).getByRole("button", { name: "Next version" });
  await chosen(page, versions);
  const other = page.locator("article", { hasText: "The other tenth" });
  await other.getByText("2 of 2").waitFor();
  await eventually("the other branch", async () => (await count(page)) === 10);
  await page.goto(`/threads/${threadId}`);
  await chosen(page, other.getByRole("button", { name: "Previous version" }));
  await named(page, MESSAGES).waitFor();
  await page.goto(`/threads/${threadId}`);
  await named(page, MESSAGES).waitFor();
  await eventually("all of the page", async () => (await count(page)) === 50);
});
