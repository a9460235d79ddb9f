import { expect, test } from "bun:test";
import { escapeHtml } from "./escape-html.ts";

test("text is displayed literally, between tags and inside an attribute", () => {
  expect(escapeHtml(`<a href="x" title='y'>&amp;</a>`)).toBe(
    "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;",
  );
  expect(escapeHtml("plain 😀")).toBe("plain 😀");
});
