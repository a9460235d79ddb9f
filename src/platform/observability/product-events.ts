/** Counts product usage: names of actions and ids, never content. */
export interface ProductEvents {
  track(action: string, actorId: string): void;
  /** Flushes. */
  close(): Promise<void>;
}

/** PostHog when a key is set; otherwise nothing is loaded and nothing leaves the machine. */
export async function createProductEvents(
  key: string | undefined,
  host: string | undefined,
): Promise<ProductEvents> {
  if (key === undefined) return { track: () => {}, close: async () => {} };
  const { PostHog } = await import("posthog-node");
  const client = new PostHog(key, { ...(host === undefined ? {} : { host }), disableGeoip: true });
  return {
    track: (action, actorId) =>
      client.capture({
        event: action,
        distinctId: actorId,
        properties: { $process_person_profile: false },
      }),
    close: () => client.shutdown(),
  };
}
