import {
  foreign,
  hello,
  refused,
  type WireCase,
  whole,
  wireSuite,
} from "../../../test/providers/wire-cases.ts";

const JSON_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=UTF-8";
const STREAM_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream";

const U = '{"promptTokenCount":100,"candidatesTokenCount":10,"totalTokenCount":110}';
const response = (parts: string, rest = "") =>
  `{"candidates":[{"content":{"parts":[${parts}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":100,"totalTokenCount":100}${rest}}`;
const event = (body: string) => `data: ${body}\r\n\r\n`;
const parts = (list: string) => event(response(list));
const text = (words: string) => parts(`{"text":"${words}"}`);
const ending = (reason: string, usage = U, words = "") =>
  `{"candidates":[{"content":{"parts":[{"text":"${words}"}],"role":"model"},"finishReason":"${reason}","index":0}],"usageMetadata":${usage},"modelVersion":"gemini-3.8-flash","responseId":"r"}`;
const finish = (reason: string, usage = U) => event(ending(reason, usage));
const HI = text("Hel") + text("lo.");
const END = finish("STOP");
const ERROR = '{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}';

const ended = (word: string, ends: string, body = HI): WireCase => ({
  ...hello,
  body: body + finish(word),
  ends,
  text: body === "" ? "" : "Hello.",
});
const broken = (body: string, code: string): WireCase => ({
  body: HI + body,
  ends: `failed: ${code}`,
  text: "Hello.",
  usage: "100/3",
  cost: 106,
});
const thought = (body: string, reasoning = "Okay"): WireCase => ({
  ...hello,
  reasoning,
  body: body + END,
});
const counted = (usage: string, told: string, cost: number): WireCase => ({
  ...hello,
  body: event('{"candidates":[{"content":{"parts":[{"text":"Hello."}]}}]}') + finish("STOP", usage),
  usage: told,
  cost,
});

