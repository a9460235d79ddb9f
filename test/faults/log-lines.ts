/** What a process says to people before it serves; everything else is for machines. */
const SAID = /^(Atelier is at |Make the first account: )/;

/** The lines of a process's output that are neither JSON nor said to people. */
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
