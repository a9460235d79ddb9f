import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { DEFAULT_AGENT_ID } from "../../src/features/agents/policy.ts";
import { openDatabase } from "../../src/platform/db/client.ts";
import { embeddedUrl } from "../../src/platform/db/embedded.ts";
import { hostileMarkdown } from "../fixtures/hostile-markdown.ts";
import { openAiServer } from "../providers/openai-server.ts";
import { launchBrowser, PATIENCE_MS, screenshot } from "../support/browser.ts";
import { type StartedServer, startServer } from "../support/server.ts";
import { callerOf } from "./steps.ts";

const HANDBOOK = `# Handbook

Every employee has 28 days of paid holiday each year. Unused days can be carried over until March.
`;
const QUOTE = "Every employee has 28 days of paid holiday each year.";
const ANSWER = `## Holidays

There are **28 days** [S1: "${QUOTE}"], not [S1: "forty days"].

| item | price |
|------|------:|
| one  |    12 |

\`\`\`ts
const days: number = 28;
\`\`\`
`;
const LONG = Array.from({ length: 60 }, (_, index) => `Paragraph ${index} of a long answer.`).join(
  "\n\n",
);

let server: StartedServer;
let browser: Browser;
const provider = openAiServer();
let signedIn: Awaited<ReturnType<BrowserContext["storageState"]>>;
let projectId = "";
let modelId = "";
let threadPath = "";
const errors: string[] = [];
const open: BrowserContext[] = [];

