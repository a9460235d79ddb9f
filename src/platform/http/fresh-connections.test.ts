import { expect, test } from "bun:test";
import { freshAfterIdle } from "./fresh-connections.ts";

test("a host not called for half a minute gets a new connection", async () => {
  let now = 1_000_000;
  const kept: (boolean | undefined)[] = [];
  const fetch = freshAfterIdle(
    async (_, init) => {
      kept.push(init.keepalive);
      // The idle time begins with the answer.
      await Promise.resolve();
      now += 500;
      return new Response();
    },
    () => now,
  );
  const ask = (url: string) => fetch(url, { method: "POST" });
  await ask("https://one.example/a");
  await ask("https://one.example/b");
  now += 30_000;
  await ask("https://one.example/a");
  now += 30_001;
  await ask("https://two.example/a");
  await ask("https://one.example/a");
  expect(kept).toEqual([undefined, undefined, undefined, undefined, false]);
});

test("a call that failed was a use of its connection too", async () => {
  let now = 1_000_000;
  const kept: (boolean | undefined)[] = [];
  const fetch = freshAfterIdle(
    async (_, init) => {
      kept.push(init.keepalive);
      throw new Error("refused");
    },
    () => now,
  );
  for (let call = 0; call < 2; call++) {
    await expect(fetch("https://one.example/", {})).rejects.toThrow("refused");
    now += 30_001;
  }
  expect(kept).toEqual([undefined, false]);
});

test("the request itself is unchanged", async () => {
  let now = 0;
  const seen: RequestInit[] = [];
  const fetch = freshAfterIdle(
    async (_, init) => {
      seen.push(init);
      return new Response();
    },
    () => now,
  );
  const init = { method: "POST", body: "{}", redirect: "manual" as const };
  await fetch("https://one.example/", init);
  now += 60_000;
  await fetch("https://one.example/", init);
  expect(seen).toEqual([init, { ...init, keepalive: false }]);
});
