import { afterAll, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadOrCreateKeyRing, readKeyRing } from "./key-ring-file.ts";

const root = mkdtempSync(join(tmpdir(), "atelier-ring-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("a data folder gets one key on first use, which only its owner can read, and keeps it", () => {
  const folder = join(root, "new", "data");
  expect(readKeyRing(folder)).toBeNull();
  const ring = loadOrCreateKeyRing(folder);
  expect(ring).toHaveLength(1);
  expect(ring[0]).toStartWith("k1:");
  const file = join(folder, "secret-keys");
  expect(readFileSync(file, "utf8")).toBe(`${ring[0]}\n`);
  expect([statSync(file).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(loadOrCreateKeyRing(folder)).toEqual(ring);
  expect(readKeyRing(folder)).toEqual(ring);
});

test("a ring of several keys is read in its order, without blank lines", () => {
  writeFileSync(join(root, "secret-keys"), "k2:new\n\nk1:old\n");
  expect(readKeyRing(root)).toEqual(["k2:new", "k1:old"]);
  expect(loadOrCreateKeyRing(root)).toEqual(["k2:new", "k1:old"]);
});

test("a key is never written through what is in its place", () => {
  const folder = join(root, "linked");
  mkdirSync(folder);
  const elsewhere = join(root, "elsewhere");
  symlinkSync(elsewhere, join(folder, "secret-keys"));
  expect(() => loadOrCreateKeyRing(folder)).toThrow("EEXIST");
  expect(existsSync(elsewhere)).toBe(false);
});
