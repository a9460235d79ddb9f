export { AnswerBody } from "./answer-body.tsx";
export { type AnswerState, textOf } from "./apply-event.ts";
export { createLiveAnswer } from "./live-answer.ts";
export { ManifestDialog } from "./manifest-dialog.tsx";
