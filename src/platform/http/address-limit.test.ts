import { expect, test } from "bun:test";
import { AddressLimit } from "./address-limit.ts";
import { consume, createLimiter } from "./limiter.ts";
import { Problem } from "./problem.ts";

const limitOf = (points: number) =>
  new AddressLimit({ counts: null }, { name: "test", points, seconds: 60 });
const refusal = async (counted: Promise<void>) => {
  const problem = await counted.then(
    () => undefined,
    (error) => error,
  );
  if (problem !== undefined && !(problem instanceof Problem)) throw problem;
  return problem;
};

test("one address may do it so many times in a window; others have their own count", async () => {
  const limit = limitOf(2);
  for (let call = 0; call < 2; call++) await limit.count("192.0.2.1");
  const problem = await refusal(limit.count("192.0.2.1"));
  expect(problem).toMatchObject({ status: 429, code: "rate_limited" });
  expect(problem?.options).toMatchObject({ refusal: { action: "auth.throttled" } });
  expect(Number(problem?.options.headers?.["retry-after"])).toBeWithin(59, 61);
  await limit.count("192.0.2.2");
});

test("a call that is given back is not counted", async () => {
  const limit = limitOf(1);
  await limit.count("192.0.2.1");
  await limit.giveBack("192.0.2.1");
  await limit.count("192.0.2.1");
  expect((await refusal(limit.count("192.0.2.1")))?.status).toBe(429);
});

test("a caller may refuse with a problem of its own, which tells the whole seconds to wait", async () => {
  const limit = limitOf(1);
  await limit.count("192.0.2.1");
  const own = (seconds: number) => new Problem(429, `wait_${seconds}`, "Wait.");
  expect((await refusal(limit.count("192.0.2.1", own)))?.code).toBe("wait_60");
});

test("no points are no limit", async () => {
  const limit = limitOf(0);
  for (let call = 0; call < 5; call++) await limit.count("192.0.2.1");
});

test("a count that fails is no count that is used up", async () => {
  const limiter = createLimiter(null, { name: "test", points: 1, seconds: 60 });
  limiter.consume = () => Promise.reject(new Error("broken"));
  await expect(consume(limiter, "a")).rejects.toThrow("broken");
});
