import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { checkFileName, MAX_NAME_BYTES } from "./file-name.ts";

const faultOf = (raw: string) => {
  const check = checkFileName(raw);
  return check.ok ? null : check.fault;
};

describe("a file name from a client", () => {
  test("is stored as typed when it is harmless", () => {
    for (const name of [
      "report.pdf",
      ".gitignore",
      "Zażółć gęślą.md",
      "日本語.txt",
      "a b (1).csv",
      "👩‍👩‍👧.md",
    ]) {
      expect(checkFileName(name)).toEqual({ ok: true, name });
    }
  });

  test("is stored in one Unicode form, so that equal-looking names are the same file", () => {
    expect(checkFileName("café.md")).toEqual(checkFileName("cafe\u0301.md"));
    expect(checkFileName("  notes.md ")).toEqual({ ok: true, name: "notes.md" });
  });

  test("is refused with the reason when it could traverse folders", () => {
    expect(["../etc/passwd", "a/b", "a\\b", "/"].map(faultOf)).toEqual([
      "slash",
      "slash",
      "slash",
      "slash",
    ]);
    expect([".", "..", " .. "].map(faultOf)).toEqual(["reserved", "reserved", "reserved"]);
  });

  test("is refused when it could disguise itself", () => {
    expect(faultOf("invoice\u202Efdp.exe")).toBe("direction_mark");
    expect(faultOf("a\u200Eb")).toBe("direction_mark");
    expect(["a\0b", "a\nb", "a\u007fb", "a\u200bb", "a\u2028b"].map(faultOf)).toEqual(
      Array<"control_character">(5).fill("control_character"),
    );
    expect(faultOf("a\ud800b")).toBe("malformed");
    expect(faultOf("caf\ufffd.txt")).toBe("malformed");
  });

  test("is refused when empty or longer than file systems allow", () => {
    expect(["", "   "].map(faultOf)).toEqual(["empty", "empty"]);
    expect(faultOf("x".repeat(300))).toBe("too_long");
    expect(faultOf("é".repeat(128))).toBe("too_long");
    expect(faultOf("x".repeat(MAX_NAME_BYTES))).toBe(null);
  });

  test("is accepted again unchanged once it was accepted", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), (raw) => {
        const first = checkFileName(raw);
        if (first.ok) expect(checkFileName(first.name)).toEqual(first);
      }),
    );
  });
});
