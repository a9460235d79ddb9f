import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import type { AppEnv } from "./hono-env.ts";
import { securityHeaders } from "./security.ts";

const headersOf = async (path: string, https: boolean) => {
  const app = new Hono<AppEnv>();
  app.use(securityHeaders(https));
  app.get("/page", (c) => c.text("page"));
  app.get("/own", (c) => c.text("own", 200, { "content-security-policy": "sandbox" }));
  return Object.fromEntries(
    [...(await app.request(path)).headers].filter(([name]) => name !== "content-type"),
  );
};

const COMMON = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
  "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'";

describe("every answer", () => {
  test("does not allow foreign scripts, frames or referrers", async () => {
    expect(await headersOf("/page", false)).toEqual({
      ...COMMON,
      "content-security-policy": POLICY,
    });
  });

  test("keeps a stricter policy of its own", async () => {
    expect((await headersOf("/own", false))["content-security-policy"]).toBe("sandbox");
  });

  test("over HTTPS sends HSTS for a year, also with a 404", async () => {
    for (const path of ["/page", "/nothing"])
      expect((await headersOf(path, true))["strict-transport-security"]).toBe(
        "max-age=31536000; includeSubDomains",
      );
  });
});
