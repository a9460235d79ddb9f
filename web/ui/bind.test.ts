import { expect, test } from "bun:test";
import { signal } from "@preact/signals";
import { chosen, switched, typed } from "./bind.ts";

test("a control shows its signal and changes it", () => {
  const text = signal("a");
  expect(typed(text).value).toBe("a");
  typed(text).onInput("b");
  expect([text.value, typed(text).value]).toEqual(["b", "b"]);
  const on = signal(false);
  expect(switched(on).checked).toBe(false);
  switched(on).onChange(true);
  expect([on.value, switched(on).checked]).toEqual([true, true]);
  const choice = signal<"x" | "y">("x");
  expect(chosen(choice).value).toBe("x");
  chosen(choice).onChange("y");
  expect([choice.value, chosen(choice).value]).toEqual(["y", "y"]);
});
