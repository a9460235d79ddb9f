import { expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";
import { admin } from "../messages/en/admin.ts";
import { audit } from "../messages/en/audit.ts";
import { identity } from "../messages/en/identity.ts";
import { knowledge } from "../messages/en/knowledge.ts";
import { projects } from "../messages/en/projects.ts";
import { shell } from "../messages/en/shell.ts";
import { threads } from "../messages/en/threads.ts";
import { addMessages, formatAgo, formatBytes, formatMoney, type MessageId, t } from "./i18n.ts";

const web = join(import.meta.dir, "..");

/** All texts; the last ones are added by the pages that use them. */
const added = { ...admin, ...audit };
const en = { ...shell, ...identity, ...projects, ...threads, ...knowledge, ...added };

async function sourceFiles(): Promise<{ file: string; text: string }[]> {
  const found: { file: string; text: string }[] = [];
  for await (const file of new Glob("**/*.{ts,tsx}").scan({ cwd: web })) {
    if (file.startsWith("messages/") || file.includes(".test.")) continue;
    found.push({ file, text: await Bun.file(join(web, file)).text() });
  }
  return found;
}

async function sources(): Promise<string> {
  return (await sourceFiles()).map(({ text }) => text).join("\n");
}

const idsIn = (text: string) => Object.keys(en).filter((id) => text.includes(`"${id}"`));

test("every message is used somewhere", async () => {
  const used = new Set(idsIn(await sources()));
  expect(Object.keys(en).filter((id) => !used.has(id))).toEqual([]);
});

test("every message that is used exists", async () => {
  const asked = [...(await sources()).matchAll(/\bt\(\s*"([^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );
  expect(asked.length).toBeGreaterThan(100);
  expect(asked.filter((id) => !(id in en))).toEqual([]);
});

test("texts loaded with the administration are only used there", async () => {
  const files = (await sourceFiles()).filter(
    ({ file, text }) => idsIn(text).some((id) => id in added) && file !== "lib/api-schema.ts",
  );
  expect(files.length).toBeGreaterThan(5);
  const others = files.filter(({ file }) => !/^features\/(admin|audit|models)\//.test(file));
  expect(others.map(({ file }) => file)).toEqual([]);
});

test("an added text is found, a missing one shows its id", () => {
  const id: MessageId = "admin.users.since";
  expect(t(id)).toBe(id);
  addMessages(admin);
  expect(t(id)).toBe("Since");
  expect(t("common.save")).toBe("Save");
});

test("pages contain no English sentence outside the catalogue", async () => {
  const text = await sources();
  const found = [...text.matchAll(/>\s*([A-Z][a-z]+(?: [a-z]+)+[.?!]?)\s*</g)].map(
    (match) => match[1],
  );
  expect(found).toEqual([]);
});

test("no message contains the value of a setting", () => {
  const texts = Object.values(en).flatMap((text) =>
    typeof text === "string" ? [text] : [text.one, text.other],
  );
  expect(texts.filter((text) => /\d+ (?:days|MB|minutes|requests)/.test(text))).toEqual([]);
});

test("placeholders in a message are filled, and unknown ones stay visible", () => {
  expect(t("branch.position", { index: 1, total: 3 })).toBe("1 of 3");
  expect(t("branch.position", { index: 1 })).toBe("1 of {total}");
});

test("a count chooses its plural", () => {
  expect(t("search.count", { count: 1 })).toBe("1 passage");
  expect(t("search.count", { count: 0 })).toBe("0 passages");
  expect(t("search.count", { count: 2 })).toBe("2 passages");
});

test("money keeps fractions of a cent", () => {
  expect(formatMoney(0)).toBe("$0.00");
  expect(formatMoney(1_234_560_000)).toBe("$1,234.56");
  expect(formatMoney(1_234)).toBe("$0.0012");
  expect(formatMoney(42)).toBe("$0.000042");
});

test("sizes use the fitting unit", () => {
  expect(formatBytes(0)).toBe("0 bytes");
  expect(formatBytes(1)).toBe("1 byte");
  expect(formatBytes(1_500)).toBe("2 kB");
  expect(formatBytes(1_500_000)).toBe("1.5 MB");
});

test("recent times are relative, old ones are dates", () => {
  const now = Date.UTC(2026, 5, 15, 12);
  expect(formatAgo(new Date(now - 10_000).toISOString(), now)).toBe("just now");
  expect(formatAgo(new Date(now - 300_000).toISOString(), now)).toBe("5 minutes ago");
  expect(formatAgo(new Date(now - 3 * 86_400_000).toISOString(), now)).toBe("3 days ago");
  expect(formatAgo("2024-02-03T12:00:00.000Z", now)).toBe("Feb 3, 2024");
});
