/** Whether an error has this code: the system's (`ENOENT`) or a library's. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && Reflect.get(error, "code") === code;
}
