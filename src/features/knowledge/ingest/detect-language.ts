import { francAll } from "franc";

/** Text search configurations included in every PostgreSQL ≥ 15, by ISO 639-3 code. */
const CONFIGURATIONS: Readonly<Record<string, string>> = {
  arb: "arabic",
  hye: "armenian",
  cat: "catalan",
  dan: "danish",
  nld: "dutch",
  eng: "english",
  fin: "finnish",
  fra: "french",
  deu: "german",
  ell: "greek",
  hin: "hindi",
  hun: "hungarian",
  ind: "indonesian",
  ita: "italian",
  lit: "lithuanian",
  npi: "nepali",
  nob: "norwegian",
  nno: "norwegian",
  por: "portuguese",
  ron: "romanian",
  rus: "russian",
  srp: "serbian",
  spa: "spanish",
  swe: "swedish",
  tam: "tamil",
  tur: "turkish",
  ydd: "yiddish",
};

/** Similar languages without a stemmer, listed so that they are not mistaken for one that has. */
const OTHERS =
  "pol ces slk slv hrv bos bul mkd ukr bel lvs ekk vie tgl kor jpn cmn tha heb pes urd ben".split(
    " ",
  );

const CANDIDATES = [...Object.keys(CONFIGURATIONS), ...OTHERS];
/** franc looks at the first 2,048 characters: three samples with a space between them. */
const SAMPLE = 680;

/**
 * The PostgreSQL text search configuration for a text: its language's stemmer, or `simple` where there is none
 * or the language is unclear. Trigram statistics (franc) over up to three samples. Loaded only in the reading
 * child process: the tables take tens of megabytes.
 */
export function detectLanguage(text: string): string {
  const sample = samplesOf(text);
  const ranked = francAll(sample, { only: CANDIDATES, minLength: 24 });
  const [code] = ranked[0] ?? ["und"];
  if (!/[^\p{ASCII}]/u.test(sample) && plainlyEnglish(ranked)) return "english";
  return CONFIGURATIONS[code] ?? "simple";
}

/** How far English may be behind the best language, as a share of the distance to the median one. */
const NEAR = 0.6;

/**
 * ASCII source code and short notes resemble many languages a little; they are mostly English. Judged by the
 * distance between languages, since all scores of a long text are close to 1.
 */
function plainlyEnglish(ranked: [string, number][]): boolean {
  if (ranked[0]?.[0] === "und") return true;
  const english = ranked.find(([code]) => code === "eng")?.[1] ?? 0;
  const median = ranked[Math.floor(ranked.length / 2)]?.[1] ?? 0;
  return 1 - english <= (1 - median) * NEAR;
}

function samplesOf(text: string): string {
  if (text.length <= SAMPLE * 3) return text;
  const middle = Math.floor(text.length / 2);
  return [text.slice(0, SAMPLE), text.slice(middle, middle + SAMPLE), text.slice(-SAMPLE)]
    .join(" ")
    .toWellFormed();
}
