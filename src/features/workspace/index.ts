export { lockSettings, storeSetting } from "./repo.ts";
export {
  getSetting,
  getSettings,
  type SettingName,
  setSetting,
  signUpOpen,
  type WorkspaceSettings,
} from "./settings.ts";
