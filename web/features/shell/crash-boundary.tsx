import { Component, type ComponentChildren } from "preact";
import { t } from "../../lib/i18n.ts";
import { ErrorState } from "../../ui/states.tsx";

type Props = { children: ComponentChildren; resetKey: string };
type State = { failed: boolean; key: string };

/** Error boundary of a page; navigation resets it. */
export class CrashBoundary extends Component<Props, State> {
  override state: State = { failed: false, key: "" };

  static override getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return state.key === props.resetKey ? null : { failed: false, key: props.resetKey };
  }

  override componentDidCatch(error: unknown): void {
    this.setState({ failed: true });
    // Reported like any uncaught error: to the console, and to error tracking where enabled.
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
