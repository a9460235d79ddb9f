export { type HoldInput, type PlacedHold, placeHold } from "./place-hold.ts";
export { costMicroUsd, NO_USAGE, type Prices, pricesOfCall } from "./price-call.ts";
export { projectUsage, userUsage } from "./report-usage.ts";
export { usageRoutes } from "./routes.ts";
export { tokenUsage } from "./schema.ts";
export { noteProgress, type Progress, usageForMessages } from "./service.ts";
export { type Settled, type SettleInput, settle, settleExpired } from "./settle.ts";