wireSuite("google", {
  "cut and empty answers": {
    "only thinking, up to the cap": {
      body:
        parts('{"text":"Okay","thought":true}') +
        finish(
          "MAX_TOKENS",
          '{"promptTokenCount":100,"thoughtsTokenCount":8192,"totalTokenCount":8292}',
        ),
      ends: "complete: only_thinking",
      reasoning: "Okay",
      usage: "100/8192",
      cost: 16_484,
    },
    "thinking out of sight, up to the cap": {
      body: event(
        '{"candidates":[{"finishReason":"MAX_TOKENS","index":0}],"usageMetadata":{"promptTokenCount":100,"thoughtsTokenCount":8192,"totalTokenCount":8292}}',
      ),
      ends: "complete: only_thinking",
      usage: "100/8192",
      cost: 16_484,
    },
    "cut text": ended("MAX_TOKENS", "complete: length"),
    "no text": ended("STOP", "complete: no_answer", ""),
  },
  "end reasons": {
    ...Object.fromEntries(
      ["STOP", "stop", "OTHER", "NEW_WORD"].map((word) => [word, ended(word, "complete")]),
    ),
    ...Object.fromEntries(
      [
        "SAFETY",
        "RECITATION",
        "LANGUAGE",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
      ].map((word) => [word, ended(word, "failed: refusal")]),
    ),
    ...Object.fromEntries(
      ["MALFORMED_RESPONSE", "MISSING_THOUGHT_SIGNATURE"].map((word) => [
        word,
        ended(word, "failed: provider_fault"),
      ]),
    ),
    ...Object.fromEntries(
      ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"].map((word) => [
        word,
        ended(word, "complete: tool_use", ""),
      ]),
    ),
    "a call that ends as an answer": {
      ...ended("STOP", "complete: tool_use", ""),
      body: parts('{"functionCall":{"name":"f","args":{}}}') + END,
    },
    "a number": whole(HI + END.replace('"STOP"', "1")),
    "a blocked prompt": {
      body: event(
        '{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":100,"totalTokenCount":100}}',
      ),
      ends: "failed: refusal",
      usage: "100/0",
      cost: 100,
    },
    "none, and the end": broken("", "cut"),
    "unspecified until the last": whole(
      (text("Hel") + text("lo.")).replaceAll(
        '"index":0',
        '"index":0,"finishReason":"FINISH_REASON_UNSPECIFIED"',
      ) + END,
    ),
    "unspecified, and the end": {
      ...broken("", "cut"),
      body: HI.replaceAll('"index":0', '"index":0,"finishReason":"FINISH_REASON_UNSPECIFIED"'),
    },
  },
  "errors inside a stream": {
    "at once": refused(
      event(
        '{"error":{"code":400,"message":"The input token count (9) exceeds the maximum number of tokens allowed (8).","status":"INVALID_ARGUMENT"}}',
      ),
      "context_too_long",
    ),
    "at once, in a list, that may pass": refused(event(`[${ERROR}]`), "overloaded", 3),
    "behind a response without words": refused(
      parts('{"text":""}') + event(ERROR),
      "overloaded",
      3,
    ),
    "in the middle": broken(event(ERROR), "overloaded"),
    "as a document": { ...refused(ERROR, "overloaded", 3), head: JSON_HEAD },
    "as a document in a list": {
      ...refused(`[${JSON.stringify(JSON.parse(ERROR), null, 2)}]`, "overloaded", 3),
      head: JSON_HEAD,
    },
  },
  "a connection that stays open behind the end reason": {
    "with nothing more": { ...whole(HI + END), open: true },
    "with heartbeats": { ...whole(HI + END), open: "data:\r\n\r\n" },
  },
  "unexpected forms": {
    "a list of responses, without alt=sse": whole(
      `[${response('{"text":"Hel"}')}\n,\r\n${response('{"text":"lo."}')}\n,\r\n${ending("STOP")}\n]\n`,
      JSON_HEAD,
    ),
    "a list that breaks off": {
      ...broken("", "cut"),
      head: JSON_HEAD,
      body: `[${response('{"text":"Hel"}')}\n,\r\n${response('{"text":"lo."}')}`,
    },
    "one whole response": whole(ending("STOP", U, "Hello."), JSON_HEAD),
    "one whole response in one event": whole(event(ending("STOP", U, "Hello."))),
    "a stream called JSON": whole(HI + END, JSON_HEAD),
    "a stream that ends with [DONE]": whole(`${HI}${END}data: [DONE]\n\n`),
    "a whole completion of another format": foreign(
      '{"object":"chat.completion","choices":[{"message":{"content":"Hello."},"finish_reason":"stop"}]}',
      JSON_HEAD,
    ),
    "a page": foreign("<html></html>", "HTTP/1.1 200 OK\r\ncontent-type: text/html"),
    "an empty list": foreign("[]", JSON_HEAD),
    "an empty stream": foreign("", STREAM_HEAD),
  },
  framing: {
    "empty heartbeats": whole(`data:\n\n${HI}data: \n\n${END}`),
    "no blank line at the end": whole((HI + END).trimEnd()),
    "an error behind the end reason": whole(HI + END + event(ERROR)),
    "half an event in the middle": broken('data: {"candi\n\n', "malformed"),
    "a reset in the middle": { ...broken("", "cut"), reset: true },
    "a reset behind the end reason": { ...whole(HI + END), reset: true },
    "a bare error behind text": broken(`${ERROR}\n`, "overloaded"),
    "only line feeds": whole((HI + END).replaceAll("\r\n", "\n")),
    "parts of other kinds, and none": whole(
      event('{"candidates":[{"content":{"role":"model"}}]}') +
        event('{"candidates":[{"content":{"parts":[null,{"executableCode":{}}]}}]}') +
        event('{"candidates":[]}') +
        HI +
        END,
    ),
    "a part that is no list": whole(
      event('{"candidates":[{"content":{"parts":{"text":"Hello."}}}]}') + END,
    ),
    "a second candidate": whole(
      event(
        '{"candidates":[{"index":1,"content":{"parts":[{"text":"No"}]}},{"index":0,"content":{"parts":[{"text":"Hello."}]}}]}',
      ) + END,
    ),
    "each response in another": whole(
      (HI + END).replaceAll(/data: (.*)\r\n/g, 'data: {"response":$1}\r\n'),
    ),
    "final responses twice": whole(HI + END + END),
    "the names of protocol buffers": whole(
      (HI + END)
        .replaceAll("finishReason", "finish_reason")
        .replaceAll("usageMetadata", "usage_metadata")
        .replaceAll("promptTokenCount", "prompt_token_count")
        .replaceAll("candidatesTokenCount", "candidates_token_count")
        .replaceAll("totalTokenCount", "total_token_count"),
    ),
    "several parts at once": whole(parts('{"text":"Hel"},{"text":"lo."}') + END),
  },
  thinking: {
    "in parts": thought(parts('{"text":"Okay","thought":true}') + HI),
    "in the same response": thought(parts('{"text":"Okay","thought":true},{"text":"Hello."}')),
    "signed, on the text": thought(
      parts('{"text":"Okay","thought":true}') +
        parts('{"text":"Hello.","thoughtSignature":"c2ln"}'),
    ),
    "in tags": thought(text("<think>Okay</think>Hello.")),
    "with the closing tag alone": thought(text("Okay</think>Hello.")),
  },
  usage: {
    "thoughts beside the answer": counted(
      '{"promptTokenCount":100,"candidatesTokenCount":10,"thoughtsTokenCount":30,"totalTokenCount":140}',
      "100/40",
      180,
    ),
    "thoughts that only the total tells": counted(
      '{"promptTokenCount":100,"candidatesTokenCount":10,"totalTokenCount":210}',
      "100/110",
      320,
    ),
    "a cached prefix": counted(
      '{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":10,"totalTokenCount":110}',
      "40+60r/10",
      66,
    ),
    "what tools have read": counted(
      '{"promptTokenCount":60,"toolUsePromptTokenCount":40,"candidatesTokenCount":10,"totalTokenCount":110}',
      "100/10",
      120,
    ),
    "in digits": counted('{"promptTokenCount":"100","candidatesTokenCount":"10"}', "100/10", 120),
    "zeros behind counts": whole(
      HI + END + finish("STOP", '{"promptTokenCount":0,"candidatesTokenCount":0}'),
    ),
    "no output for a text": counted('{"promptTokenCount":100,"totalTokenCount":100}', "100/3", 106),
    "no input for an output": counted('{"candidatesTokenCount":10}', "363/10", 383),
    missing: counted("null", "363/3", 369),
  },
});
