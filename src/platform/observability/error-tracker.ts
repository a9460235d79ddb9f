import type { ErrorEvent } from "@sentry/bun";
import { describeError } from "./logger.ts";

/** Reports unexpected errors, in addition to the log. */
export interface ErrorTracker {
  /** Reports an error with tags such as request id and route template; never with content. */
  capture(error: unknown, tags: Record<string, string>): void;
  /** Flushes, for two seconds at most. */
  close(): Promise<void>;
}

const FLUSH_MS = 2_000;

/**
 * Sentry when a DSN is set; otherwise nothing is loaded and nothing leaves the machine. Reports carry class,
 * code and stack of an error, not its message, which may quote user input.
 */
export async function createErrorTracker(
  dsn: string | undefined,
  environment: string,
): Promise<ErrorTracker> {
  if (dsn === undefined) return { capture: () => {}, close: async () => {} };
  const Sentry = await import("@sentry/bun");
  Sentry.init({
    dsn,
    environment,
    defaultIntegrations: false,
    tracesSampleRate: 0,
    beforeSend: withoutContent,
  });
  return {
    capture: (error, tags) => {
      const { type, code } = describeError(error);
      Sentry.captureException(error, {
        tags: { ...tags, ...(typeof code === "string" ? { code } : {}), type: String(type) },
      });
    },
    close: async () => {
      await Sentry.close(FLUSH_MS);
    },
  };
}

function withoutContent(event: ErrorEvent): ErrorEvent {
  for (const exception of event.exception?.values ?? []) {
    exception.value = "";
    for (const frame of exception.stacktrace?.frames ?? []) {
      delete frame.vars;
      delete frame.context_line;
      delete frame.pre_context;
      delete frame.post_context;
    }
  }
  delete event.breadcrumbs;
  delete event.request;
  delete event.user;
  return event;
}
