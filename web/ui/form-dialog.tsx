import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import type { Action } from "../lib/action.ts";
import { t } from "../lib/i18n.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { FormError } from "./form-error.tsx";

/** A modal form: its fields are the children; the action's error is shown above them. */
export function FormDialog(props: {
  title: string;
  action: Action<[]>;
  /** Label of the submit button; default: "Save". */
  submit?: string;
  wide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const { action } = props;
  const formId = useId();
  return (
    <Dialog
      title={props.title}
      wide={props.wide}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>{t("common.cancel")}</Button>
          <Button look="primary" type="submit" form={formId} busy={action.busy.value}>
            {props.submit ?? t("common.save")}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void action.run();
        }}
      >
        <FormError error={action.error.value} />
        {props.children}
      </form>
    </Dialog>
  );
}
