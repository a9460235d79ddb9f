import { expect, test } from "bun:test";
import { announce, announcement } from "./announce.ts";

test("announcing the same text twice makes two announcements to a screen reader", () => {
  announce("Answering");
  expect(announcement.value).toBe("Answering");
  announce("Answering");
  expect(announcement.value).toBe("Answering\u00a0");
  announce("Answering");
  expect(announcement.value).toBe("Answering");
  announce("Answered");
  expect(announcement.value).toBe("Answered");
});
