import type { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { weakPassword } from "./errors.ts";
import { normalizePassword } from "./hash-password.ts";
import { MIN_PASSWORD, type PasswordJudgement, type PasswordWeakness } from "./schema.ts";

/** Only this many characters are rated: the time grows with the square of the length. */
const JUDGED = 40;
/** Of zxcvbn's scores, 0 to 4: the first that takes more than 10⁸ guesses. */
const STRONG = 3;
/** Shorter parts of a name occur in too many other words. */
const MIN_PART = 3;
const PRODUCT = "atelier";

/** Publicly known facts about the password's owner. */
export interface PasswordOwner {
  name?: string | undefined;
  email?: string | undefined;
}

/**
 * @param field name of the password's field in the body.
 * @throws {Problem} 422 with the weakness as its code.
 */
export async function checkNewPassword(
  password: string,
  owner: PasswordOwner,
  field: "password" | "newPassword",
): Promise<void> {
  const { weakness } = await judgePassword(password, owner);
  if (weakness !== null) throw weakPassword(weakness, field);
}

/**
 * Rates a password by the guesses of an attacker with lists of common passwords and words, repetitions,
 * sequences and keyboard patterns, who knows the owner and the product (ASVS 2.1.7; NIST SP 800-63B, 5.1.1.2).
 * Takes up to a tenth of a second of CPU time; apply rate limits before you call it.
 */
export async function judgePassword(
  password: string,
  owner: PasswordOwner,
): Promise<PasswordJudgement> {
  const characters = [...normalizePassword(password)];
  const judged = characters.slice(0, JUDGED).join("");
  const known = knownWords(owner);
  const { check } = await guesser();
  const { score, sequence } = check(judged, known);
  const rest = without(judged, known);
  // Known words count for nothing.
  const restScore = rest === judged ? score : Math.min(score, check(rest, []).score);
  const judge = (weakness: PasswordWeakness): PasswordJudgement => ({
    weakness,
    score: Math.min(restScore, STRONG - 1),
  });
  if (characters.length < MIN_PASSWORD) return judge("password_too_short");
  const isPersonal = sequence.some((part) => Reflect.get(part, "dictionaryName") === "userInputs");
  if (restScore >= STRONG) return { weakness: null, score: restScore };
  if (rest !== judged || isPersonal) return judge("password_personal");
  const hasWord = sequence.some(({ pattern }) => pattern === "dictionary");
  return judge(hasWord ? "password_common" : "password_repetitive");
}

/** Words known of the owner and of this product, the longest first. */
function knownWords({ name = "", email = "" }: PasswordOwner): string[] {
  const [local = "", domain = ""] = email.split("@");
  const labels = domain.split(".");
  const parts = [name, local, ...labels.slice(0, -1)].flatMap((text) => [
    text,
    text.replace(/[^\p{L}\p{N}]+/gu, ""),
    ...text.split(/[^\p{L}\p{N}]+/u),
    ...text.split(/[^\p{L}]+/u),
  ]);
  const words = [PRODUCT, email, domain, ...parts].map((word) =>
    normalizePassword(word).trim().toLowerCase(),
  );
  return [...new Set(words)]
    .filter((word) => [...word].length >= MIN_PART)
    .sort((a, b) => b.length - a.length);
}

function without(text: string, words: string[]): string {
  const lower = text.toLowerCase();
  const rest = words.reduce((left, word) => left.replaceAll(word, " "), lower);
  return rest === lower ? text : rest.trim();
}

let loading: Promise<{ check: ZxcvbnFactory["check"] }> | undefined;

/** The library and its lists: about 35 MB, loaded when the first password is rated. */
function guesser() {
  loading ??= load();
  return loading;
}

async function load() {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
  ]);
  const factory = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: JUDGED });
  return { check: factory.check.bind(factory) };
}
