export { ConfirmPassword } from "./confirm-password-dialog.tsx";
export { loadSession, me, restoreTime, signOut, startError } from "./session.ts";
