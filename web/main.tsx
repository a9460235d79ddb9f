import { render } from "preact";
import { App } from "./app.tsx";
import { loadSession } from "./features/identity/index.ts";

const root = document.getElementById("app");
if (root) {
  void loadSession();
  render(<App />, root);
}
