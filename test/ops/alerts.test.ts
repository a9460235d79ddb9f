import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../scripts/ops/command-line.ts";
import { parseObjects, renderText, repositoryRoot, tool } from "../../scripts/ops/environments.ts";
import { at, maps, needTools, text } from "./manifests.ts";

await needTools("kustomize", "promtool");
const promtool = await tool("promtool");

describe("the alerts, by promtool", () => {
  let folder: string;
  let spec: unknown;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "atelier-alerts-"));
    const objects = parseObjects(
      await renderText(repositoryRoot(), "overlays/production/monitoring"),
    );
    spec = at(
      objects.find((object) => object.kind === "PrometheusRule"),
      "spec",
    );
    await copyFile(join(import.meta.dir, "alerts/cases.yaml"), join(folder, "cases.yaml"));
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const tested = async (rules: string) => {
    await Bun.write(join(folder, "rules.yaml"), rules);
    return run([promtool, "test", "rules", "cases.yaml"], { cwd: folder });
  };
  const alerts = () => maps(spec, "groups").flatMap((group) => maps(group, "rules"));

  test("fire when they should and not before", async () => {
    const said = await tested(JSON.stringify(spec));
    expect(said.stdout + said.stderr).toContain("SUCCESS");
    expect(said.code).toBe(0);
  });

  test("each has a case in which it fires", async () => {
    const cases = Bun.YAML.parse(await Bun.file(join(folder, "cases.yaml")).text());
    const fired = new Set(
      maps(cases, "tests")
        .flatMap((one) => maps(one, "alert_rule_test"))
        .filter((one) => maps(one, "exp_alerts").length > 0)
        .map((one) => text(one, "alertname")),
    );
    expect([...fired].sort()).toEqual(
      alerts()
        .map((rule) => text(rule, "alert"))
        .sort(),
    );
  });

  test("a flipped comparison or a dropped patience fails the cases", async () => {
    const survivors: string[] = [];
    for (const rule of alerts()) {
      const name = text(rule, "alert");
      const expression = text(rule, "expr");
      const flipped = expression.replace(
        / (>=|==|>|<) /,
        (_, sign: string) => ` ${{ ">=": "<", "==": "!=", ">": "<", "<": ">" }[sign]} `,
      );
      for (const [what, change] of [
        ["flipped", { expr: flipped }],
        ["without patience", { for: "0s" }],
      ] as const) {
        const groups = maps(spec, "groups").map((group) => ({
          ...group,
          rules: maps(group, "rules").map((other) =>
            other.alert === name ? { ...other, ...change } : other,
          ),
        }));
        if ((await tested(JSON.stringify({ groups }))).code === 0)
          survivors.push(`${name} ${what}`);
      }
    }
    expect(survivors).toEqual([]);
  }, 180_000);
});
