import { expect, test } from "bun:test";
import { packNotice, unpackNotice } from "./notice.ts";

test("a message names its sender and topic before its payload, as processes of other releases read it", () => {
  expect(packNotice("p1", "identity.changed", "")).toBe("p1 identity.changed ");
  expect(unpackNotice("p1 topic some words  \n more")).toEqual({
    sender: "p1",
    topic: "topic",
    payload: "some words  \n more",
  });
});
