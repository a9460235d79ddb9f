export { authenticate, refuseBadKeys } from "./authenticate.ts";
export { requireRightToLetIn } from "./confirm-password.ts";
export type { AfterSignUp } from "./create-account.ts";
export { noSuchUser } from "./errors.ts";
export { apiKeyRoutes } from "./key-routes.ts";
export {
  changeUser,
  createUser,
  issuePasswordReset,
  type ResetToken,
  resetUrl,
  userVersion,
} from "./manage-users.ts";
export {
  AdminScope,
  admin,
  adminInSession,
  operatorScope,
  requireUser,
  signedIn,
} from "./policy.ts";
export { presentApiKey, presentSession } from "./present-access.ts";
export { isStillSignedIn, onIdentityChange } from "./recheck-actor.ts";
export { findUser, findUserByEmail, listUsers, type UserRow } from "./repo.ts";
export {
  getApiKeysOf,
  getSessionsOf,
  revokeAllAccess,
  revokeApiKeyOf,
  revokeSessionOf,
} from "./revoke-access.ts";
export { identityRoutes } from "./routes.ts";
export { accessOfUser } from "./schema.ts";
export { purgeAttempts, purgeEnded } from "./service.ts";
export { createIdentityServices } from "./services.ts";
export { createSetupToken } from "./set-up.ts";
