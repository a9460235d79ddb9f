export { verifyQuote } from "./verify-quote.ts";

import type { Ctx } from "../../platform/context.ts";
import type { ProjectScope } from "../projects/index.ts";
export interface CorpusFile {
  fileId: string;
  fileVersionId: string;
  name: string;
  tokenCount: number;
}
export interface Passage {
  fileId: string;
  fileVersionId: string;
  fileName: string;
  start: number;
  end: number;
  text: string;
  tokenCount: number;
}
export async function projectCorpus(_ctx: Ctx, _scope: ProjectScope): Promise<CorpusFile[]> {
  return [];
}
export async function retrievePassages(
  _ctx: Ctx,
  _scope: ProjectScope,
  _q: string,
  _t: number,
): Promise<Passage[]> {
  return [];
}
export async function versionText(_ctx: Ctx, _scope: ProjectScope, _id: string): Promise<string> {
  return "";
}
