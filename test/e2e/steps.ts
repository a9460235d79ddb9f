import type { Locator, Page } from "playwright-core";
import { makePdf } from "../support/make-pdf.ts";
import type { StartedServer } from "../support/server.ts";

/** Browser steps shared by several tests. */

export const LEASE = [
  "LEASE AGREEMENT",
  "",
  "The monthly rent for the studio is 1,200 euros, payable on the third working day.",
  "",
  "The deposit amounts to three months of rent and is returned within six weeks.",
];
export const HOUSE_RULES = `# House rules

## Noise

Quiet hours last from ten in the evening until seven in the morning.

## Rent and repairs

The tenant reports repairs in writing; the monthly rent is not reduced for repairs under a week.
`;
export const QUESTION = "How high is the monthly rent, and is it reduced for repairs?";

/** Creates the first account with the setup link; `picture` is called when its form is filled in. */
export async function setUp(
  page: Page,
  server: StartedServer,
  picture: () => Promise<void> = async () => {},
): Promise<void> {
  await page.goto(server.setupUrl ?? "");
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("E-mail").fill("ada@example.com");
  await page.getByLabel("Password", { exact: true }).fill("a long enough password");
  await picture();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /Ada/ }).waitFor();
}

/**
 * Creates a project from the dashboard and uploads the lease as a PDF and the house rules as Markdown.
 * @returns the project's id.
 */
export async function makeProject(page: Page, name: string): Promise<string> {
  await page.getByRole("link", { name: "New project" }).first().click();
  await page.getByRole("dialog").getByLabel("Name").fill(name);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name }).waitFor();
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
  while ((await page.getByText(/Waiting|Reading/).count()) > 0) await page.waitForTimeout(50);
  return /projects\/([\w-]+)/.exec(page.url())?.[1] ?? "";
}

/** The answers of the thread on the page, oldest first. */
export const answersOn = (page: Page) => page.getByRole("article", { name: "Answer" });

/** The chips of an answer's verified citations. */
export const citationsOf = (answer: Locator) =>
  answer.getByRole("button", { name: /^Source \d+: / });

/**
 * Opens each citation of an answer; `picture` is called beside the first.
 * @returns the marked words in each cited document, by its name.
 */
export async function openCitations(
  page: Page,
  answer: Locator,
  picture: () => Promise<void> = async () => {},
): Promise<Map<string, string>> {
  const chips = citationsOf(answer);
  const opened = new Map<string, string>();
  for (let index = 0; index < (await chips.count()); index++) {
    const name = (await chips.nth(index).getAttribute("aria-label")) ?? "";
    await chips.nth(index).click();
    const mark = page.getByRole("complementary", { name: /^Source: / }).locator("mark");
    await mark.first().waitFor();
    opened.set(name.replace(/^Source \d+: /, ""), (await mark.allTextContents()).join(""));
    if (index === 0) await picture();
    await page.keyboard.press("Escape");
    await mark.first().waitFor({ state: "detached" });
  }
  return opened;
}

/** A function that calls the API of a server as the signed-in user of a page. */
export function callerOf(origin: () => string) {
  return async <T>(page: Page, method: string, path: string, body?: unknown): Promise<T> => {
    const response = await page.request.fetch(`${origin()}/api/v1${path}`, {
      method,
      ...(body === undefined ? {} : { data: body }),
      headers: { origin: origin() },
    });
    if (!response.ok())
      throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`);
    const text = await response.text();
    return (text === "" ? undefined : JSON.parse(text)) as T;
  };
}
