import { afterAll, beforeAll, expect, test } from "bun:test";
import { openPage, type TestPage } from "../test/page.ts";
import { highlightIn } from "./highlight.ts";

let page: TestPage;
beforeAll(() => {
  page = openPage();
});
afterAll(() => page[Symbol.dispose]());

function codeOf(language: string | undefined, text: string): HTMLElement {
  const root = document.createElement("div");
  const code = document.createElement("code");
  if (language !== undefined) code.dataset.language = language;
  code.textContent = text;
  root.append(code);
  highlightIn(root);
  return code;
}

test("code in each supported language is highlighted, and its text is unchanged", () => {
  const samples: Record<string, string> = {
    bash: "if true; then echo hi; fi",
    sh: "echo hi",
    shell: "echo hi",
    console: "echo hi",
    zsh: "echo hi",
    css: "a { color: red }",
    diff: "+ added",
    go: "func main() {}",
    java: "class A {}",
    javascript: "const a = 1;",
    js: "const a = 1;",
    json: '{"a": 1}',
    python: "def f(): pass",
    py: "def f(): pass",
    rust: "fn main() {}",
    sql: "select 1",
    typescript: "let a: string",
    ts: "let a: string",
    xml: "<a>b</a>",
    html: "<a>b</a>",
    yaml: "a: 1",
  };
  for (const [language, text] of Object.entries(samples)) {
    const code = codeOf(language, text);
    expect([language, code.textContent, code.querySelectorAll("span").length > 0]).toEqual([
      language,
      text,
      true,
    ]);
    expect(code.dataset.done).toBe("");
  }
});

test("code without a language, or in an unknown one, stays as it is", () => {
  for (const language of [undefined, "", "brainfuck"]) {
    const code = codeOf(language, "const a = 1;");
    expect([code.innerHTML, code.dataset.done]).toEqual(["const a = 1;", undefined]);
  }
});

test("highlighted code is not highlighted again", () => {
  const code = codeOf("ts", "const a = 1;");
  code.textContent = "changed";
  if (code.parentElement) highlightIn(code.parentElement);
  expect(code.innerHTML).toBe("changed");
});

test("very long code stays as it is", () => {
  const line = "const a = 1;\n";
  expect(codeOf("ts", line.repeat(1_500)).querySelector("span")).not.toBeNull();
  expect(codeOf("ts", "x".repeat(20_001)).dataset.done).toBeUndefined();
  expect(codeOf("ts", "x".repeat(20_000)).dataset.done).toBe("");
});

test("invalid code is highlighted anyway", () => {
  expect(codeOf("json", "{ not: json }}}").dataset.done).toBe("");
});
