import type { admin } from "../messages/en/admin.ts";
import type { audit } from "../messages/en/audit.ts";
import { identity } from "../messages/en/identity.ts";
import { knowledge } from "../messages/en/knowledge.ts";
import { projects } from "../messages/en/projects.ts";
import { shell } from "../messages/en/shell.ts";
import { threads } from "../messages/en/threads.ts";

/** Texts of all pages. One object per language; English is the source. */
const first = { ...shell, ...identity, ...projects, ...threads, ...knowledge } as const;

export type MessageId = keyof typeof first | keyof typeof admin | keyof typeof audit;
/** A text, or one text per plural form of the parameter `count`. */
type Message = string | { readonly one: string; readonly other: string };
export type Messages = { readonly [Id in MessageId]?: Message };
type Params = Readonly<Record<string, string | number>>;

let texts: Messages = first;

/** Adds texts that only some pages need; loaded with their code. */
export function addMessages(more: Messages): void {
  texts = { ...texts, ...more };
}

const locale = typeof navigator === "undefined" ? "en" : navigator.language;
/** Plurals follow the catalogue's language, dates and numbers the user's. */
const plural = new Intl.PluralRules("en");
const integer = new Intl.NumberFormat(locale);

/** The text of a message id, with `{name}` placeholders filled in; numbers in the user's locale. */
export function t(id: MessageId, params: Params = {}): string {
  const message = texts[id] ?? id;
  const text =
    typeof message === "string"
      ? message
      : plural.select(Number(params.count ?? 0)) === "one"
        ? message.one
        : message.other;
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = params[name];
    if (value === undefined) return place;
    return typeof value === "number" ? integer.format(value) : value;
  });
}

const dateOnly = new Intl.DateTimeFormat(locale, {
  day: "numeric",
  month: "short",
  year: "numeric",
});
const dateShort = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" });
const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const time = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const timeOfDay = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** A full date and time, from an RFC 3339 timestamp. */
export function formatDateTime(iso: string): string {
  return dateTime.format(new Date(iso));
}

/** The day alone, from an RFC 3339 timestamp. */
export function formatDate(iso: string): string {
  return dateOnly.format(new Date(iso));
}

/** The time of day to the second, from an RFC 3339 timestamp. */
export function formatTime(iso: string): string {
  return timeOfDay.format(new Date(iso));
}

/** Relative for recent times, else the day. */
export function formatAgo(iso: string, now: number = Date.now()): string {
  const then = new Date(iso);
  const seconds = Math.round((now - then.getTime()) / 1000);
  if (seconds < 45) return t("time.justNow");
  if (seconds < 3600) return relative.format(-Math.max(1, Math.round(seconds / 60)), "minute");
  const today = new Date(now);
  if (then.toDateString() === today.toDateString()) return time.format(then);
  if (seconds < 6 * 86_400)
    return relative.format(-Math.max(1, Math.round(seconds / 86_400)), "day");
  return then.getFullYear() === today.getFullYear()
    ? dateShort.format(then)
    : dateOnly.format(then);
}

export function formatNumber(value: number): string {
  return integer.format(value);
}

const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });

/** Compact notation for large counts, such as tokens: 1.2K. */
export function formatCompact(value: number): string {
  return compact.format(value);
}

/** US dollars from integer micro-USD: cents, or more digits below a cent. */
export function formatMoney(microUsd: number): string {
  const places =
    microUsd === 0 || Math.abs(microUsd) >= 10_000 ? 2 : Math.abs(microUsd) >= 100 ? 4 : 6;
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  }).format(microUsd / 1_000_000);
}

const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** A size in bytes, in decimal units. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: units[step] ?? "byte",
    // The short form of a byte has no plural.
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: step > 1 ? 1 : 0,
  }).format(bytes / 1000 ** step);
}
