import { expect, test } from "bun:test";
import { loadCompoundSplitter, splitterOf } from "./split-compound.ts";

test.each([
  ["kündigungsfrist", "kündigung frist"],
  ["datenschutzbeauftragter", "datenschutz beauftragter daten schutz"],
  ["bühnenleitung", "bühnen leitung"],
  ["krankenversicherungsbeiträge", "krankenversicherung beiträge kranken versicherung"],
  ["kohlenwasserstoff", "kohlen wasserstoff wasser stoff"],
])("%s is %s", async (compound, parts) => {
  const split = await loadCompoundSplitter();
  expect(split(compound).join(" ")).toBe(parts);
});

test.each([
  "unternehmen",
  "wissenschaft",
  "gesellschaft",
  "politische",
  "afrikanischen",
  "entwicklung",
])("%s is no compound", async (word) => {
  expect((await loadCompoundSplitter())(word)).toEqual([]);
});

test("a compound has as few parts as possible, each of four letters or more", () => {
  const split = splitterOf(new Set(["haus", "boot", "hausboot", "fahrt", "tür", "sfahrt"]));
  expect(split("hausbootfahrt")).toEqual(["hausboot", "fahrt"]);
  expect(split("hausbootsfahrt")).toEqual(["hausboot", "fahrt"]);
  expect(split("hausbootfahrten")).toEqual([]);
  expect(split("haustür")).toEqual([]);
  expect(split("hausboot")).toEqual([]);
  expect(split("hausxboot")).toEqual([]);
  expect(split(`${"haus".repeat(10)}boot`)).toEqual([]);
});
