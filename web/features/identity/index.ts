export { loadSession, me, restoreTime, signOut, startError } from "./session.ts";
