export { ConfirmPassword } from "./confirm-password-dialog.tsx";
export { FailedSignIns } from "./failed-sign-ins.tsx";
export { loadSession, me, restoreTime, signOut, startError } from "./session.ts";
