import { Component, type ComponentChildren } from "preact";
import { t } from "../../lib/i18n.ts";
import { ErrorState } from "../../ui/states.tsx";

type Props = { children: ComponentChildren; resetKey: string };
type State = { failed: boolean; key: string };

/** Shows a way on when a page's own code fails; going to another page clears it. */
export class CrashBoundary extends Component<Props, State> {
  override state: State = { failed: false, key: "" };

  static override getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return state.key === props.resetKey ? null : { failed: false, key: props.resetKey };
  }

  override componentDidCatch(error: unknown): void {
    this.setState({ failed: true });
    // Reported as any uncaught error is: the console, and error tracking where it is switched on.
    reportError(error);
  }

  override render(): ComponentChildren {
    if (!this.state.failed) return this.props.children;
    return (
      <main id="main" class="page">
        <ErrorState
          title={t("crash.title")}
          detail={t("crash.detail")}
          onRetry={() => this.setState({ failed: false })}
        />
      </main>
    );
  }
}