/** A page of a signed-in user; its errors are collected. */
async function newPage(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const context = await browser.newContext({
    storageState: signedIn,
    baseURL: server.url,
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  open.push(context);
  const page = await context.newPage();
  page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
  return page;
}

const call = callerOf(() => server.url);

async function ask(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message").fill(text);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/threads\//);
}

const answerOf = (page: Page) => page.getByRole("article", { name: "Answer" }).last();
const ended = (page: Page) =>
  page.getByRole("button", { name: "Answer again" }).last().waitFor({ timeout: 20_000 });

beforeAll(async () => {
  provider.start();
  server = await startServer({ env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true" } });
  browser = await launchBrowser();
  const context = await browser.newContext();
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.goto(server.setupUrl ?? "");
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByLabel("Password").fill("a long enough password");
  await page.getByRole("button", { name: "Create the workspace" }).click();
  await page.getByRole("heading", { level: 1, name: /Ada/ }).waitFor();
  signedIn = await context.storageState();
  const made = await call<{ id: string }>(page, "POST", "/admin/providers", {
    kind: "openai",
    name: "Local",
    baseUrl: `${provider.origin}/v1`,
    apiKey: "test-key",
  });
  ({ id: modelId } = await call<{ id: string }>(page, "POST", "/admin/models", {
    providerId: made.id,
    name: "local-model",
    displayName: "Local model",
    contextWindow: 128_000,
    maxOutputTokens: 4_096,
    prices: { input: 3_000_000, cacheRead: 300_000, cacheWrite: 3_750_000, output: 15_000_000 },
  }));
  await call(page, "PATCH", "/admin/settings", { defaultModelId: modelId });
  projectId = (await call<{ id: string }>(page, "POST", "/projects", { name: "People team" })).id;
  await page.request.put(`${server.url}/api/v1/projects/${projectId}/files/handbook.md`, {
    data: HANDBOOK,
    headers: { "content-type": "text/markdown", origin: server.url },
  });
  await page.goto(`${server.url}/projects/${projectId}/knowledge`);
  await page
    .getByText("Waiting")
    .or(page.getByText("Reading"))
    .waitFor({ state: "detached", timeout: 20_000 });
  await context.close();
}, 90_000);

afterEach(async () => {
  provider.scenario = {};
  await Promise.all(open.splice(0).map((context) => context.close()));
  expect(errors.splice(0)).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  server?.remove();
  provider.stop();
});

describe("an answer on the page", () => {
  test("streams, quotes its source, and the source opens at the quoted words", async () => {
    provider.scenario = { text: ANSWER, chunkMs: 5, reasoning: "The handbook says it." };
    const page = await newPage({ viewport: { width: 1280, height: 860 } });
    await page.goto(`/projects/${projectId}`);
    await ask(page, "How many days of holiday are there?");
    threadPath = new URL(page.url()).pathname;
    await ended(page);
    expect(await answerOf(page).locator("td").allTextContents()).toEqual(["one", "12"]);
    await page.getByRole("button", { name: "Source 1: handbook.md" }).click();
    const panel = page.getByRole("complementary", { name: "Source: handbook.md" });
    expect(await panel.locator("mark").textContent()).toBe(QUOTE);
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    expect(await answerOf(page).locator(".cite.unverified").count()).toBe(1);
    await answerOf(page).locator(".hljs-keyword").first().waitFor();
    await screenshot(page, "thread");
  });

  test("can be read as it was written where the code for Markdown cannot be loaded", async () => {
    const page = await newPage();
    await page.route("**/assets/safe-markdown-*", (route) => route.abort());
    await page.goto(threadPath);
    await answerOf(page).getByText("There are **28 days**").waitFor();
  });

  test("is whole after reloads in the middle of it", async () => {
    provider.scenario = { text: LONG, chunkMs: 4 };
    const page = await newPage();
    await page.goto(`/projects/${projectId}`);
    await ask(page, "Tell me a lot.");
    for (const wait of [60, 250, 120]) {
      await page.waitForTimeout(wait);
      await page.reload();
      await answerOf(page).waitFor();
    }
    await ended(page);
    const paragraphs = await answerOf(page).locator(".prose p").allTextContents();
    expect(paragraphs.join("\n\n")).toBe(LONG);
  });

  test("stops by Escape, keeps what was written, and can be asked again", async () => {
    provider.scenario = { text: "word ", endless: true, chunkMs: 20 };
    const page = await newPage();
    await page.goto(`/projects/${projectId}`);
    await ask(page, "Never stop.");
    await answerOf(page).getByText("word").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Stopped").waitFor();
    expect(await answerOf(page).locator(".prose").textContent()).toContain("word");
    provider.scenario = { text: "The second answer." };
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByText("The second answer.").waitFor();
    await page.getByText("2 of 2").waitFor();
    await page.getByRole("button", { name: "Previous version" }).click();
    await page.getByText("Stopped").waitFor();
  });

  test("that fails says why and offers a retry", async () => {
    provider.scenario = { fault: { kind: "bad_key" } };
    const page = await newPage();
    await page.goto(`/projects/${projectId}`);
    await ask(page, "Will this work?");
    await page.getByRole("alert").filter({ hasText: /key/i }).waitFor({ timeout: 20_000 });
    provider.scenario = { text: "Now it does." };
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByText("Now it does.").waitFor();
  });

  test("does not pull back a reader who scrolled up", async () => {
    provider.scenario = { text: LONG, chunkMs: 12 };
    const page = await newPage({ viewport: { width: 900, height: 500 } });
    await page.goto(`/projects/${projectId}`);
    await ask(page, "Tell me a lot.");
    while (await page.evaluate("document.documentElement.scrollHeight < innerHeight * 2")) {
      await page.waitForTimeout(50);
    }
    await page.mouse.move(450, 250);
    await page.mouse.wheel(0, -4_000);
    await page.waitForTimeout(150);
    const before = await page.evaluate("scrollY");
    await page.waitForTimeout(600);
    expect(await page.evaluate("scrollY")).toBe(before);
    await page.getByRole("button", { name: "Jump to the end" }).click();
    await ended(page);
    const distance = "document.documentElement.scrollHeight - innerHeight - scrollY";
    expect(await page.evaluate(distance)).toBeLessThan(100);
  });

  test("to a question asked in other words is a branch beside the first", async () => {
    provider.scenario = { text: "First answer." };
    const page = await newPage();
    await page.goto(`/projects/${projectId}`);
    await ask(page, "First question?");
    await ended(page);
    provider.scenario = { text: "Other answer." };
    await page.getByRole("button", { name: "Edit" }).click();
    await page.keyboard.press("Escape");
    await page.locator("article.user:focus").waitFor();
    await page.getByRole("button", { name: "Edit" }).click();
    await page.locator(".edit-message textarea").fill("Other question?");
    await page.keyboard.press("Enter");
    await page.getByText("Other answer.").waitFor();
    await page.getByLabel("Message").and(page.locator(":focus")).waitFor();
    const chosen = page.waitForResponse((answer) => answer.url().endsWith("/leaf"));
    await page.getByRole("button", { name: "Previous version" }).first().click();
    await page.getByText("First answer.").waitFor();
    await chosen;
    await page.reload();
    await page.getByText("First answer.").waitFor();
  });

  test("never runs what is written in it", async () => {
    provider.scenario = { text: hostileMarkdown.join("\n\n"), deltaChars: 200 };
    const page = await newPage();
    const dialogs: string[] = [];
    const foreign: string[] = [];
    page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(server.url)) foreign.push(request.url());
    });
    await page.goto(`/projects/${projectId}`);
    await ask(page, "Attack!");
    await ended(page);
    await page.waitForTimeout(300);
    const found = await answerOf(page).evaluate((root) => ({
      tags: [
        ...root.querySelectorAll(
          "script,style,iframe,object,embed,form,input,svg script,base,meta,link",
        ),
      ].length,
      handlers: [...root.querySelectorAll(".prose *")].flatMap((element) =>
        [...element.attributes]
          .map((attribute) => attribute.name)
          .filter(
            (name) =>
              name.startsWith("on") || name === "style" || name === "id" || name === "srcdoc",
          ),
      ),
      links: [...root.querySelectorAll(".prose a")].map((link) => link.getAttribute("href") ?? ""),
      touched: Reflect.get(globalThis, "__attacked") === true,
    }));
    expect(found.tags).toBe(0);
    expect(found.handlers).toEqual([]);
    expect(found.links.filter((href) => !/^(?:https?:|mailto:|#|\/[^/])/.test(href))).toEqual([]);
    expect(found.touched).toBe(false);
    expect(dialogs).toEqual([]);
    expect(foreign).toEqual([]);
  });
});

/** Answers that once crashed or blocked every reader's page. */
const unreadable: Record<string, string> = {
  "quotes in quotes": `${">".repeat(2_500)} the end`,
  "open brackets": `${"[".repeat(40_000)} the end`,
  "underscores in words": `${"_a".repeat(20_000)} the end`,
  "emphasis that crosses": `${"*a**a".repeat(8_000)} the end`,
  "open links": `${"[a](".repeat(10_000)} the end`,
  "a table of 5,000 columns": `|${"a|".repeat(5_000)}\n|${"-|".repeat(5_000)}\n|${"b|".repeat(5_000)} the end`,
  "lists in lists": `${"- ".repeat(5_000)} the end`,
  "a line without an end": `${"a".repeat(40_000)} the end`,
};

describe("an answer that is hard to read", () => {
  beforeAll(async () => {
    // Longer than ordinary caps, at which the answer would be ended.
    const page = await newPage();
    const maxOutputTokens = 20_000;
    await call(page, "PATCH", `/admin/models/${modelId}`, { maxOutputTokens });
    await call(page, "PATCH", `/agents/${DEFAULT_AGENT_ID}`, { maxOutputTokens });
  });

  for (const [name, text] of Object.entries(unreadable)) {
    test(`opens while it is written and afterwards, and the page goes on: ${name}`, async () => {
      provider.scenario = { text, deltaChars: 400, ignoresCap: true };
      const page = await newPage();
      await page.goto(`/projects/${projectId}`);
      await ask(page, name);
      const shown = answerOf(page).getByText("the end");
      await shown.waitFor({ state: "attached" });
      await ended(page);
      await page.reload();
      await shown.waitFor({ state: "attached" });
      await page.getByRole("textbox", { name: "Message" }).fill("Still here?");
      await page.getByRole("heading", { name }).waitFor();
      expect(await page.getByText("This page stopped working").count()).toBe(0);
    });
  }
});

describe("the workspace", () => {
  test("works by keyboard", async () => {
    const page = await newPage();
    await page.goto("/settings");
    await page.getByRole("heading", { name: "Settings" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search" }).waitFor();
    await page.keyboard.type("people");
    await page.getByRole("option", { name: "People team" }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(projectId));
    await page.getByLabel("Message").waitFor();
    await page.locator("h1").click();
    await page.keyboard.press("/");
    await page.keyboard.type("typed after a slash");
    expect(await page.getByLabel("Message").inputValue()).toBe("typed after a slash");
    await page.reload();
    expect(await page.getByLabel("Message").inputValue()).toBe("typed after a slash");
    await page.keyboard.press("Control+Shift+O");
    await page.waitForURL(`${server.url}/`);
  });

  test("goes on at the new page's content when the link that was followed is gone", async () => {
    const page = await newPage();
    await page.goto("/");
    await page.getByRole("link", { name: "All projects" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Projects" }).waitFor();
    await page.locator("main:focus").waitFor();
  });

  test("lets an admin say which e-mail domains may sign up, and says so to others", async () => {
    const page = await newPage();
    await page.goto("/admin/workspace");
    await page.getByLabel("Anyone can create an account").click();
    const domains = page.getByLabel("E-mail domains that may sign up");
    await domains.fill("example.com, no domain");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("“no” is not a domain name").waitFor();
    await domains.fill("Example.COM; b\u00fccher.example");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Save" }).waitFor({ state: "detached" });
    expect(await domains.inputValue()).toBe("example.com, xn--bcher-kva.example");
    await domains.fill("example.com");
    await domains.press("Enter");
    await page.getByRole("button", { name: "Save" }).waitFor({ state: "detached" });
    expect(await domains.evaluate((field) => field.matches(":focus"))).toBe(true);

    const stranger = await newPage({ storageState: { cookies: [], origins: [] } });
    await stranger.goto("/sign-up");
    await stranger.getByLabel("Name").fill("Eve");
    await stranger.getByLabel("E-mail").fill("eve@elsewhere.example");
    await stranger.getByLabel("Password").fill("quite another password");
    await stranger.getByRole("button", { name: "Create an account" }).click();
    await stranger
      .getByText("Use an address of your organisation, or ask an admin for an account")
      .waitFor();
    await page.getByLabel("Anyone can create an account").click();
    await domains.waitFor({ state: "detached" });
  }, 60_000);

  test("shows how hard a new password is to guess, and why it is refused", async () => {
    const page = await newPage();
    await page.goto("/settings/security");
    await page.getByLabel("Current password").fill("a long enough password");
    const field = page.getByLabel("New password");
    await field.fill("adalovelace-1815");
    const reason = page.getByText("Little more than a name, an e-mail address or “Atelier”");
    await reason.waitFor();
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByRole("alert").and(reason).waitFor();
    await field.fill("harbour otters sunlit");
    await page.getByText("Strong", { exact: true }).waitFor();
    await reason.waitFor({ state: "detached" });
  }, 60_000);

  test("leads who is signed in away from the pages for visitors", async () => {
    const page = await newPage();
    for (const path of ["/sign-in", "/sign-up", "/setup?token=x"]) {
      await page.goto(path);
      await page.getByRole("heading", { name: /Ada/ }).waitFor();
    }
    await page.goto("/sign-in?next=/projects");
    await page.getByRole("heading", { level: 1, name: "Projects" }).waitFor();
  });

  test("leads who is not signed in to the sign-in page, and then to where they wanted to go", async () => {
    const page = await newPage({ storageState: { cookies: [], origins: [] } });
    await page.goto("/settings/keys");
    await page.waitForURL(/\/sign-in\?next=/);
    await page.getByLabel("E-mail").fill("ada@example.com");
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Password").fill("a long enough password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/\/settings\/keys$/);
    const notice = page.getByText(
      "1 failed attempt to sign in to your account since you last did.",
    );
    await notice.waitFor();
    await page.getByRole("button", { name: "Dismiss" }).click();
    await notice.waitFor({ state: "detached" });
  }, 60_000);

  test("shows a new API key once", async () => {
    const page = await newPage();
    await page.goto("/settings/keys");
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByLabel("Name").fill("nightly sync");
    await page.getByRole("button", { name: "Create key" }).click();
    const key = await page.locator(".secret code").textContent();
    expect(key).toStartWith("atl_");
    await page.getByRole("button", { name: "Done" }).click();
    await page.reload();
    await page.getByText("nightly sync").waitFor();
    expect(await page.content()).not.toContain(key ?? "atl_");
  });

  test("asks for the password before what outlives the session, when that is long ago", async () => {
    const page = await newPage();
    await page.goto("/settings/keys");
    const database = openDatabase({ url: embeddedUrl(server.dataDir), poolMax: 1 });
    await database.sql`update sessions set authenticated_at = now() - interval '1 hour'`;
    await database.close();
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByLabel("Name").fill("weekly report");
    await page.getByRole("button", { name: "Create key" }).click();
    const asked = page.getByRole("dialog", { name: "Confirm your password" });
    await asked.getByLabel("Password").fill("not the password");
    await asked.getByRole("button", { name: "Confirm" }).click();
    await asked.getByRole("alert").first().waitFor();
    expect(await asked.getByLabel("Password").getAttribute("aria-invalid")).toBe("true");
    await asked.getByLabel("Password").fill("a long enough password");
    await asked.getByRole("button", { name: "Confirm" }).click();
    expect(await page.locator(".secret code").textContent()).toStartWith("atl_");
    await page.getByRole("button", { name: "Done" }).click();
  });

  test("takes dropped files, shows how each is read, and finds words in them", async () => {
    const page = await newPage();
    await page.goto(`/projects/${projectId}/knowledge`);
    await page.getByText("handbook.md").waitFor();
    const dropped = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(["The canteen opens at noon."], "canteen.txt", { type: "text/plain" }));
      transfer.items.add(new File([new Uint8Array([0, 1, 2, 250])], "odd.pdf", { type: "application/pdf" }));
      return transfer;
    })()`);
    await page.dispatchEvent(".drop-zone", "dragover", { dataTransfer: dropped });
    await page.dispatchEvent(".drop-zone", "drop", { dataTransfer: dropped });
    await page.getByRole("link", { name: "canteen.txt" }).waitFor();
    await page.locator("li", { hasText: "odd.pdf" }).getByRole("alert").waitFor();
    await page
      .getByText("Waiting")
      .or(page.getByText("Reading"))
      .waitFor({ state: "detached", timeout: 20_000 });
    await page.getByLabel("Search in the files").fill("canteen");
    await page.keyboard.press("Enter");
    await page.locator(".hit mark", { hasText: "canteen" }).first().waitFor();
  });

  test("keeps a place to go on from when the row that had the focus is gone", async () => {
    const page = await newPage();
    const { id } = await call<{ id: string }>(page, "POST", "/projects", { name: "Two files" });
    for (const name of ["a.txt", "b.txt"])
      await page.request.put(`${server.url}/api/v1/projects/${id}/files/${name}`, {
        data: name,
        headers: { "content-type": "text/plain", origin: server.url },
      });
    const focused = page.locator(":focus");
    await page.goto(`/projects/${id}/knowledge`);
    for (const name of ["a.txt", "b.txt"]) {
      await page.getByRole("button", { name: `Actions for ${name}` }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("menuitem", { name: "Delete" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
      await page.getByRole("link", { name }).waitFor({ state: "detached" });
      const next =
        name === "a.txt"
          ? page.getByRole("link", { name: "b.txt" })
          : page.getByRole("heading", { name: "Files", exact: true });
      await next.and(focused).waitFor();
    }
    await page.getByRole("link", { name: "Deleted files" }).click();
    const restore = page.getByRole("button", { name: "Restore" });
    await restore.first().click();
    await restore.nth(1).waitFor({ state: "detached" });
    await restore.and(focused).waitFor();
    await page
      .getByRole("status")
      .getByText(/^Deleted .\.txt$/)
      .nth(1)
      .waitFor({ state: "detached" });
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Deleted files" }).and(focused).waitFor();
    await page
      .getByRole("status")
      .getByText(/^Deleted .\.txt$/)
      .waitFor({ state: "detached" });
  });

  test("deletes a project only after asking, and brings it back", async () => {
    const page = await newPage();
    const { id } = await call<{ id: string }>(page, "POST", "/projects", { name: "Short-lived" });
    await page.goto(`/projects/${id}`);
    await page.getByRole("button", { name: "Project actions" }).click();
    await page.getByRole("menuitem", { name: "Delete project" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete project" }).click();
    await page.waitForURL(/\/projects$/);
    await page.goto("/projects?view=deleted");
    await page.getByRole("button", { name: "Restore" }).click();
    await page.getByRole("button", { name: "Restore" }).waitFor({ state: "detached" });
    await page.goto(`/projects/${id}`);
    await page.getByRole("heading", { level: 1, name: "Short-lived" }).waitFor();
  });
});

describe("when something is missing", () => {
  test("a part of the program that is gone after an update is fetched by one reload", async () => {
    const page = await newPage();
    await page.goto("/");
    await page.getByRole("heading", { level: 1, name: /Ada/ }).waitFor();
    let refused = 0;
    await page.route(/settings-page-.*\.js/, (route) => {
      refused++;
      return refused === 1 ? route.fulfill({ status: 404 }) : route.continue();
    });
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("menuitem", { name: "Settings" }).click();
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    expect(refused).toBe(2);
  });

  test("a part that stays away is said to be missing, without reloading for ever", async () => {
    const page = await newPage();
    let loads = 0;
    page.on("load", () => {
      loads++;
    });
    await page.route(/admin-page-.*\.js/, (route) => route.fulfill({ status: 404 }));
    await page.goto("/admin");
    await page.getByText("This part could not be loaded").waitFor();
    await page.waitForTimeout(400);
    expect(loads).toBe(2);
  });

  test("a lost network is said, and a list that cannot be read offers another try", async () => {
    const page = await newPage();
    await page.goto("/");
    await page.getByRole("heading", { level: 1, name: /Ada/ }).waitFor();
    await page.route("**/api/v1/projects?*", (route) => route.abort());
    await page.context().setOffline(true);
    await page.getByText("You are offline.").waitFor();
    await page.context().setOffline(false);
    await page.getByText("You are offline.").waitFor({ state: "detached" });
    await page.getByRole("link", { name: "All projects" }).click();
    await page.getByText("The projects could not be read").waitFor();
    await page.unroute("**/api/v1/projects?*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".card", { hasText: "People team" }).waitFor();
  });

  test("a session that was ended elsewhere leads to the sign-in page", async () => {
    const page = await newPage();
    // A list still loading when the session ends would navigate to the sign-in page by itself.
    await page.goto("/", { waitUntil: "networkidle" });
    await page.getByRole("heading", { level: 1, name: /Ada/ }).waitFor();
    await page.context().clearCookies();
    await page.getByRole("link", { name: "All projects" }).click();
    await page.waitForURL(/\/sign-in\?next=%2Fprojects/);
    expect(await page.getByText("People team").count()).toBe(0);
  });
});

const views = [
  { name: "light", viewport: { width: 1280, height: 860 }, colorScheme: "light" as const },
  { name: "dark", viewport: { width: 1280, height: 860 }, colorScheme: "dark" as const },
  {
    name: "phone",
    viewport: { width: 360, height: 740 },
    colorScheme: "light" as const,
    isMobile: true,
    hasTouch: true,
  },
];
const axe = await Bun.file(join(import.meta.dir, "../../node_modules/axe-core/axe.min.js")).text();

for (const { name, ...view } of views) {
  test(`every page is usable with assistive technology and fits its window: ${name}`, async () => {
    const paths = [
      "/",
      "/projects",
      "/projects?new=true",
      "/projects?view=deleted",
      ...[
        "",
        "/knowledge",
        "/knowledge?q=holiday",
        "/agents",
        "/instructions",
        "/members",
        "/usage",
      ].map((tab) => `/projects/${projectId}${tab}`),
      threadPath,
      ...["", "/security", "/keys", "/usage"].map((tab) => `/settings${tab}`),
      ...["", "/providers", "/models", "/agents", "/workspace", "/audit"].map(
        (tab) => `/admin${tab}`,
      ),
      "/nothing-here",
      "/api/docs",
    ];
    // The page's security policy would block the checker's script.
    const page = await newPage({ ...view, bypassCSP: true });
    const faults: string[] = [];
    // Only colours differ in dark mode.
    const rules =
      name === "dark" ? "{ runOnly: ['color-contrast'] }" : "{ resultTypes: ['violations'] }";
    const look = async (path: string) => {
      await page.goto(path);
      await page.locator("h1").first().waitFor();
      await page.locator(".skeleton, .nav-skeleton").first().waitFor({ state: "detached" });
      await screenshot(
        page,
        `page-${path.replace(projectId, "id").replace(/\W+/g, "-").slice(0, 40)}-${name}`,
      );
      // A phone's inner width grows with overflow; the element's does not.
      const over = Number(
        await page.evaluate(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        ),
      );
      if (over > 0) faults.push(`${path}: ${over} px wider than the window`);
      await page.evaluate(axe);
      const found = await page.evaluate(
        `axe.run(document, ${rules}).then((r) => r.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => v.id + ' ' + v.nodes[0].html))`,
      );
      if (Array.isArray(found)) faults.push(...found.map((fault) => `${path}: ${fault}`));
    };
    for (const path of paths) await look(path);
    await page.context().clearCookies();
    for (const path of ["/sign-in", "/sign-up", "/reset-password?token=x"]) await look(path);
    expect(faults).toEqual([]);
  }, 120_000);
}

test("the first screen needs less than 60 KB of script, a thread without code less than 100 KB", async () => {
  provider.scenario = { text: "Plain." };
  const page = await newPage();
  const loaded = new Map<string, number>();
  page.on("response", (response) => {
    const asset = /\/assets\/([\w.-]+\.js)$/.exec(response.url())?.[1];
    if (!asset) return;
    const path = join(import.meta.dir, "../../dist/web/assets", `${asset}.gz`);
    loaded.set(asset, Bun.file(path).size);
  });
  const total = () => [...loaded.values()].reduce((sum, size) => sum + size, 0);
  await page.goto("/");
  await page.getByLabel("Message").waitFor();
  await page.waitForLoadState("networkidle");
  expect(loaded.size).toBeGreaterThan(1);
  expect(total()).toBeLessThan(60_000);
  await ask(page, "Short, please.");
  await ended(page);
  expect(total()).toBeLessThan(100_000);
});

test("a page's code and first answers are named by the server, and each is fetched once", async () => {
  const paths = ["/", "/projects", `/projects/${projectId}`, threadPath, "/settings", "/admin"];
  const look = async (page: Page, path: string) => {
    const fetched: string[] = [];
    page.on("request", (request) => {
      const { pathname, search } = new URL(request.url());
      fetched.push(pathname + search);
    });
    const answer = await page.goto(path, { waitUntil: "networkidle" });
    const links = (await answer?.headerValue("link")) ?? "";
    const named = [...links.matchAll(/<([^>]+)>/g)].map(([, url]) => url ?? "");
    const code = fetched.filter((url) => /-page-[^/]+\.js$/.test(url));
    expect([path, named]).toEqual([path, expect.arrayContaining([...code, "/api/v1/me"])]);
    for (const url of named)
      expect([path, url, fetched.filter((one) => one === url).length]).toEqual([path, url, 1]);
  };
  for (const path of paths) await look(await newPage(), path);
  for (const path of ["/sign-in", "/sign-up", "/reset-password?token=x"])
    await look(await newPage({ storageState: { cookies: [], origins: [] } }), path);
});
