import core from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

const languages = {
  bash,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  python,
  rust,
  sql,
  typescript,
  xml,
  yaml,
};
for (const [name, language] of Object.entries(languages)) core.registerLanguage(name, language);
core.registerAliases(["sh", "shell", "console", "zsh"], { languageName: "bash" });

/** Longer code stays plain: highlighting would block the page. */
const MAX_CODE = 20_000;

/** Highlights code blocks below an element that name a known language and are not highlighted yet. */
export function highlightIn(root: Element): void {
  for (const code of root.querySelectorAll<HTMLElement>("code[data-language]:not([data-done])")) {
    const language = code.dataset.language ?? "";
    const text = code.textContent ?? "";
    if (!core.getLanguage(language) || text.length > MAX_CODE) continue;
    // The library escapes its input; its output contains only spans with class names.
    code.innerHTML = core.highlight(text, {
      language,
      ignoreIllegals: true,
    }).value;
    code.dataset.done = "";
  }
}
