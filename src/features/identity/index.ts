export { authenticate, refuseBadKeys } from "./authenticate.ts";
export type { AfterSignUp } from "./create-account.ts";
export { noSuchUser } from "./errors.ts";
export { apiKeyRoutes } from "./key-routes.ts";
export {
  changeUser,
  createUser,
  issuePasswordReset,
  type NewUser,
  type ResetToken,
  resetUrl,
  userVersion,
} from "./manage-users.ts";
export {
  AdminScope,
  admin,
  anyone,
  inSession,
  operatorScope,
  requireSession,
  requireUser,
  signedIn,
} from "./policy.ts";
export { isStillSignedIn, onIdentityChange } from "./recheck-actor.ts";
export { findUser, findUserByEmail, listUsers, type UserRow, updateUser } from "./repo.ts";
export { type IdentityHooks, identityRoutes } from "./routes.ts";
export { purgeEnded } from "./service.ts";
export { createIdentityServices } from "./services.ts";
export { createSetupToken, hashToken } from "./set-up.ts";
export { principals, users } from "./tables.ts";
