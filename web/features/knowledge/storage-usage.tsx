import type { JSX } from "preact";
import { api, at, read } from "../../lib/api.ts";
import type { ProjectStorage } from "../../lib/api-types.ts";
import { formatBytes, formatNumber, t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { Progress } from "../../ui/badge.tsx";

/** From this share on, limits other than the project's are shown too. */
const NEARLY = 0.8;

/** Storage used by a project's files, with the limits. */
export function StorageUsage(props: { projectId: string; changes: string }): JSX.Element | null {
  const { projectId } = props;
  const resource = useResource(
    (signal) => read(api.GET("/projects/{projectId}/storage", { ...at({ projectId }), signal })),
    [projectId, props.changes],
  );
  const storage = resource.data.value;
  if (!storage) return null;
  const share = fullness(storage.project);
  const [usage, ...lines] = describeStorage(storage);
  return (
    <section class="storage-usage muted small" aria-label={t("storage.label")}>
      <p class="storage-head">
        <span>{t("storage.label")}</span>
        <span class="numeric">{usage}</span>
      </p>
      {share !== null && <Progress value={share} label={t("storage.label")} tone={toneOf(share)} />}
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </section>
  );
}

/** Lines about the storage used and what would free some of it. */
export function describeStorage(storage: ProjectStorage): string[] {
  const { project, user, deleted } = storage;
  const lines = [usageLine(project)];
  if (fullness(project) === 1) lines.push(t("storage.full"));
  if (deleted.files > 0) {
    const days = formatNumber(storage.purgedAfterDays);
    lines.push(t("storage.deleted", { size: formatBytes(deleted.bytes), days }));
  }
  const own = fullness(user);
  if (own !== null && own >= NEARLY) lines.push(t("storage.own", { usage: usageLine(user) }));
  return lines;
}

type Usage = ProjectStorage["project"];

function usageLine({ bytes, files, versions }: Usage): string {
  const size = formatBytes(bytes.used);
  const count = formatNumber(files.used);
  const line = t("storage.usage", {
    size:
      bytes.limit === null
        ? size
        : t("storage.of", { used: size, limit: formatBytes(bytes.limit) }),
    files:
      files.limit === null
        ? count
        : t("storage.of", { used: count, limit: formatNumber(files.limit) }),
  });
  // Nobody counts versions until they are what is nearly used up.
  if (versions.limit === null || (shareOf(versions) ?? 0) < NEARLY) return line;
  const used = formatNumber(versions.used);
  return t("storage.versions", { line, used, limit: formatNumber(versions.limit) });
}

/** The highest share of all limits, between 0 and 1; null without limits. */
function fullness(usage: Usage): number | null {
  const shares = [usage.bytes, usage.files, usage.versions]
    .map(shareOf)
    .filter((share) => share !== null);
  return shares.length === 0 ? null : Math.max(...shares);
}

function shareOf({ used, limit }: { used: number; limit: number | null }): number | null {
  if (limit === null) return null;
  return limit === 0 ? 1 : Math.min(1, used / limit);
}

function toneOf(share: number): "accent" | "warn" | "danger" {
  return share === 1 ? "danger" : share >= NEARLY ? "warn" : "accent";
}
