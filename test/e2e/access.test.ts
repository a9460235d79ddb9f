import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launchBrowser, PATIENCE_MS } from "../support/browser.ts";
import { type StartedServer, startServer } from "../support/server.ts";
import { callerOf, setUp } from "./steps.ts";

/** Sessions, keys and the audit log in the browser. */

let server: StartedServer;
let browser: Browser;
let signedIn: Awaited<ReturnType<BrowserContext["storageState"]>>;
let projectId = "";
const open: BrowserContext[] = [];

/** A page of Ada, the admin. */
async function newPage(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const context = await browser.newContext({
    storageState: signedIn,
    baseURL: server.url,
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  open.push(context);
  return context.newPage();
}

const call = callerOf(() => server.url);

beforeAll(async () => {
  server = await startServer();
  browser = await launchBrowser();
  const context = await browser.newContext();
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await setUp(page, server);
  signedIn = await context.storageState();
  projectId = (await call<{ id: string }>(page, "POST", "/projects", { name: "People team" })).id;
  await context.close();
}, 90_000);

afterEach(async () => {
  await Promise.all(open.splice(0).map((context) => context.close()));
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  server?.remove();
});

describe("a new API key", () => {
  test("says when it ends, within what the workspace allows, and manages nothing unless told to", async () => {
    const page = await newPage();
    await page.goto("/settings/keys");
    await page.getByRole("button", { name: "New key" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("deploys");
    const life = dialog.getByLabel("Works for");
    expect(await life.locator("option").allTextContents()).toEqual([
      ...["7 days", "30 days", "90 days", "180 days", "365 days"],
    ]);
    expect(await life.inputValue()).toBe("90");
    const manages = dialog.getByRole("switch", { name: "May manage the workspace" });
    expect(await manages.isChecked()).toBe(false);
    await dialog.getByText(/365 days at most/).waitFor();
    await life.selectOption("7");
    await manages.check();
    await dialog.getByRole("button", { name: "Create key" }).click();
    const made = page.getByRole("dialog", { name: "Your new key" });
    await made.getByText(/It works until/).waitFor();
    await made.getByRole("button", { name: "Copy" }).and(page.locator(":focus")).waitFor();
    await made.getByRole("button", { name: "Done" }).click();
    await page.getByRole("listitem").getByText("Manages the workspace").waitFor();
    const { items } = await call<{ items: { scopes: string[]; expiresAt: string }[] }>(
      page,
      "GET",
      "/me/api-keys",
    );
    expect(items[0]?.scopes.toSorted()).toEqual(["admin", "read", "write"]);
    const days = (Date.parse(items[0]?.expiresAt ?? "") - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
  });
});

describe("a changed password", () => {
  const change = async (page: Page, from: string, to: string, keepKeys: boolean) => {
    await page.goto("/settings/security");
    await page.getByLabel("Current password").fill(from);
    await page.getByLabel("New password").fill(to);
    const revoke = page.getByRole("switch", { name: "Revoke my API keys too" });
    expect(await revoke.isChecked()).toBe(true);
    if (keepKeys) await revoke.uncheck();
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByRole("status").getByText("Your password is changed.").waitFor();
  };

  test("ends API keys too, unless that is switched off", async () => {
    const page = await newPage();
    const keys = async () =>
      (await call<{ items: unknown[] }>(page, "GET", "/me/api-keys")).items.length;
    await call(page, "POST", "/me/api-keys", { name: "sync", scopes: ["read"] });
    const before = await keys();
    await change(page, "a long enough password", "another password of mine", true);
    expect(await keys()).toBe(before);
    await change(page, "another password of mine", "a long enough password", false);
    expect(await keys()).toBe(0);
  });
});

/** An account created by Ada, signed in over the API. */
async function newPerson(page: Page, name: string): Promise<{ id: string; page: Page }> {
  const email = `${name.toLowerCase()}@example.com`;
  const { user, resetLink } = await call<{ user: { id: string }; resetLink: { url: string } }>(
    page,
    "POST",
    "/admin/users",
    { name, email, role: "member" },
  );
  const theirs = await newPage({ storageState: { cookies: [], origins: [] } });
  const newPassword = "the owner knows this one";
  const token = new URL(resetLink.url).searchParams.get("token");
  await call(theirs, "POST", "/auth/password-reset", { token, newPassword });
  await call(theirs, "POST", "/auth/sign-in", { email, password: newPassword });
  return { id: user.id, page: theirs };
}

describe("somebody's sessions and API keys", () => {
  test("are ended by an admin, one by one or all, by keyboard too, each after a question", async () => {
    const page = await newPage();
    const bob = await newPerson(page, "Bob");
    for (let index = 1; index <= 12; index++)
      await call(bob.page, "POST", "/me/api-keys", { name: `key ${index}`, scopes: ["read"] });
    await page.goto("/admin?q=bob");
    await page.getByRole("button", { name: "Actions for Bob" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Sessions and API keys" }).waitFor();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Sessions and API keys of Bob" });
    const sessions = dialog.getByRole("region", { name: "Sessions" });
    const keys = dialog.getByRole("region", { name: "API keys" });
    await sessions.getByRole("listitem").first().waitFor();
    expect(await keys.getByRole("listitem").count()).toBe(10);
    await keys.getByRole("button", { name: "Show more" }).click();
    expect(await keys.getByRole("listitem").count()).toBe(12);

    await keys
      .getByRole("listitem")
      .filter({ hasText: "key 7" })
      .getByRole("button", { name: "Revoke" })
      .focus();
    await page.keyboard.press("Enter");
    const asked = page.getByRole("dialog", { name: /Revoke “key 7”/ });
    await asked.waitFor();
    await page.keyboard.press("Escape");
    await asked.waitFor({ state: "detached" });
    // The focus goes back to the button behind the dialog, a moment after that is gone.
    await keys.locator("button:focus").waitFor();
    await page.keyboard.press("Enter");
    await asked.getByRole("button", { name: "Revoke" }).focus();
    await page.keyboard.press("Enter");
    await keys.getByText("key 7").waitFor({ state: "detached" });

    await sessions.getByRole("button", { name: "End" }).first().click();
    await page
      .getByRole("dialog", { name: /End this session/ })
      .getByText("End", { exact: true })
      .click();
    await sessions.getByText("Not signed in anywhere").waitFor();
    await bob.page.goto("/");
    await bob.page.waitForURL(/\/sign-in/);

    await dialog.getByRole("button", { name: "End everything" }).click();
    await page
      .getByRole("dialog", { name: "End all sessions and API keys of Bob?" })
      .getByRole("button", { name: "End everything" })
      .click();
    await keys.getByText("No API keys").waitFor();
    expect(await dialog.getByRole("button", { name: "End everything" }).isDisabled()).toBe(true);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.waitForURL(/\/admin\?q=bob$/);
  });

  test("that cannot be read offer another try", async () => {
    const page = await newPage();
    const me = await call<{ id: string }>(page, "GET", "/me");
    await page.route("**/api/v1/admin/users/*/access", (route) => route.abort());
    await page.goto(`/admin?user=${me.id}`);
    await page.getByText("The sessions and keys could not be read").waitFor();
    await page.unroute("**/api/v1/admin/users/*/access");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("dialog").getByText("This browser").waitFor();
  });
});

test("users are found while typing, and fit a phone with their actions", async () => {
  const page = await newPage({ viewport: { width: 360, height: 740 } });
  await call(page, "POST", "/admin/users", {
    name: "Grace Brewster Hopper",
    email: "grace.brewster.hopper@navy.example.com",
    role: "member",
  });
  await page.goto("/admin");
  const search = page.getByRole("searchbox", { name: "Find by name or e-mail" });
  const rows = page.getByRole("region", { name: "Users" }).locator("tbody tr");
  await rows.nth(1).waitFor();
  await search.fill("hopper");
  await page.waitForURL(/\?q=hopper$/);
  await rows.getByText("grace.brewster.hopper@navy.example.com").first().waitFor();
  await rows.nth(1).waitFor({ state: "detached" });
  const box = await rows.getByRole("button", { name: /^Actions for Grace/ }).boundingBox();
  expect((box?.x ?? 999) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
  await search.fill("");
  await page.waitForURL(/\/admin$/);
  await rows.nth(1).waitFor();
});

describe("the audit log", () => {
  test("is filtered by what is in the address, and tells all of a row", async () => {
    const page = await newPage();
    const stranger = await newPage({ storageState: { cookies: [], origins: [] } });
    await stranger.goto("/sign-in");
    await stranger.getByLabel("E-mail").fill("ada@example.com");
    await stranger.getByLabel("Password").fill("a guess at the password");
    await stranger.getByRole("button", { name: "Sign in" }).click();
    await stranger.getByRole("alert").waitFor();

    await page.goto("/admin");
    await page.getByRole("link", { name: "Audit log" }).click();
    const log = page.getByRole("region", { name: "Audit log" });
    await log
      .getByRole("row", { name: /Project created/ })
      .first()
      .waitFor();
    await page.getByLabel("Result").selectOption("Refused");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL(/\/admin\/audit\?kind=refusal$/);
    await log
      .getByRole("row", { name: /Project created/ })
      .first()
      .waitFor({ state: "detached" });
    await page.reload();
    expect(await page.getByLabel("Result").inputValue()).toBe("refusal");
    await log.getByRole("button", { name: "Authentication failed" }).first().focus();
    await page.keyboard.press("Enter");
    const row = page.getByRole("dialog", { name: /Authentication failed/ });
    await row.getByText("Wrong e-mail address or password (wrong_credentials)").waitFor();
    await row.getByText("127.0.0.1").waitFor();
    await row.getByText("POST /api/v1/auth/sign-in").waitFor();
    await row.getByRole("button", { name: "Only this object" }).click();
    await row.waitFor({ state: "detached" });
    await page.waitForURL(/\/admin\/audit\?kind=refusal&target=[\w-]+$/);
    const chip = page.getByRole("button", { name: /^Remove the filter Object/ });
    await chip.click();
    await chip.waitFor({ state: "detached" });
    await page.waitForURL(/\/admin\/audit\?kind=refusal$/);

    await page.getByLabel("Result").selectOption("Any");
    await page.getByLabel("Action").selectOption("Project created");
    await page.getByLabel("Person").fill("nobody of that name");
    await page.keyboard.press("Enter");
    await page.getByText("No such person").waitFor();
    expect(await page.getByLabel("Action").inputValue()).toBe("project.created");
    await page.getByLabel("Person").fill("ada@example.com");
    await page.keyboard.press("Enter");
    await page.waitForURL(/action=project.created&actor=/);
    await page.getByRole("button", { name: "Remove the filter Person Ada Lovelace" }).waitFor();
    await page.getByLabel("To").fill("2020-01-01");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByText("Nothing in the log matches these filters").waitFor();
    await page.getByRole("button", { name: "Clear the filters" }).click();
    await page.waitForURL(/\/admin\/audit$/);
    await log
      .getByRole("row", { name: /Project created/ })
      .first()
      .waitFor();
  });

  test("goes on page by page, and offers another try when it cannot be read", async () => {
    const page = await newPage();
    const rows = page.getByRole("region", { name: "Audit log" }).locator("tbody tr");
    for (let index = 0; index < 60; index++)
      await call(page, "PATCH", "/me", { name: "Ada Lovelace" });
    await page.route("**/api/v1/admin/audit?*", (route) => route.abort());
    await page.goto("/admin/audit?action=user.updated");
    await page.getByText("The audit log could not be read").waitFor();
    await page.unroute("**/api/v1/admin/audit?*");
    await page.getByRole("button", { name: "Try again" }).click();
    await rows.first().waitFor();
    expect(await rows.count()).toBe(50);
    await page.getByRole("button", { name: "Show more" }).click();
    await rows.nth(59).waitFor();
    const first = rows.nth(50).getByRole("button");
    await first.and(page.locator(":focus")).waitFor();
  });
});

test("signing out leads to the sign-in page, and nobody back to the page of who left", async () => {
  const { page } = await newPerson(await newPage(), "Cleo");
  await page.goto("/settings/keys");
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(/\/sign-in$/);
  await page.getByLabel("E-mail").waitFor();
  expect(new URL(page.url()).search).toBe("");
});

describe("a session that was ended elsewhere", () => {
  for (const [what, bytes] of Object.entries({ "a small file": 10, "a large file": 15_000_000 }))
    test(`leads to the sign-in page when ${what} is uploaded, and back`, async () => {
      const page = await newPage();
      const knowledge = `/projects/${projectId}/knowledge`;
      const path = join(server.dataDir, "upload.txt");
      await Bun.write(path, "a".repeat(bytes));
      await page.goto(knowledge, { waitUntil: "networkidle" });
      await page.context().clearCookies();
      await page.locator('input[type="file"]').setInputFiles(path);
      await page.waitForURL(`**/sign-in?next=${encodeURIComponent(knowledge)}`);
      await page.getByLabel("E-mail").fill("ada@example.com");
      await page.getByLabel("Password").fill("a long enough password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL(`**${knowledge}`);
      await page.getByRole("list", { name: "Uploads" }).getByRole("alert").waitFor();
    });

  test("leads to the sign-in page when a file is to be downloaded", async () => {
    const page = await newPage();
    await page.request.put(`${server.url}/api/v1/projects/${projectId}/files/notes.md`, {
      data: "# Notes",
      headers: { "content-type": "text/markdown", origin: server.url },
    });
    await page.goto(`/projects/${projectId}/knowledge`);
    const download = async () => {
      await page.getByRole("button", { name: "Actions for notes.md" }).click();
      await page.getByRole("menuitem", { name: "Download" }).click();
    };
    const arriving = page.waitForEvent("download");
    await download();
    expect((await arriving).suggestedFilename()).toBe("notes.md");
    await page.context().clearCookies();
    await download();
    await page.waitForURL(/\/sign-in\?next=/);
  });
});
