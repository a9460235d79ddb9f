import { anthropicServer } from "../../test/providers/anthropic-server.ts";
import { adapterContract, type ContractSubject } from "../../test/providers/contract.ts";
import { type FakeStep, fakeAnswer, fakeProvider } from "../../test/providers/fake.ts";
import { googleServer } from "../../test/providers/google-server.ts";
import { openAiServer } from "../../test/providers/openai-server.ts";
import type { WireServer } from "../../test/providers/wire-server.ts";
import { createAdapter, PROVIDER_KINDS, type ProviderAdapter, type ProviderKind } from "./index.ts";

/** Test subjects by kind. A new kind must be added to compile. */
const SUBJECTS: Record<ProviderKind, () => ContractSubject> = {
  anthropic: () => {
    const server = anthropicServer().start();
    return overWire(
      server,
      createAdapter({ kind: "anthropic", apiKey: "key", baseUrl: server.origin }),
    );
  },
  openai: () => {
    const server = openAiServer().start();
    const baseUrl = `${server.origin}/v1`;
    return overWire(server, createAdapter({ kind: "openai", apiKey: "key", baseUrl }));
  },
  google: () => {
    const server = googleServer().start();
    return overWire(
      server,
      createAdapter({ kind: "google", apiKey: "key", baseUrl: server.origin }),
    );
  },
  excerpts: () => {
    let running = 0;
    const adapter = counted(createAdapter({ kind: "excerpts", paceMs: 4 }), (by) => {
      running += by;
    });
    return {
      adapter,
      answers: () => {
        const sentences = ["Otters eat fish.", "Otters eat crabs."];
        const lines = sentences.map((sentence) => `- ${sentence} [S1: "${sentence}"]`);
        return `These passages match your question best:\n\n${lines.join("\n")}`;
      },
      goesOn: () => {},
      running: () => running,
      stop: () => {},
    };
  },
};

for (const kind of PROVIDER_KINDS) adapterContract(kind, SUBJECTS[kind]);

adapterContract("the fake", () => {
  const script: FakeStep[][] = [];
  const fake = fakeProvider(() => script.shift() ?? []);
  return {
    adapter: fake,
    answers: (text) => {
      script.push(fakeAnswer(text));
      return text;
    },
    goesOn: () => {
      const word: FakeStep[] = [{ events: [{ type: "text", text: "on " }] }, { waitMs: 5 }];
      script.push(Array.from({ length: 200 }, () => word).flat());
    },
    fallsSilent: () => {
      script.push([{ events: [{ type: "text", text: "Well" }] }, { silence: true }]);
    },
    running: () => fake.calls.filter(({ ended }) => ended === undefined).length,
    stop: () => {},
  };
});

function overWire(server: WireServer, adapter: ProviderAdapter): ContractSubject {
  return {
    adapter,
    answers: (text) => {
      server.queue({ text, deltaChars: 5 });
      return text;
    },
    goesOn: () => {
      server.queue({ text: "on and ", endless: true, chunkMs: 5 });
    },
    fallsSilent: () => {
      server.queue({ fault: { kind: "silence", afterDeltas: 2 } });
    },
    running: () => server.running.length,
    reportedUsage: () => server.calls.at(-1)?.reportedUsage,
    stop: () => server.stop(),
  };
}

/** Counts the open streams of an adapter. */
function counted(adapter: ProviderAdapter, count: (by: 1 | -1) => void): ProviderAdapter {
  return {
    kind: adapter.kind,
    async *stream(request, call) {
      call.signal.throwIfAborted();
      count(1);
      try {
        yield* adapter.stream(request, call);
      } finally {
        count(-1);
      }
    },
  };
}
