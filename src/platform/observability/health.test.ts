import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { Lifecycle } from "../lifecycle.ts";
import { healthRoutes } from "./health.ts";

let lifecycle: Lifecycle;
beforeEach(() => {
  lifecycle = new Lifecycle();
});
afterEach(() => {
  jest.useRealTimers();
});

const probe = async (path: string, ready: () => Promise<boolean> = async () => true) => {
  const answer = await healthRoutes(lifecycle, ready).request(path);
  return `${answer.status} ${await answer.text()}`;
};

describe("a probe", () => {
  test("is live from start to exit", async () => {
    expect(await probe("/livez")).toBe("200 ok");
    lifecycle.leave();
    expect(await probe("/livez", async () => false)).toBe("200 ok");
  });

  test("is started once start-up is complete", async () => {
    expect(await probe("/startupz")).toBe("503 starting");
    lifecycle.markStarted();
    expect(await probe("/startupz")).toBe("200 ok");
  });

  test("is ready between start and drain, when its dependencies are available", async () => {
    expect(await probe("/readyz")).toBe("503 starting");
    lifecycle.markStarted();
    expect(await probe("/readyz")).toBe("200 ok");
    expect(await probe("/readyz", async () => false)).toBe("503 not ready");
    const broken = async () => {
      throw new Error("the database is away");
    };
    expect(await probe("/readyz", broken)).toBe("503 not ready");
    lifecycle.drain();
    expect(await probe("/readyz")).toBe("503 draining");
  });

  test("gives dependencies two seconds", async () => {
    lifecycle.markStarted();
    jest.useFakeTimers();
    let said: string | undefined;
    void probe("/readyz", () => new Promise(() => {})).then((answer) => {
      said = answer;
    });
    const turns = async () => {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    };
    await turns();
    jest.advanceTimersByTime(1_999);
    await turns();
    expect(said).toBeUndefined();
    jest.advanceTimersByTime(1);
    await turns();
    expect(said).toBe("503 not ready");
  });
});
