import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { api, read } from "../../lib/api.ts";
import type { PasswordJudgement } from "../../lib/api-types.ts";
import { type MessageId, t } from "../../lib/i18n.ts";
import { typed } from "../../ui/bind.ts";
import { Input } from "../../ui/field.tsx";

/** As long as somebody may pause while typing. */
const PAUSE_MS = 400;

const WEAKNESS: Record<NonNullable<PasswordJudgement["weakness"]>, MessageId> = {
  password_too_short: "password.tooShort",
  password_personal: "password.personal",
  password_repetitive: "password.repetitive",
  password_common: "password.common",
};

/** The field of a password to be set, with how hard it is to guess, as the server will judge it. */
export function NewPasswordInput(props: {
  label: string;
  password: Signal<string>;
  /** Whose it is to be, as far as that is known. */
  owner?: { name: string; email: string } | undefined;
  name?: string | undefined;
  error?: string | undefined;
  autoFocus?: boolean | undefined;
}): JSX.Element {
  const judged = useSignal<PasswordJudgement | undefined>(undefined);
  const password = props.password.value;
  const { name, email } = props.owner ?? {};
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      // Nothing depends on it: the server judges again when the form is sent.
      judged.value = password
        ? await read(
            api.POST("/auth/password-check", {
              body: { password, ...(name && { name }), ...(email && { email }) },
              signal: stop.signal,
            }),
          ).catch(() => undefined)
        : undefined;
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [password, name, email]);
  const judgement = password ? judged.value : undefined;
  const said = judgement && sentence(judgement);
  // What the server refused may have been typed over since.
  const error = props.error && (judgement ? (judgement.weakness ? said : undefined) : props.error);
  return (
    <div class="new-password">
      <Input
        label={props.label}
        type="password"
        name={props.name}
        autoComplete="new-password"
        minLength={12}
        maxLength={200}
        hint={t("field.password.hint")}
        {...typed(props.password)}
        error={error}
        autoFocus={props.autoFocus}
        required
      />
      <p class="strength" role="status" data-score={judgement?.score}>
        {said && !error && (
          <>
            <span class="strength-bar" aria-hidden="true" />
            {said}
          </>
        )}
      </p>
    </div>
  );
}

function sentence({ weakness, score }: PasswordJudgement): string {
  return t(weakness ? WEAKNESS[weakness] : score === 4 ? "password.strong" : "password.good");
}
