export type { CallFacts } from "./billable-usage.ts";
export { type HoldInput, type PricedModel, placeHold } from "./place-hold.ts";
export { NO_USAGE } from "./price-call.ts";
export { usageRoutes } from "./routes.ts";
export { tokenUsage } from "./schema.ts";
export { markSent, noteProgress, usageForMessages } from "./service.ts";
export { settle, settleExpired } from "./settle.ts";
