import { expect, test } from "bun:test";
import { ApiError, refusal, toApiError } from "./api-error.ts";

test("a problem document is parsed field by field; invalid fields are left out", () => {
  const body = JSON.stringify({
    code: "validation_failed",
    detail: "Some fields are not valid.",
    errors: [{ path: "name", message: "is taken" }, { path: 7, message: "x" }, { path: "y" }, null],
    requestId: "r1",
  });
  const error = refusal(422, body, "from-header");
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "ApiError",
    message: "validation_failed",
    status: 422,
    code: "validation_failed",
    detail: "Some fields are not valid.",
    errors: [{ path: "name", message: "is taken" }],
    requestId: "r1",
  });
});

test("a body without a problem gets a default message, and the header's request id", () => {
  for (const body of ["", "<html>", "null", "[]", '"text"', '{"code":1,"detail":2,"errors":3}']) {
    const error = refusal(500, body, "from-header");
    expect([body, error.code, error.errors, error.requestId]).toEqual([
      body,
      "unreadable",
      [],
      "from-header",
    ]);
    expect(error.detail).toContain("500");
  }
  expect(refusal(500, "", null).requestId).toBeUndefined();
  expect(refusal(500, "").requestId).toBeUndefined();
});

test("a field error is the message that the server sent for the field", () => {
  const error = new ApiError(409, "conflict", "No.", {
    errors: [
      { path: "email", message: "is taken" },
      { path: "name", message: "Too long" },
    ],
  });
  expect(error.field("email")).toBe("is taken");
  expect(error.field("name")).toBe("Too long");
  expect(error.field("other")).toBeUndefined();
  expect(new ApiError(409, "conflict", "No.").field("name")).toBeUndefined();
});

test("any failure becomes one that can be shown", () => {
  const known = new ApiError(404, "not_found", "Gone.");
  expect(toApiError(known)).toBe(known);
  expect(toApiError(new DOMException("", "TimeoutError")).code).toBe("timeout");
  expect(toApiError(new DOMException("", "AbortError")).code).toBe("unexpected");
  expect(toApiError(new TypeError("Failed to fetch")).code).toBe("offline");
  expect(toApiError("text")).toMatchObject({ status: 0, code: "unexpected" });
  for (const thrown of [new DOMException("", "TimeoutError"), new TypeError(), undefined])
    expect([toApiError(thrown).status, toApiError(thrown).detail.length > 10]).toEqual([0, true]);
});
