import {
  foreign,
  hello,
  JSON_HEAD,
  refused,
  type WireCase,
  whole,
  wireSuite,
} from "../../../test/providers/wire-cases.ts";

const STREAM_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream";

const start = (usage: string) =>
  `event: message_start\ndata: {"type":"message_start","message":{"role":"assistant","content":[],"stop_reason":null,"usage":${usage}}}\n\n`;
const START = start('{"input_tokens":100,"output_tokens":1}');
const PING = 'event: ping\ndata: {"type":"ping"}\n\n';
const block = (fields: string) =>
  `event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":${fields}}\n\n`;
const delta = (fields: string) =>
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":${fields}}\n\n`;
const text = (words: string) => delta(`{"type":"text_delta","text":"${words}"}`);
const BLOCK_STOP = 'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n';
const TEXT = block('{"type":"text","text":""}') + text("Hel") + text("lo.") + BLOCK_STOP;
const finish = (reason: string, usage = '{"output_tokens":10}') =>
  `event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":${reason},"stop_sequence":null},"usage":${usage}}\n\n`;
const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
const DONE = "data: [DONE]\n\n";
const HI = START + PING + TEXT;
const END = finish('"end_turn"') + STOP;
const WHOLE =
  '{"type":"message","role":"assistant","content":[{"type":"text","text":"Hel"},{"type":"text","text":"lo."}],"stop_reason":"end_turn","usage":{"input_tokens":100,"output_tokens":10}}';

const ended = (word: string, ends: string, words = TEXT): WireCase => ({
  ...hello,
  body: START + words + finish(`"${word}"`) + STOP,
  ends,
  text: words === "" ? "" : "Hello.",
});
/** The provider has counted the prompt, and three tokens of text came. */
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
  body: START + body + END,
});
const counted = (first: string, last: string, told: string, cost: number): WireCase => ({
  ...hello,
  body: start(first) + TEXT + finish('"end_turn"', last) + STOP,
  usage: told,
  cost,
});

