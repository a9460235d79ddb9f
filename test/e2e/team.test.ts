import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, PATIENCE_MS, screenshot } from "../support/browser.ts";
import { type StartedServer, startServer } from "../support/server.ts";
import { answersOn, citationsOf, makeProject, QUESTION, setUp } from "./steps.ts";

/** Two people in one project: what the second one sees, may do, and cannot overwrite. */

let server: StartedServer;
let browser: Browser;
let ada: Page;
let bob: Page;
let project = "";
const complaints: string[] = [];

beforeAll(async () => {
  server = await startServer();
  browser = await launchBrowser();
  [ada, bob] = [await newPerson(), await newPerson()];
  await setUp(ada, server);
  project = `${server.url}/projects/${await makeProject(ada, "The studio")}`;
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  server?.remove();
  expect(complaints).toEqual([]);
});

async function newPerson(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on("pageerror", (error) => complaints.push(error.message));
  return page;
}

test("an admin makes an account, and its owner chooses the password", async () => {
  await ada.goto(`${server.url}/admin`);
  await ada.getByRole("button", { name: "New user" }).click();
  await ada.getByRole("dialog").getByLabel("Name").fill("Bob");
  await ada.getByRole("dialog").getByLabel("E-mail").fill("bob@example.com");
  await ada.getByRole("button", { name: "Create account" }).click();
  const link = await ada.locator(".secret code").textContent();
  await bob.goto(link ?? "");
  await bob.getByLabel("New password").fill("bob's own password");
  await bob.keyboard.press("Enter");
  await bob.getByRole("heading", { name: "Sign in" }).waitFor();
  await bob.getByLabel("E-mail").fill("bob@example.com");
  await bob.getByLabel("Password").fill("bob's own password");
  await bob.keyboard.press("Enter");
  await bob.getByRole("heading", { name: /Bob/ }).waitFor();
});

test("a project is not there for who is no member", async () => {
  await bob.goto(project);
  await bob.getByText("Project not found").first().waitFor();
});

test("a viewer reads what is shared and changes none of it", async () => {
  await ada.goto(`${project}/members`);
  await ada.getByLabel("E-mail of an existing user").fill("bob@example.com");
  await ada.getByRole("combobox", { name: "Role", exact: true }).selectOption("viewer");
  await ada.getByRole("button", { name: "Add" }).click();
  await ada.getByText("bob@example.com").waitFor();
  await ada.goto(project);
  await ada.getByLabel("Message").fill(QUESTION);
  await ada.keyboard.press("Enter");
  await citationsOf(answersOn(ada).last()).first().waitFor({ timeout: 30_000 });
  await ada.getByRole("button", { name: /^Actions for / }).click();
  await ada.getByRole("menuitem", { name: /Share/ }).click();
  await ada.getByText("All members of the project can read this thread now").waitFor();

  await bob.goto(project);
  await bob
    .getByRole("link", { name: /How high is the monthly rent/ })
    .last()
    .click();
  await citationsOf(answersOn(bob).last()).first().waitFor();
  await bob.getByText("You can read this thread but not write in it.").waitFor();
  expect(await bob.getByRole("textbox", { name: "Message" }).count()).toBe(0);
  expect(await bob.getByRole("button", { name: "Answer again" }).count()).toBe(0);
  await screenshot(bob, "team-viewer-thread");

  await bob.goto(`${project}/knowledge`);
  await bob.getByRole("link", { name: "lease.pdf" }).waitFor();
  expect(await bob.getByRole("button", { name: "Upload" }).count()).toBe(0);
  await bob.goto(`${project}/instructions`);
  expect(await bob.getByLabel("Instructions").isDisabled()).toBe(true);
  await bob.goto(`${project}/members`);
  await bob.getByText("Ada Lovelace").waitFor();
  expect(await bob.getByRole("button", { name: "Add" }).count()).toBe(0);
  await screenshot(bob, "team-viewer-members");
});

test("a viewer asks the project in a thread that only they see", async () => {
  await bob.goto(project);
  await bob.getByLabel("Message").fill("How long are the quiet hours?");
  await bob.keyboard.press("Enter");
  await citationsOf(answersOn(bob).last()).first().waitFor({ timeout: 30_000 });
  await ada.goto(project);
  await ada
    .getByRole("link", { name: /How high is the monthly rent/ })
    .last()
    .waitFor();
  expect(await ada.getByRole("link", { name: /quiet hours/ }).count()).toBe(0);
});

test("instructions that somebody else changed meanwhile are not overwritten unseen", async () => {
  const other = await ada.context().newPage();
  for (const page of [ada, other]) {
    await page.goto(`${project}/instructions`);
    await page.getByLabel("Instructions").waitFor();
  }
  await other.getByLabel("Instructions").fill("Answer in one sentence.");
  await other.getByRole("button", { name: "Save" }).click();
  await other.getByText("Saved").waitFor();
  await ada.getByLabel("Instructions").fill("Answer at length.");
  await ada.getByRole("button", { name: "Save" }).click();
  await ada.getByRole("alert").filter({ hasText: "Someone else changed" }).waitFor();
  expect(await ada.getByLabel("Instructions").inputValue()).toBe("Answer at length.");
  await screenshot(ada, "team-conflict");
  await ada.getByRole("button", { name: "Show their text" }).click();
  expect(await ada.getByLabel("Instructions").inputValue()).toBe("Answer in one sentence.");
  await ada.getByLabel("Instructions").fill("Answer briefly.");
  await ada.getByRole("button", { name: "Save" }).click();
  await ada.getByText("Saved").waitFor();
  await other.reload();
  expect(await other.getByLabel("Instructions").inputValue()).toBe("Answer briefly.");
});
