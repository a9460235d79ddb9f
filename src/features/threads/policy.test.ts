import { describe, expect, test } from "bun:test";
import type { ProjectRole } from "../projects/index.ts";
import { allowed } from "./policy.ts";

describe("a member's access to a thread", () => {
  const shared: [ProjectRole, string][] = [
    ["viewer", "read"],
    ["editor", "read write"],
    ["owner", "read write manage"],
  ];
  const may = (standing: Parameters<typeof allowed>[0]) =>
    Object.entries(allowed(standing))
      .flatMap(([level, granted]) => (granted ? [level] : []))
      .join(" ");

  test.each(shared)("shared, of another member, as %s: %s", (role, expected) => {
    expect(may({ isOwner: false, visibility: "project", role })).toBe(expected);
  });

  test.each(shared)("private, of another member, as %s: none", (role) => {
    expect(may({ isOwner: false, visibility: "private", role })).toBe("");
  });

  test.each(shared)("of their own, as %s: full", (role) => {
    for (const visibility of ["private", "project"] as const)
      expect(may({ isOwner: true, visibility, role })).toBe("read write manage");
  });
});
