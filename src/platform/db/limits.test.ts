import { expect, test } from "bun:test";
import { limitsOf } from "./limits.ts";

test("callers wait ten seconds at most: for a connection, and for the answer", () => {
  expect(limitsOf("requests")).toEqual({
    connect_timeout: 4,
    queue_timeout: 4,
    response_timeout: 6,
    session: { statement_timeout: 5_000, idle_in_transaction_session_timeout: 10_000 },
  });
});

test("jobs have minutes, readiness has moments", () => {
  expect(limitsOf("jobs")).toEqual({
    connect_timeout: 5,
    queue_timeout: 60,
    response_timeout: 121,
    session: { statement_timeout: 120_000, idle_in_transaction_session_timeout: 60_000 },
  });
  expect(limitsOf("readiness")).toEqual({
    connect_timeout: 1.5,
    queue_timeout: 1.5,
    response_timeout: 2.5,
    session: { statement_timeout: 1_500, idle_in_transaction_session_timeout: 1_500 },
  });
});

test("migrations have all the time they need, once they are connected", () => {
  expect(limitsOf("maintenance")).toEqual({
    connect_timeout: 5,
    queue_timeout: null,
    response_timeout: null,
    session: {},
  });
});
