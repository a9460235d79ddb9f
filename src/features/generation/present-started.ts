import { type MessageRow, presentMessage } from "../threads/index.ts";
import type { StartedAnswer } from "./schema.ts";

/** A question and its answer that has just begun, as the API shows them. */
export function presentStarted(begun: {
  question: MessageRow;
  answer: MessageRow;
  authorName: string | null;
  modelName: string;
}): StartedAnswer {
  const { question, answer, authorName, modelName } = begun;
  const unpaid = { usage: null, costMicroUsd: null };
  return {
    userMessage: presentMessage(question, { authorName, modelName: null, ...unpaid }),
    assistantMessage: presentMessage(answer, { authorName: null, modelName, ...unpaid }),
    generationId: answer.generationId ?? "",
  };
}
