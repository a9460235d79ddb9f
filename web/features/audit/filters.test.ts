import { expect, test } from "bun:test";
import { addressOf, countFilters, type Filters, readFilters, toQuery } from "./filters.ts";

const ID = "0199b4a0-0000-7000-8000-000000000001";

test("filters are restored from an address", () => {
  const filters: Filters = {
    kind: "refusal",
    action: "auth.failed",
    actor: ID,
    target: "a b&c",
    project: ID,
    from: "2026-01-31",
    to: "2026-02-28",
  };
  const address = new URL(addressOf(filters), "http://localhost");
  expect(address.pathname).toBe("/admin/audit");
  expect(readFilters(Object.fromEntries(address.searchParams))).toEqual(filters);
  expect(countFilters(filters)).toBe(7);
});

test("no filters are the log itself", () => {
  expect(addressOf(readFilters({}))).toBe("/admin/audit");
  expect(countFilters(readFilters({ q: "x" }))).toBe(0);
  expect(Object.values(toQuery(readFilters({}))).filter((value) => value !== undefined)).toEqual(
    [],
  );
});

test("values that the API would refuse are ignored", () => {
  const bad: Record<string, string>[] = [
    { kind: "toString" },
    { action: "project.exploded" },
    { action: "constructor" },
    { actor: "ada" },
    { project: `${ID}0` },
    { target: "" },
    { target: "x".repeat(101) },
    { from: "2026-02-31" },
    { from: "2026-13-01" },
    { to: "tomorrow" },
    { to: "2026-1-1" },
  ];
  for (const query of bad) expect([query, countFilters(readFilters(query))]).toEqual([query, 0]);
});

test("a period extends from midnight before its first day to midnight after its last", () => {
  const { since, until } = toQuery({ from: "2026-03-28", to: "2026-03-29" });
  expect(since).toBe(new Date(2026, 2, 28).toISOString());
  expect(until).toBe(new Date(2026, 2, 30).toISOString());
  expect(toQuery({ to: "2026-12-31" }).until).toBe(new Date(2027, 0, 1).toISOString());
});
