import { type ReadonlySignal, signal } from "@preact/signals";

export type PasswordRequest = {
  /** Ends the request: whether the password was given and right. */
  end: (confirmed: boolean) => void;
};

const current = signal<PasswordRequest | undefined>(undefined);

/** What the shell shows its dialog for. */
export const passwordRequest: ReadonlySignal<PasswordRequest | undefined> = current;

/** Asks for the password again, because the API wants it before this act. @returns whether it was given. */
export function askForPassword(): Promise<boolean> {
  current.peek()?.end(false);
  return new Promise((resolve) => {
    current.value = {
      end: (confirmed) => {
        current.value = undefined;
        resolve(confirmed);
      },
    };
  });
}
