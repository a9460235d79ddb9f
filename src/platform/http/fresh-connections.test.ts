import { expect, test } from "bun:test";
import { freshAfterIdle } from "./fresh-connections.ts";

test("a host not called for half a minute gets a new connection", async () => {
  let now = 1_000_000;
  const kept: (boolean | undefined)[] = [];
  const fetch = freshAfterIdle(
    async (_, init) => {
      kept.push(init.keepalive);
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

test("the request itself is unchanged", async () => {
  const seen: RequestInit[] = [];
  const fetch = freshAfterIdle(async (_, init) => {
    seen.push(init);
    return new Response();
  });
  const init = { method: "POST", body: "{}", redirect: "manual" as const };
  await fetch("https://one.example/", init);
  expect(seen).toEqual([init]);
});
