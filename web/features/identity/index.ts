export { ConfirmPassword } from "./confirm-password-dialog.tsx";
export { FailedSignIns } from "./failed-sign-ins.tsx";
export { KeyRow } from "./key-row.tsx";
export { loadSession, me, restoreTime, returnPath, signOut, startError } from "./session.ts";
export { SessionRow } from "./session-row.tsx";
