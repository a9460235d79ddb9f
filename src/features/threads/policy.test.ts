import { describe, expect, test } from "bun:test";
import type { ProjectRole } from "../projects/index.ts";
import { allowed } from "./policy.ts";

describe("what a member may do with a thread", () => {
  const shared: [ProjectRole, string][] = [
    ["viewer", "read"],
    ["editor", "read write"],
    ["owner", "read write manage"],
  ];
  const may = (standing: Parameters<typeof allowed>[0]) =>
    Object.entries(allowed(standing))
      .flatMap(([level, granted]) => (granted ? [level] : []))
      .join(" ");

  test.each(shared)("that is shared and somebody else's, as %s: %s", (role, expected) => {
    expect(may({ isOwner: false, visibility: "project", role })).toBe(expected);
  });

  test.each(shared)("that is private and somebody else's, as %s: nothing", (role) => {
    expect(may({ isOwner: false, visibility: "private", role })).toBe("");
  });

  test.each(shared)("of their own, as %s: everything", (role) => {
    for (const visibility of ["private", "project"] as const)
      expect(may({ isOwner: true, visibility, role })).toBe("read write manage");
  });
});
