import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readJunit } from "./read-junit.ts";

test("failed and skipped tests of any depth are named, with their reason", () => {
  const folder = mkdtempSync(join(tmpdir(), "junit-"));
  const file = join(folder, "report.xml");
  writeFileSync(
    file,
    `<?xml version="1.0"?><testsuites tests="4"><testsuite name="a">
      <testcase name="holds" file="a.test.ts" />
      <testsuite name="inner">
        <testcase name="adds &amp; &quot;quotes&quot;" file="a.test.ts"><failure message="Expected: 2&#10;Received: 1">trace</failure></testcase>
        <testcase name="waits" file="a.test.ts"><skipped /></testcase>
      </testsuite>
    </testsuite><testsuite name="b"><testcase name="12" file="b.test.ts" /></testsuite></testsuites>`,
  );
  expect(readJunit(file)).toEqual({
    passed: 2,
    failures: [
      'a.test.ts: adds & "quotes"\n    Expected: 2\n    Received: 1',
      "a.test.ts: waits\n    skipped",
    ],
  });
  rmSync(folder, { recursive: true });
});

test("a suite that left no report has no test", () => {
  expect(readJunit(join(tmpdir(), "no-such-report.xml"))).toEqual({ passed: 0, failures: [] });
});
