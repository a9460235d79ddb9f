import { describe, expect, test } from "bun:test";
import { newSecretKey, secretKeys } from "./secret-keys.ts";

const OLD = newSecretKey("old");
const NEW = newSecretKey("new");
const keys = secretKeys([NEW, OLD]);

describe("an encrypted secret", () => {
  test.each(["", "sk-1234", "Grüße 🏠", "x".repeat(10_000)])(
    "decrypts to the original: %#",
    (plain) => {
      expect(keys.open(keys.seal(plain, "provider"), "provider")).toBe(plain);
    },
  );

  test("reveals nothing of the plaintext and differs each time", () => {
    const sealed = keys.seal("sk-1234", "provider");
    expect(sealed).not.toContain("sk-1234");
    expect(sealed).not.toContain(Buffer.from("sk-1234").toString("base64url"));
    expect(keys.seal("sk-1234", "provider")).not.toBe(sealed);
  });

  test("decrypts only for its own purpose", () => {
    expect(() => keys.open(keys.seal("sk", "provider"), "webhook")).toThrow();
  });

  test("does not decrypt when any part of it was changed", () => {
    const parts = keys.seal("sk-1234", "provider").split(".");
    for (const index of [1, 2, 3]) {
      const changed = parts.map((part, at) =>
        at === index ? `${part.startsWith("A") ? "B" : "A"}${part.slice(1)}` : part,
      );
      expect(() => keys.open(changed.join("."), "provider")).toThrow();
    }
    for (const length of [1, 2, 3])
      expect(() => keys.open(parts.slice(0, length).join("."), "provider")).toThrow(
        "not in the ring",
      );
  });

  test("of an older key decrypts for as long as that key is in the ring", () => {
    const sealed = secretKeys([OLD]).seal("sk", "provider");
    expect(keys.open(sealed, "provider")).toBe("sk");
    expect(() => secretKeys([NEW]).open(sealed, "provider")).toThrow("not in the ring");
  });

  test("is fresh when it was encrypted with the newest key", () => {
    expect(keys.isFresh(keys.seal("sk", "provider"))).toBe(true);
    expect(keys.isFresh(secretKeys([OLD]).seal("sk", "provider"))).toBe(false);
    expect(keys.isFresh(secretKeys([newSecretKey("new2")]).seal("sk", "provider"))).toBe(false);
  });

  test("of another ring with the same key id does not decrypt", () => {
    const sealed = secretKeys([newSecretKey("new")]).seal("sk", "provider");
    expect(() => keys.open(sealed, "provider")).toThrow();
  });
});

describe("a signature", () => {
  const signature = keys.sign("value", "session");

  test("is 256 bits in base64url, and deterministic", () => {
    expect(signature).toMatch(/^[\w-]{43}$/);
    expect(keys.sign("value", "session")).toBe(signature);
  });

  test("is valid for its value, purpose and ring only", () => {
    expect(keys.verify("value", signature, "session")).toBe(true);
    expect(keys.verify("Value", signature, "session")).toBe(false);
    expect(keys.verify("value", signature, "reset")).toBe(false);
    expect(secretKeys([OLD]).verify("value", signature, "session")).toBe(false);
    for (const wrong of ["", signature.slice(1), `${signature}AAAA`, "A".repeat(43)])
      expect(keys.verify("value", wrong, "session")).toBe(false);
  });

  test("of an older key is valid for as long as that key is in the ring", () => {
    const old = secretKeys([OLD]).sign("value", "session");
    expect(keys.verify("value", old, "session")).toBe(true);
    expect(keys.sign("value", "session")).not.toBe(old);
  });
});

describe("a ring", () => {
  test("has at least one key, each of at least 24 bytes", () => {
    expect(() => secretKeys([])).toThrow("empty");
    const short = `short:${Buffer.alloc(23).toString("base64")}`;
    expect(() => secretKeys([NEW, short])).toThrow("24 bytes");
    expect(() => secretKeys([`enough:${Buffer.alloc(24).toString("base64")}`])).not.toThrow();
  });

  test("gets new keys of 32 random bytes", () => {
    const entry = newSecretKey("2026-01");
    expect(entry).toStartWith("2026-01:");
    expect(Buffer.from(entry.slice(8), "base64")).toHaveLength(32);
    expect(newSecretKey("2026-01")).not.toBe(entry);
  });
});
