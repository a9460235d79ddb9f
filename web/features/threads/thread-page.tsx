import { useModel, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { attempt } from "../../lib/action.ts";
import { announce } from "../../lib/announce.ts";
import type { CitationPart } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { useTitle } from "../../lib/page-title.ts";
import { LinkButton } from "../../ui/button.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states.tsx";
import { CitationPanel } from "../knowledge/index.ts";
import { focusComposer, mayAddFiles } from "../shell/index.ts";
import { Composer } from "./composer.tsx";
import { EarlierMessages } from "./earlier-messages.tsx";
import { MessageView } from "./message-view.tsx";
import { ThreadHead } from "./thread-head.tsx";
import { ThreadModel } from "./thread-model.ts";
import { useKeptPlace } from "./use-kept-place.ts";
import { useLinkedMessage } from "./use-linked-message.ts";
import { useNewestFirst } from "./use-newest-first.ts";
import { useStickToEnd } from "./use-stick-to-end.ts";

/** So many of the last messages are seen first. */
const RECENT = 4;

export default function ThreadPage(): JSX.Element {
  const { params } = useRoute();
  const id = params.threadId ?? "";
  return <OneThread key={id} id={id} />;
}

function OneThread(props: { id: string }): JSX.Element {
  const { route } = useLocation();
  const model = useModel(() => new ThreadModel(props.id));
  const source = useSignal<CitationPart | undefined>(undefined);
  const detail = model.detail.value;
  const running = model.running.value;
  useTitle(detail ? detail.title || t("threads.untitled") : undefined);
  const end = useStickToEnd();
  const list = useRef<HTMLDivElement>(null);
  const branch = detail?.messages ?? [];
  const shown = useNewestFirst(branch);
  useKeptPlace(list, shown[0]?.id);
  useLinkedMessage(detail !== undefined, (id) => {
    end.release();
    return model.find(id);
  });

  useEffect(() => {
    // A thread that was just started is shown at once, and reloaded for its title.
    void model.load();
    return () => model.dispose();
  }, []);
  const isRunning = running !== undefined;
  useEffect(() => {
    if (!isRunning) return;
    announce(t("thread.answering"));
    const onKeyDown = (event: KeyboardEvent) => {
      const inside = event.target instanceof Element && event.target.closest("dialog, [popover]");
      if (event.key === "Escape" && !event.defaultPrevented && !inside) attempt(model.stop());
    };
    addEventListener("keydown", onKeyDown);
    return () => {
      removeEventListener("keydown", onKeyDown);
      announce(t("thread.answered"));
    };
  }, [isRunning]);

  const error = model.error.value;
  if (error && !detail) {
    return (
      <main id="main" class="page">
        {error.status === 404 ? (
          <EmptyState
            icon="thread"
            title={t("thread.missing")}
            action={<LinkButton href="/">{t("notFound.action")}</LinkButton>}
          >
            {t("thread.missing.detail")}
          </EmptyState>
        ) : (
          <ErrorState
            title={t("thread.failed")}
            detail={error.detail}
            requestId={error.requestId}
            onRetry={() => void model.load()}
          />
        )}
      </main>
    );
  }
  const choice = {
    modelId: detail?.modelId ?? null,
    agentId: detail?.agentId ?? null,
    effort: detail?.effort ?? null,
  };
  return (
    <div class={source.value ? "thread-layout with-panel" : "thread-layout"}>
      <main id="main" class="thread">
        <ThreadHead
          thread={detail}
          onChanged={(thread) => {
            if (model.detail.value) model.detail.value = { ...model.detail.value, ...thread };
          }}
          onDeleted={() => route(detail ? `/projects/${detail.projectId}` : "/")}
        />
        <div class="messages" ref={list}>
          {shown[0] && shown[0] === branch[0] && typeof detail?.nextCursor === "string" && (
            <EarlierMessages firstId={shown[0].id} load={model.loadEarlier} />
          )}
          {detail ? (
            shown.map((message, index) => (
              <MessageView
                key={message.id}
                message={message}
                thread={detail}
                recent={index >= shown.length - RECENT}
                live={model.live}
                connection={model.connection}
                busy={isRunning}
                onCite={(citation) => {
                  source.value = citation;
                }}
                onChoose={(id) => attempt(model.choose(id))}
                onRegenerate={(target, modelId) => attempt(model.regenerate(target, modelId))}
                onEdit={async (target, text) => {
                  await model.edit(target, text, choice);
                  focusComposer();
                }}
                onContinue={
                  index === shown.length - 1
                    ? () => attempt(model.send(t("answer.continue.question"), choice))
                    : undefined
                }
              />
            ))
          ) : (
            <Skeleton lines={6} />
          )}
        </div>
        <div class="thread-foot">
          {end.away.value && (
            <button type="button" class="jump" onClick={end.jump}>
              {t("thread.jump")}
            </button>
          )}
          {detail &&
            (detail.mayWrite ? (
              <Composer
                key={detail.id}
                draftKey={detail.id}
                projectId={detail.projectId}
                placeholder={t("thread.reply")}
                autoFocus
                attach={mayAddFiles(detail.projectId)}
                running={isRunning}
                initial={choice}
                onStop={() => attempt(model.stop())}
                onSend={async (text, chosen) => {
                  await model.send(text, chosen);
                  end.jump();
                }}
              />
            ) : (
              <p class="composer-note">{t("thread.readOnly")}</p>
            ))}
        </div>
      </main>
      {source.value && detail && (
        <CitationPanel
          key={`${source.value.fileVersionId}:${source.value.start}`}
          projectId={detail.projectId}
          citation={source.value}
          onClose={() => {
            source.value = undefined;
          }}
        />
      )}
    </div>
  );
}
