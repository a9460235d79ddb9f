import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { LocationProvider, Route, Router, useLocation } from "preact-iso";
import { loadSession, me, returnPath, startError } from "./features/identity/index.ts";
import { CrashBoundary, lazyPage, NotFoundPage, Shell } from "./features/shell/index.ts";
import { announcement } from "./lib/announce.ts";
import { t } from "./lib/i18n.ts";
import { ErrorState } from "./ui/states.tsx";
import { ToastRegion } from "./ui/toast-region.tsx";

const SetupPage = lazyPage(() => import("./features/identity/setup-page.tsx"));
const SignInPage = lazyPage(() => import("./features/identity/sign-in-page.tsx"));
const SignUpPage = lazyPage(() => import("./features/identity/sign-up-page.tsx"));
const ResetPasswordPage = lazyPage(() => import("./features/identity/reset-password-page.tsx"));
const DashboardPage = lazyPage(() => import("./features/projects/dashboard-page.tsx"));
const ProjectsPage = lazyPage(() => import("./features/projects/projects-page.tsx"));
const ProjectPage = lazyPage(() => import("./features/projects/project-page.tsx"));
const ThreadPage = lazyPage(() => import("./features/threads/thread-page.tsx"));
const SettingsPage = lazyPage(() => import("./features/identity/settings-page.tsx"));
const AdminPage = lazyPage(() => import("./features/admin/admin-page.tsx"));

/** Pages that only make sense to someone who is not signed in. */
const visitorPaths = new Set(["/setup", "/sign-in", "/sign-up"]);
const publicPaths = new Set([...visitorPaths, "/reset-password"]);

function Pages(): JSX.Element {
  const { url, path, query, route } = useLocation();
  const person = me.value;
  const open = publicPaths.has(path);
  useEffect(() => {
    if (person === null && !open) route(`/sign-in?next=${encodeURIComponent(url)}`, true);
    if (person && visitorPaths.has(path)) route(returnPath(query), true);
  }, [person, open, url]);

  if (startError.value) {
    return (
      <main id="main" class="public">
        <ErrorState
          title={t("start.failed")}
          detail={startError.value.detail}
          requestId={startError.value.requestId}
          onRetry={() => void loadSession()}
        />
      </main>
    );
  }
  if (open) {
    return (
      <CrashBoundary resetKey={path}>
        <Router>
          <Route path="/setup" component={SetupPage} />
          <Route path="/sign-in" component={SignInPage} />
          <Route path="/sign-up" component={SignUpPage} />
          <Route path="/reset-password" component={ResetPasswordPage} />
        </Router>
      </CrashBoundary>
    );
  }
  if (!person) return <div class="starting" aria-busy="true" />;
  return (
    <Shell>
      <CrashBoundary resetKey={path}>
        <Router>
          <Route path="/" component={DashboardPage} />
          <Route path="/projects" component={ProjectsPage} />
          <Route path="/projects/:projectId/:tab?" component={ProjectPage} />
          <Route path="/threads/:threadId" component={ThreadPage} />
          <Route path="/settings/:tab?" component={SettingsPage} />
          <Route path="/admin/:tab?" component={AdminPage} />
          <Route default component={NotFoundPage} />
        </Router>
      </CrashBoundary>
    </Shell>
  );
}

export function App(): JSX.Element {
  return (
    <LocationProvider>
      <Pages />
      <div class="visually-hidden" role="log" aria-live="polite">
        {announcement.value}
      </div>
      <ToastRegion />
    </LocationProvider>
  );
}
