export { lockSettings, storeSetting } from "./repo.ts";
export {
  getSetting,
  getSettings,
  signUpOpen,
  type WorkspaceSettings,
} from "./settings.ts";
