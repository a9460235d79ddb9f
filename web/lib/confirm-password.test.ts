import { expect, test } from "bun:test";
import { askForPassword, passwordRequest } from "./confirm-password.ts";

test("the answer of the dialog is the answer to who asked, and the dialog closes", async () => {
  for (const given of [true, false]) {
    const asked = askForPassword();
    expect(passwordRequest.peek()).toBeDefined();
    passwordRequest.peek()?.end(given);
    expect(await asked).toBe(given);
    expect(passwordRequest.peek()).toBeUndefined();
  }
});

test("a second request refuses the first, which is no longer shown", async () => {
  const first = askForPassword();
  const second = askForPassword();
  expect(await first).toBe(false);
  passwordRequest.peek()?.end(true);
  expect(await second).toBe(true);
});
