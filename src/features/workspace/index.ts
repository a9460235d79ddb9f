export { lockSettings, storeSetting } from "./repo.ts";
export {
  getSetting,
  getSettings,
  signUpPolicy,
  type WorkspaceSettings,
} from "./settings.ts";
