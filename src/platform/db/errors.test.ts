import { expect, test } from "bun:test";
import postgres from "postgres";
import {
  CommitUnknownError,
  DatabaseUnavailableError,
  explained,
  isOverLimit,
  isUnavailable,
  TransactionOverError,
} from "./errors.ts";

/** An error as the server reports it. */
const reported = (code: string) =>
  Object.assign(Reflect.construct(postgres.PostgresError, ["not now"]), { code });
/** An error of the driver or the socket. */
const raised = (code: string) => Object.assign(new Error("lost"), { code });

const away = [
  ...["08000", "08006", "57P01", "57P03", "57014", "25P03", "25P04", "53300", "25006"].map(
    reported,
  ),
  ...["CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED", "CONNECT_TIMEOUT"].map(
    raised,
  ),
  ...["RESPONSE_TIMEOUT", "QUEUE_TIMEOUT", "TRANSACTION_OVER", "ECONNREFUSED", "ENOENT"].map(
    raised,
  ),
];
test.each(away.map((error) => [error.code, error]))(
  "%s means that the database did not answer",
  (_, error) => {
    const told = explained(error);
    expect(told).toBeInstanceOf(DatabaseUnavailableError);
    expect(told).toMatchObject({ code: "DATABASE_UNAVAILABLE", cause: error });
  },
);

test("any other error stays what it is", () => {
  for (const error of [
    ...["23505", "42501", "40001", "2508006", "ECONNREFUSED"].map(reported),
    ...["08006", "SOMETHING", "XECONN", "CONNECTION_CLOSED_TWICE"].map(raised),
    new Error("no code"),
    "no error",
  ])
    expect(explained(error)).toBe(error);
});

test("what is explained already is not explained again", () => {
  for (const known of [
    new DatabaseUnavailableError(raised("ECONNRESET")),
    new CommitUnknownError(raised("CONNECTION_CLOSED")),
    new TransactionOverError(),
    Object.assign(new Error("query failed", { cause: new TransactionOverError() }), {
      code: "ECONNRESET",
    }),
  ]) {
    expect(explained(known)).toBe(known);
    expect(isUnavailable(known)).toBe(true);
  }
  expect(isUnavailable(raised("ECONNRESET"))).toBe(false);
  expect(isUnavailable("DATABASE_UNAVAILABLE")).toBe(false);
});

test("each has a code for the log", () => {
  expect(new CommitUnknownError(null)).toMatchObject({
    name: "CommitUnknownError",
    code: "COMMIT_UNKNOWN",
  });
  expect(new TransactionOverError()).toMatchObject({
    name: "TransactionOverError",
    code: "TRANSACTION_OVER",
  });
  expect(new DatabaseUnavailableError(null).name).toBe("DatabaseUnavailableError");
});

test("a cancelled statement is over its limit, however deep its error lies", () => {
  const cancelled = reported("57014");
  expect(isOverLimit(cancelled)).toBe(true);
  expect(isOverLimit(new DatabaseUnavailableError(cancelled))).toBe(true);
  for (const other of [reported("57P01"), raised("57014"), "57014"])
    expect(isOverLimit(other)).toBe(false);
});
