/**
 * The ranking function: Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
 * Beyond", 2009) with the usual constants, and the non-negative idf (as in Lucene).
 */
const K1 = 1.2;
const B = 0.75;

/** The share of a term's idf that a passage gets: 0 without the term, below `K1 + 1` however often it occurs. */
export function termWeight(frequency: number, length: number, averageLength: number): number {
  return (frequency * (K1 + 1)) / (frequency + K1 * (1 - B + (B * length) / averageLength));
}

/** Inverse document frequency of a term in `passages` of `total` passages. */
export function inverseFrequency(total: number, passages: number): number {
  return Math.log(1 + (total - passages + 0.5) / (passages + 0.5));
}

/** BM25's constants for the ranking query. */
export const BM25 = { k1: K1, b: B } as const;

/**
 * Tiers of a term's weight in a passage, relative to its maximum. Tier 0 is any occurrence. The index holds a
 * key for each tier reached, so that for a common term only the passages with the highest weights are read.
 */
const TIERS = [0, 0.5, 0.6, 0.7, 0.8] as const;
export const TIER_COUNT = TIERS.length;
/** Representative weight of each tier, relative as above. */
const TIER_WEIGHTS = [0.42, 0.55, 0.65, 0.75, 0.86] as const;
/**
 * Words in an average passage. Tiers are stored, so they cannot follow the project's average; the final ranking
 * does.
 */
const ORDINARY_LENGTH = 110;

/** The index entry of one passage. */
export interface PassageTerms {
  length: number;
  frequencies: number[];
  keys: bigint[];
}

/**
 * @param frequencies occurrences of each lexeme in the passage
 * @param length its words without stop words; a word may have several lexemes
 * @param keyOf the key of a lexeme in a tier
 */
export function passageTerms(
  frequencies: ReadonlyMap<string, number>,
  length: number,
  keyOf: (lexeme: string, tier: number) => bigint,
): PassageTerms {
  const keys: bigint[] = [];
  const tierKeys: bigint[] = [];
  for (const [lexeme, frequency] of frequencies) {
    keys.push(keyOf(lexeme, 0));
    const weight = termWeight(frequency, length, ORDINARY_LENGTH) / (K1 + 1);
    for (let tier = 1; tier < TIER_COUNT && weight >= (TIERS[tier] ?? 1); tier++) {
      tierKeys.push(keyOf(lexeme, tier));
    }
  }
  return { length, frequencies: [...frequencies.values()], keys: keys.concat(tierKeys) };
}

/**
 * A term's key in the index. It includes project and language, so that one index serves all projects and each
 * reads only its own part. xxHash64 is a fixed function: stored keys stay valid across releases.
 */
export function termKey(projectId: string, language: string, lexeme: string, tier: number): bigint {
  const name = `${projectId}\0${language}\0${lexeme}\0${tier}`;
  return BigInt.asIntN(64, Bun.hash.xxHash64(name));
}

/** A query term that occurs in some passage. */
export interface QueryTerm {
  /** Key by tier. */
  keys: bigint[];
  /** Number of passages by tier, descending. */
  passages: number[];
  idf: number;
}

export interface ScannedKey {
  key: bigint;
  /** Score of the key in the rough ranking. */
  weight: number;
}

/** Maximum index entries read by one search before candidates are ranked exactly. */
export const MAX_SCANNED = 4_000;
/**
 * The same where a project is so small that its passages are soon ranked, and its words, Thai and Chinese pairs of
 * characters above all, are common in it.
 */
const MAX_SCANNED_SMALL = 20_000;
const SMALL_PASSAGES = 1_000;
/** A term in more than this share of the passages selects no candidates, unless all terms are that common. */
const COMMON_SHARE = 0.2;

/**
 * Chooses the keys that select candidates: all tiers of the rarest terms, and of more common ones the upper
 * tiers that fit the remaining allowance. A passage's weights add up to about its BM25 score.
 * @param total passages of the project
 */
export function planScan(terms: readonly QueryTerm[], total: number): ScannedKey[] {
  const byRarity = [...terms].sort((a, b) => b.idf - a.idf);
  const telling = byRarity.filter((term) => (term.passages[0] ?? 0) <= total * COMMON_SHARE);
  const scanned: ScannedKey[] = [];
  let allowance = total <= SMALL_PASSAGES ? MAX_SCANNED_SMALL : MAX_SCANNED;
  const plan = (term: QueryTerm) => {
    const used = tiersWithin(term, allowance);
    for (const tier of used) {
      const below = used.includes(tier - 1) ? (TIER_WEIGHTS[tier - 1] ?? 0) : 0;
      const weight = ((TIER_WEIGHTS[tier] ?? 0) - below) * term.idf;
      const passages = term.passages[tier] ?? 0;
      if (passages > 0) scanned.push({ key: term.keys[tier] ?? 0n, weight });
      allowance -= passages;
    }
  };
  // In a small project everything fits, and omitting a term would save nothing.
  const whole = terms.reduce((sum, term) => sum + tierTotal(term), 0) <= allowance;
  for (const term of whole || telling.length === 0 ? byRarity : telling) plan(term);
  return scanned.length > 0 ? scanned : topTierOf(byRarity[0]);
}

/** When even the top tier of every term exceeds the allowance, the search reads a part of the rarest term's. */
function topTierOf(term: QueryTerm | undefined): ScannedKey[] {
  const tier = term?.passages.findLastIndex((passages) => passages > 0) ?? -1;
  const key = term?.keys[tier];
  return term && key !== undefined ? [{ key, weight: term.idf }] : [];
}

function tierTotal(term: QueryTerm): number {
  return term.passages.reduce((sum, passages) => sum + passages, 0);
}

/** From the top tier down, as long as the entries fit; empty tiers cost nothing. */
function tiersWithin(term: QueryTerm, allowance: number): number[] {
  const used: number[] = [];
  let left = allowance;
  for (let tier = TIER_COUNT - 1; tier >= 0; tier--) {
    left -= term.passages[tier] ?? 0;
    if (left < 0) break;
    used.push(tier);
  }
  return used;
}
