export { loadSession, me, signOut, startError } from "./session.ts";
