import { type ReadonlySignal, signal } from "@preact/signals";

export type PasswordRequest = {
  /** Ends the request: whether the right password was given. */
  end: (confirmed: boolean) => void;
};

const current = signal<PasswordRequest | undefined>(undefined);

/** The pending request, for which the shell shows the dialog. */
export const passwordRequest: ReadonlySignal<PasswordRequest | undefined> = current;

/** Asks for the password again, which the API requires for this action. @returns whether it was given. */
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
