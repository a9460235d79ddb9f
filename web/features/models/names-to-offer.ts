/** A name for a new model, and how it is shown. */
type Choice = { value: string; label: string };

/**
 * Names to choose a new model from: those that the provider lists, by the catalogue's names where it knows them;
 * without a list those of the catalogue.
 */
export function namesToOffer(
  known: readonly { name: string; displayName: string }[],
  offered: readonly string[],
): Choice[] {
  const labels = new Map(known.map(({ name, displayName }) => [name, displayName]));
  const names = offered.length > 0 ? offered : [...labels.keys()];
  return names.map((name) => ({ value: name, label: labels.get(name) ?? name }));
}
