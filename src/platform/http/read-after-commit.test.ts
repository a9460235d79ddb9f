import { expect, spyOn, test } from "bun:test";
import { CommitUnknownError, DatabaseUnavailableError } from "../db/errors.ts";
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

test("while the database stays away it is asked ten times a second, for eight seconds", async () => {
  let now = 0;
  const clock = spyOn(performance, "now").mockImplementation(() => now);
  const sleep = spyOn(Bun, "sleep").mockImplementation(async (ms) => {
    now += Number(ms);
  });
  try {
    let reads = 0;
    const lost = new DatabaseUnavailableError(new Error("lost"));
    const read = async () => {
      reads++;
      throw lost;
    };
    const failed = await readAfterCommit(read).catch((error) => error);
    expect(failed).toBeInstanceOf(CommitUnknownError);
    expect(failed.cause).toBe(lost);
    expect([reads, now]).toEqual([82, 8_100]);
  } finally {
    clock.mockRestore();
    sleep.mockRestore();
  }
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
