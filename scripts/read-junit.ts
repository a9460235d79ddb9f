import { existsSync, readFileSync } from "node:fs";
import { XMLParser } from "fast-xml-parser";
import { z } from "zod";

const junitCase = z.object({
  name: z.string(),
  file: z.string().optional(),
  failure: z.array(z.object({ message: z.string().optional() })).optional(),
  error: z.array(z.object({ message: z.string().optional() })).optional(),
  skipped: z.array(z.unknown()).optional(),
});
interface JunitSuite {
  testsuite?: JunitSuite[] | undefined;
  testcase?: z.infer<typeof junitCase>[] | undefined;
}
const junitSuite: z.ZodType<JunitSuite> = z.object({
  get testsuite() {
    return z.array(junitSuite).optional();
  },
  testcase: z.array(junitCase).optional(),
});
const junitReport = z.object({ testsuites: z.array(junitSuite) });

/** Reads Bun's JUnit report; a skipped test counts as failed. Nothing where there is no report. */
export function readJunit(file: string): { passed: number; failures: string[] } {
  if (!existsSync(file)) return { passed: 0, failures: [] };
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseAttributeValue: false,
    htmlEntities: true,
    isArray: (_name, _path, _leaf, isAttribute) => !isAttribute,
  });
  const report = junitReport.parse(parser.parse(readFileSync(file, "utf8")));
  const tests = report.testsuites.flatMap(testsOf);
  const failures = tests.flatMap((test) => {
    const failure = test.failure?.[0] ?? test.error?.[0];
    if (failure === undefined && test.skipped === undefined) return [];
    const why = failure === undefined ? "skipped" : (failure.message ?? "failed");
    return [`${test.file}: ${test.name}\n${indent(why)}`];
  });
  return { passed: tests.length - failures.length, failures };
}

function testsOf(suite: JunitSuite): z.infer<typeof junitCase>[] {
  return [...(suite.testcase ?? []), ...(suite.testsuite ?? []).flatMap(testsOf)];
}

function indent(text: string): string {
  return text.trim().slice(0, 2000).replace(/^/gm, "    ");
}
