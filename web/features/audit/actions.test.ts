import { expect, test } from "bun:test";
import { audit } from "../../messages/en/audit.ts";
import { ACTIONS, isAction, REASONS } from "./actions.ts";

/** The codes that have a label with this prefix. */
const labelled = (prefix: string) =>
  Object.keys(audit).flatMap((id) => (id.startsWith(prefix) ? [id.slice(prefix.length)] : []));

test("each label of an action is shown for its code, and each of a reason for its own", () => {
  for (const [labels, prefix] of [
    [ACTIONS, "audit.action."],
    [REASONS, "audit.reason."],
  ] as const) {
    const codes = labelled(prefix);
    expect(codes.length).toBeGreaterThan(10);
    expect(Object.keys(labels).toSorted()).toEqual(codes.toSorted());
    expect(Object.entries(labels).map(([code, id]) => [code, String(id)])).toEqual(
      Object.keys(labels).map((code) => [code, `${prefix}${code}`]),
    );
  }
});

test("a code is an action when it has a label", () => {
  expect(isAction("user.created")).toBe(true);
  expect([isAction("user.flew"), isAction("toString")]).toEqual([false, false]);
});
