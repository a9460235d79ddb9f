/** Lines for people, printed before the process serves; everything else is JSON. */
const SAID = /^(Atelier is at |Make the first account: )/;

/** The output lines of a process that are neither JSON nor for people. */
export function plainLines(output: string): string[] {
  const complete = output.slice(0, output.lastIndexOf("\n") + 1);
  return complete.split("\n").filter((line) => line !== "" && !SAID.test(line) && !isJson(line));
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