wireSuite("anthropic", {
  "cut and empty answers": {
    "only thinking, up to the cap": {
      body:
        START +
        block('{"type":"thinking","thinking":"","signature":""}') +
        delta('{"type":"thinking_delta","thinking":"Okay"}') +
        finish('"max_tokens"', '{"output_tokens":8192}') +
        STOP,
      ends: "complete: only_thinking",
      reasoning: "Okay",
      usage: "100/8192",
      cost: 16_484,
    },
    "thinking that is not shown, and nothing else": {
      ...ended("end_turn", "complete: only_thinking", ""),
      body:
        START + block('{"type":"thinking","thinking":"","signature":"c2ln"}') + BLOCK_STOP + END,
    },
    "cut text": ended("max_tokens", "complete: length"),
    "no text": ended("end_turn", "complete: no_answer", ""),
  },
  "end reasons": {
    ...Object.fromEntries(
      ["end_turn", "stop_sequence", "stop", "STOP", "pause_turn", "new_word"].map((word) => [
        word,
        ended(word, "complete"),
      ]),
    ),
    ...Object.fromEntries(
      ["max_tokens", "model_context_window_exceeded", "length"].map((word) => [
        word,
        ended(word, "complete: length"),
      ]),
    ),
    ...Object.fromEntries(
      ["refusal", "content_filter", "SAFETY"].map((word) => [word, ended(word, "failed: refusal")]),
    ),
    "a refusal without text": ended("refusal", "failed: refusal", ""),
    "tool_use with text": ended("tool_use", "complete"),
    "tool_use without text": ended("tool_use", "complete: tool_use", ""),
    "a call that ends as an answer": {
      ...ended("end_turn", "complete: tool_use", ""),
      body: START + block('{"type":"tool_use","id":"t","name":"f"}') + BLOCK_STOP + END,
    },
    "in message_stop": {
      ...ended("", "complete: length"),
      body: `${HI}event: message_delta\ndata: {"type":"message_delta","delta":{},"usage":{"output_tokens":10}}\n\nevent: message_stop\ndata: {"type":"message_stop","stop_reason":"max_tokens"}\n\n`,
    },
    "null, and message_stop": whole(HI + finish("null") + STOP),
    "none, and message_stop": { ...whole(HI + STOP), usage: "100/1", cost: 102 },
    "none, and the end": { ...broken("", "cut") },
    "no message_stop": whole(HI + finish('"end_turn"')),
  },
  "errors inside a stream": {
    "at once": refused(
      'event: error\ndata: {"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long"}}\n\n',
      "context_too_long",
    ),
    "at once, that may pass": refused(
      `${PING}event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n`,
      "overloaded",
      3,
    ),
    "behind the start alone": refused(
      `${START}event: error\ndata: {"type":"error","error":{"type":"api_error","message":"broken"}}\n\n`,
      "provider_fault",
      3,
    ),
    "behind an empty block": refused(
      `${START}${block('{"type":"text","text":""}')}event: error\ndata: {"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long"}}\n\n`,
      "context_too_long",
    ),
    "behind thinking that is not shown": {
      body: `${START}${block('{"type":"thinking","thinking":"","signature":"c2ln"}')}${BLOCK_STOP}event: error\ndata: {"type":"error","error":{"type":"api_error","message":"broken"}}\n\n`,
      ends: "failed: provider_fault",
      usage: "100/1",
      cost: 102,
    },
    "in the middle": broken(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
      "overloaded",
    ),
    "without a type, and [DONE]": broken(
      `data: {"error":{"type":"api_error","message":"broken"}}\n\n${DONE}`,
      "provider_fault",
    ),
    "by the name of the event": broken(
      'event: error\ndata: {"message":"broken","status":500}\n\n',
      "provider_fault",
    ),
    detail: broken('data: {"detail":"Internal Server Error"}\n\n', "provider_fault"),
    "an empty error": whole(START + TEXT.replaceAll('{"type"', '{"error":{},"type"') + END),
  },
  "a connection that stays open behind the end reason": {
    "without message_stop": { ...whole(HI + finish('"end_turn"')), open: true },
    "with heartbeats": { ...whole(HI + finish('"end_turn"')), open: PING },
    "without usage": {
      ...whole(HI + finish('"end_turn"', "null")),
      usage: "100/1",
      cost: 102,
      open: true,
    },
  },
  "unexpected forms": {
    "a stream called JSON": whole(HI + END, JSON_HEAD),
    "a whole message": whole(WHOLE, JSON_HEAD),
    "a whole message, indented": whole(JSON.stringify(JSON.parse(WHOLE), null, 2), JSON_HEAD),
    "a whole message called a stream": whole(`${WHOLE}\n\n${DONE}`),
    "a whole message in one event": whole(`data: ${WHOLE}\n\n`),
    "a whole message of plain text": whole(
      WHOLE.replace(/"content":\[.*?\]/, '"content":"Hello."'),
      JSON_HEAD,
    ),
    "a whole message at the start": whole(
      `data: {"type":"message_start","message":${WHOLE}}\n\n${END}`,
    ),
    "a whole message with thinking": {
      ...whole(
        WHOLE.replace(
          '"content":[',
          '"content":[{"type":"thinking","thinking":"Okay","signature":"c2ln"},',
        ),
        JSON_HEAD,
      ),
      reasoning: "Okay",
    },
    "a whole error": refused(
      '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
      "bad_key",
    ),
    "a whole completion of another format": foreign(
      '{"object":"chat.completion","choices":[{"message":{"content":"Hello."},"finish_reason":"stop"}]}',
    ),
    "a page": foreign("<html></html>", "HTTP/1.1 200 OK\r\ncontent-type: text/html"),
    "any document": foreign('{"ok":true}'),
    "nothing, 204": foreign("", "HTTP/1.1 204 No Content\r\nx: y"),
    "an empty stream": foreign("", STREAM_HEAD),
    "only pings": foreign(PING + PING, STREAM_HEAD),
  },
  framing: {
    "no blank lines between the events": whole((HI + END).replaceAll("\n\n", "\n")),
    "a bare error behind text": broken(
      '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n',
      "overloaded",
    ),
    "empty heartbeats": whole(`data:\n\n${START}data:\n\n${TEXT}data: \n\n${END}`),
    "pings that are no JSON": whole(`event: ping\ndata: ping\n\n${HI}event: ping\ndata:\n\n${END}`),
    "[DONE] in place of message_stop": whole(HI + finish('"end_turn"') + DONE),
    "[DONE] behind message_stop": whole(HI + END + DONE),
    "no blank line at the end": whole((HI + END).trimEnd()),
    "no blank line behind the end reason": whole((HI + finish('"end_turn"')).trimEnd()),
    "an error behind the end reason": whole(
      `${HI}${finish('"end_turn"')}event: error\ndata: {"type":"error","error":{"type":"api_error"}}\n\n`,
    ),
    "a reset behind the end reason": { ...whole(HI + finish('"end_turn"')), reset: true },
    "half an event in the middle": broken(`data: {"type":"content\n\n${END}`, "malformed"),
    "a reset in the middle": { ...broken("", "cut"), reset: true },
    CRLF: whole((HI + END).replaceAll("\n", "\r\n")),
    "no names of events": whole((HI + END).replaceAll(/event: \w+\n/g, "")),
    "names of events alone": whole(
      (HI + END).replaceAll(/(data: \{)"type":"(message|content|ping)\w*",?/g, "$1"),
    ),
    "unknown events": whole(
      `${START}event: news\ndata: {"type":"news","of":"a later version"}\n\n${TEXT}${END}`,
    ),
  },
  thinking: {
    "in a block": thought(
      block('{"type":"thinking","thinking":"","signature":""}') +
        delta('{"type":"thinking_delta","thinking":"Okay"}') +
        delta('{"type":"signature_delta","signature":"c2ln"}') +
        BLOCK_STOP +
        TEXT,
    ),
    "in tags": thought(text("<think>Okay</think>Hello.")),
    "in tags cut by events": thought(text("<th") + text("ink>Okay</thi") + text("nk>Hello.")),
    "with the closing tag alone": thought(text("Okay</think>Hello.")),
    "that only its provider can read": thought(
      block('{"type":"redacted_thinking","data":"b3Bh"}') + BLOCK_STOP + TEXT,
      "",
    ),
    "with citations beside the text": thought(
      block('{"type":"text","text":"","citations":[]}') +
        text("Hel") +
        delta('{"type":"citations_delta","citation":{"cited_text":"x"}}') +
        text("lo.") +
        BLOCK_STOP,
      "",
    ),
  },
  usage: {
    "in digits": counted('{"input_tokens":"100"}', '{"output_tokens":"10"}', "100/10", 120),
    "in the delta": whole(
      HI +
        finish('"end_turn"', "null").replace(
          '"stop_sequence"',
          '"usage":{"output_tokens":10},"stop_sequence"',
        ) +
        STOP,
    ),
    "in message_stop": whole(
      HI +
        finish('"end_turn"', "null") +
        'data: {"type":"message_stop","usage":{"output_tokens":10}}\n\n',
    ),
    "of Bedrock": whole(
      `${start("null")}${TEXT}${finish('"end_turn"', "null")}data: {"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":100,"outputTokenCount":10}}\n\n`,
    ),
    "of Bedrock, with its cache": {
      ...whole(
        `${start("null")}${TEXT}${finish('"end_turn"', "null")}data: {"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":10,"cacheReadInputTokenCount":60,"cacheWriteInputTokenCount":30,"outputTokenCount":10}}\n\n`,
      ),
      usage: "10+60r+30w/10",
      cost: 74,
    },
    "under OpenAI's names": counted(
      "null",
      '{"prompt_tokens":100,"completion_tokens":10}',
      "100/10",
      120,
    ),
    "zero input behind a count": counted(
      '{"input_tokens":100,"output_tokens":1}',
      '{"input_tokens":0,"output_tokens":10}',
      "100/10",
      120,
    ),
    "zero input that is corrected": counted(
      '{"input_tokens":0,"output_tokens":0}',
      '{"input_tokens":100,"output_tokens":10}',
      "100/10",
      120,
    ),
    "zero input that never is": counted(
      '{"input_tokens":0,"output_tokens":0}',
      '{"output_tokens":10}',
      "363/10",
      383,
    ),
    "no output for a text": counted(
      '{"input_tokens":100,"output_tokens":0}',
      '{"output_tokens":0}',
      "100/3",
      106,
    ),
    "writes to the cache by their kinds alone": counted(
      '{"input_tokens":100,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}}',
      '{"output_tokens":10}',
      "100+30w/10",
      158,
    ),
    "writes to the cache by their kinds and in all": counted(
      '{"input_tokens":100,"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}}',
      '{"output_tokens":10}',
      "100+30w/10",
      158,
    ),
    "reads from the cache": counted(
      '{"input_tokens":40,"cache_read_input_tokens":60,"cache_creation_input_tokens":0}',
      '{"output_tokens":10}',
      "40+60r/10",
      66,
    ),
    "null, and null counts": counted(
      "null",
      '{"input_tokens":null,"output_tokens":10}',
      "363/10",
      383,
    ),
    missing: {
      ...hello,
      body: start("null") + TEXT + finish('"end_turn"', "null") + STOP,
      usage: "363/3",
      cost: 369,
    },
  },
});
