import { describe, expect, test } from "bun:test";
import { createLogger, describeError } from "./logger.ts";

class OddError extends Error {
  override readonly name = "OddError";
  readonly code = "E_ODD";
}

describe("a log", () => {
  const linesAt = (level: string) => {
    const lines: string[] = [];
    const logger = createLogger(level, { write: (line: string) => void lines.push(line) });
    logger.info({ requestId: "r1" }, "request");
    logger.debug("detail");
    return lines.map((line): unknown => JSON.parse(line));
  };

  test("writes one JSON line per event, with level, time and message", () => {
    expect(linesAt("info")).toEqual([
      {
        level: "info",
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        requestId: "r1",
        message: "request",
      },
    ]);
  });

  test("respects its level", () => {
    expect(linesAt("debug")).toHaveLength(2);
    expect(linesAt("silent")).toHaveLength(0);
  });

  test("describes an error without its message", () => {
    const lines: string[] = [];
    const logger = createLogger("info", { write: (line: string) => void lines.push(line) });
    logger.error({ err: new OddError("the secret plan") }, "failed");
    expect(lines[0]).not.toContain("the secret plan");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ err: { type: "OddError", code: "E_ODD" } });
  });
});

describe("an error in a log", () => {
  test("has class, code and frames, also of its causes, and no message", () => {
    const cause = new OddError("quotes what people wrote");
    const described = describeError(new Error("quotes it too", { cause }));
    expect(described).toEqual({
      type: "Error",
      cause: { type: "OddError", code: "E_ODD", frames: expect.any(Array) },
      frames: expect.any(Array),
    });
    expect(JSON.stringify(described)).not.toContain("quotes");
  });

  test("has twelve frames at most, each with a location", () => {
    const error = new Error("x");
    error.stack = `Error: x\n${"    at call (/app/src/a.ts:1:2)\n".repeat(20)}`;
    const { frames } = describeError(error);
    expect(frames).toHaveLength(12);
    for (const frame of Array.isArray(frames) ? frames : []) expect(frame).toStartWith("at ");
  });

  test("omits a code that is no text; a value that is no error has only its type", () => {
    expect(describeError(Object.assign(new Error("x"), { code: 23505 }))).not.toHaveProperty(
      "code",
    );
    expect(describeError("secret")).toEqual({ type: "string" });
    expect(describeError(undefined)).toEqual({ type: "undefined" });
  });
});
