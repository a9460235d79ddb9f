export { authenticate, refuseBadKeys } from "./authenticate.ts";
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
export { isStillSignedIn, onIdentityChange } from "./recheck-actor.ts";
export { findUser, findUserByEmail, listUsers, type UserRow } from "./repo.ts";
export { identityRoutes } from "./routes.ts";
export { purgeEnded } from "./service.ts";
export { createIdentityServices } from "./services.ts";
export { createSetupToken } from "./set-up.ts";
