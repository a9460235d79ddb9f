/**
 * The pages by path, for the server: it names a page's code and first answers of the API in `Link` headers, so that
 * the browser asks for all of them at once instead of one after the other. The router is in `app.tsx`.
 */
export interface Preloaded {
  /** As in the router: `:name` is one segment, `:name?` may be missing. */
  path: string;
  /** The page's module without its extension; the build adds the hash. */
  module: string;
  /** Another module that it loads by itself, and can be drawn without. */
  later?: string;
  /** What the page asks of the API at once, exactly as it asks; `:name` is filled in from the path. */
  reads: string[];
}

export const PAGES: readonly Preloaded[] = [
  {
    path: "/",
    module: "dashboard-page",
    reads: ["/me", "/projects?limit=50", "/threads?limit=20"],
  },
  { path: "/projects", module: "projects-page", reads: ["/me"] },
  {
    path: "/projects/:projectId/:tab?",
    module: "project-page",
    reads: ["/me", "/projects/:projectId"],
  },
  {
    path: "/threads/:threadId",
    module: "thread-page",
    later: "safe-markdown",
    reads: ["/me", "/threads/:threadId"],
  },
  { path: "/settings/:tab?", module: "settings-page", reads: ["/me"] },
  { path: "/admin/:tab?", module: "admin-page", reads: ["/me"] },
  { path: "/sign-in", module: "sign-in-page", reads: ["/me", "/setup"] },
  { path: "/sign-up", module: "sign-up-page", reads: ["/me", "/setup"] },
  { path: "/setup", module: "setup-page", reads: ["/me", "/setup"] },
  { path: "/reset-password", module: "reset-password-page", reads: ["/me"] },
];
