import { Markdown } from "./markdown.ts";
import { sanitize } from "./sanitize.ts";

/** Markdown whose blocks may stand on the page. In a chunk of its own: it is larger than the rest of a thread's page. */
export const createMarkdown = () => new Markdown(sanitize);
