import type { BaseTransportOptions, ErrorEvent, Transport } from "@sentry/core";
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
 *
 * Built from Sentry's core, since its packages for a runtime install bundler plug-ins and a command-line tool
 * under a licence of its own.
 */
export async function createErrorTracker(
  dsn: string | undefined,
  environment: string,
): Promise<ErrorTracker> {
  if (dsn === undefined) return { capture: () => {}, close: async () => {} };
  const { createStackParser, createTransport, Scope } = await import("@sentry/core");
  const { nodeStackLineParser, ServerRuntimeClient } = await import("@sentry/core/server");
  const overFetch = (options: BaseTransportOptions & { url: string }): Transport =>
    createTransport(options, async (request) => {
      const body = typeof request.body === "string" ? request.body : new Uint8Array(request.body);
      const { status, headers } = await fetch(options.url, { method: "POST", body });
      return {
        statusCode: status,
        headers: {
          "x-sentry-rate-limits": headers.get("x-sentry-rate-limits"),
          "retry-after": headers.get("retry-after"),
        },
      };
    });
  const client = new ServerRuntimeClient({
    dsn,
    environment,
    integrations: [],
    stackParser: createStackParser(nodeStackLineParser()),
    transport: overFetch,
    beforeSend: withoutContent,
  });
  client.init();
  return {
    capture: (error, tags) => {
      const { type, code } = describeError(error);
      const scope = new Scope();
      scope.setTags({
        ...tags,
        ...(typeof code === "string" ? { code } : {}),
        type: String(type),
      });
      client.captureException(error, undefined, scope);
    },
    close: async () => {
      await client.close(FLUSH_MS);
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
