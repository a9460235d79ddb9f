import { expect, test } from "bun:test";
import { DatabaseUnavailableError } from "../db/errors.ts";
import { readAfterCommit } from "./read-after-commit.ts";

test("what stands is read again when its connection is lost", async () => {
  let reads = 0;
  const read = async () => {
    reads++;
    if (reads < 3) throw new DatabaseUnavailableError(new Error("lost"));
    return "there";
  };
  expect(await readAfterCommit(read)).toBe("there");
  expect(reads).toBe(3);
});

test("an error of another kind is passed on at once", async () => {
  let reads = 0;
  const read = async () => {
    reads++;
    throw new Error("a bug");
  };
  await expect(readAfterCommit(read)).rejects.toThrow("a bug");
  expect(reads).toBe(1);
});
