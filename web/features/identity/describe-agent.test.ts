import { expect, test } from "bun:test";
import { describeAgent } from "./describe-agent.ts";

const mozilla = "Mozilla/5.0";
const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0";

test("a session is named by browser and system, whatever else the browser claims to be", () => {
  for (const [agent, words] of [
    [
      `${mozilla} (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36 Edg/126.0`,
      "Edge · Windows",
    ],
    [
      `${mozilla} (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36 OPR/110.0`,
      "Opera · Windows",
    ],
    [`${mozilla} (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0`, "Firefox · Linux"],
    [`${mozilla} (Linux; Android 14; Pixel 8) ${chrome} Mobile Safari/537.36`, "Chrome · Android"],
    [`${mozilla} (Macintosh; Intel Mac OS X 10_15_7) ${chrome} Safari/537.36`, "Chrome · macOS"],
    [
      `${mozilla} (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1`,
      "Safari · iPhone",
    ],
    [
      `${mozilla} (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1`,
      "Safari · iPad",
    ],
    ["curl (Linux)", "Linux"],
    ["Chrome/1", "Chrome"],
  ] as const)
    expect(describeAgent(agent)).toBe(words);
});

test("a user agent with neither is shown as it is, shortened", () => {
  expect(describeAgent(`curl/8.5.0 ${"x".repeat(80)}`)).toBe(`curl/8.5.0 ${"x".repeat(49)}`);
  expect(describeAgent(null)).toBe("Unknown browser");
  expect(describeAgent("")).toBe("Unknown browser");
});
