import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { type Ctx, systemContext } from "../../platform/context.ts";
import { storeSetting } from "./repo.ts";
import { getSetting, getSettings, signUpPolicy } from "./settings.ts";

let app: TestApp;
let ctx: Ctx;
beforeAll(async () => {
  app = await createTestApp({ env: { ATELIER_SIGN_UP: "open" } });
  ctx = systemContext(app.deps, "test");
});
afterAll(() => app.close());

const store = (name: string, value: boolean | string | string[] | null, at: string) =>
  storeSetting(ctx.db, name, value, new Date(at));

test("settings that were never set are as configured", async () => {
  expect(await getSettings(ctx)).toEqual({
    signUpOpen: true,
    signUpOpenSet: null,
    signUpDomains: [],
    defaultModelId: null,
    version: 0,
  });
});

test("what was set counts, and the version is that of the latest change", async () => {
  const modelId = Bun.randomUUIDv7();
  await store("defaultModelId", modelId, "2026-11-27T12:00:00.007Z");
  await store("signUpDomains", ["example.com"], "2026-11-27T12:00:00.005Z");
  await store("signUpOpen", false, "2026-11-27T12:00:00.006Z");
  expect(await getSettings(ctx)).toEqual({
    signUpOpen: false,
    signUpOpenSet: false,
    signUpDomains: ["example.com"],
    defaultModelId: modelId,
    version: Date.parse("2026-11-27T12:00:00.007Z"),
  });
  expect(await signUpPolicy(ctx)).toEqual({ open: false, domains: ["example.com"] });
  expect(await getSetting(ctx, "defaultModelId")).toBe(modelId);
});

test("a rule of sign-up whose format only a newer release knows closes it, and does not hide the others", async () => {
  await store("signUpOpen", true, "2026-11-27T13:00:00Z");
  await store("signUpDomains", "example.*", "2026-11-27T13:00:00Z");
  await store("newSetting", "unknown", "2026-11-27T13:00:00Z");
  expect(await signUpPolicy(ctx)).toEqual({ open: false, domains: [] });
  await store("signUpDomains", ["example.com"], "2026-11-27T13:00:00Z");
  expect(await signUpPolicy(ctx)).toEqual({ open: true, domains: ["example.com"] });
  await store("signUpOpen", "by invitation", "2026-11-27T13:00:00Z");
  const settings = await getSettings(ctx);
  expect(settings).toMatchObject({ signUpOpen: false, signUpDomains: ["example.com"] });
  expect(settings.defaultModelId).not.toBeNull();
});

test("a default model of a format only a newer release knows counts as never set", async () => {
  await store("defaultModelId", "not an id", "2026-11-27T13:00:00Z");
  expect(await getSetting(ctx, "defaultModelId")).toBeNull();
});

test("a setting that is reset is as configured again", async () => {
  await store("signUpOpen", false, "2026-11-27T14:00:00Z");
  await store("signUpOpen", null, "2026-11-27T14:00:01Z");
  expect(await signUpPolicy(ctx)).toMatchObject({ open: true });
});
