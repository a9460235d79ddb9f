import { gzipSync } from "node:zlib";
import {
  foreign,
  hello,
  JSON_HEAD,
  refused,
  type WireCase,
  whole,
  wireSuite,
} from "../../../test/providers/wire-cases.ts";

const HTML_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/html";

const EVENTS = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream";

const ROLE =
  'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n';
const HEL = 'data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n';
const LO = 'data: {"choices":[{"index":0,"delta":{"content":"lo."}}]}\n\n';
const HI = ROLE + HEL + LO;
const finish = (word: string) =>
  `data: {"choices":[{"index":0,"delta":{},"finish_reason":"${word}"}]}\n\n`;
const STOP = finish("stop");
const U = '{"prompt_tokens":100,"completion_tokens":10,"total_tokens":110}';
const usage = (counts: string) => `data: {"choices":[],"usage":${counts}}\n\n`;
const DONE = "data: [DONE]\n\n";
const END = STOP + usage(U) + DONE;
const WHOLE = `{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hello."},"finish_reason":"stop"}],"usage":${U}}`;

const delta = (fields: string) => `data: {"choices":[{"index":0,"delta":${fields}}]}\n\n`;
const ended = (word: string, ends: string, text = "Hello."): WireCase => ({
  ...hello,
  body: (text === "" ? ROLE : HI) + finish(word) + usage(U) + DONE,
  ends,
  text,
});
/** An error behind the text, which is kept and charged as estimated. */
const broken = (body: string, code: string): WireCase => ({
  body: HI + body,
  ends: `failed: ${code}`,
  text: "Hello.",
  usage: "363/3",
  cost: 369,
});
const thought = (body: string, reasoning = "Okay"): WireCase => ({
  ...hello,
  reasoning,
  body: body + END,
});
const counted = (counts: string, told: string, cost: number): WireCase => ({
  ...hello,
  body: HI + STOP + usage(counts) + DONE,
  usage: told,
  cost,
});

wireSuite("openai", {
  "cut and empty answers": {
    "only thinking, up to the cap": {
      body:
        ROLE +
        delta('{"reasoning_content":"Okay let me"}') +
        finish("length") +
        usage('{"prompt_tokens":100,"completion_tokens":8192}') +
        DONE,
      ends: "complete: only_thinking",
      reasoning: "Okay let me",
      usage: "100/8192",
      cost: 16_484,
    },
    "thinking out of sight, up to the cap": {
      body:
        ROLE +
        finish("length") +
        usage(
          '{"prompt_tokens":100,"completion_tokens":8192,"completion_tokens_details":{"reasoning_tokens":8192}}',
        ) +
        DONE,
      ends: "complete: only_thinking",
      usage: "100/8192",
      cost: 16_484,
    },
    "cut text": ended("length", "complete: length"),
    "no text": ended("stop", "complete: no_answer", ""),
    "no text, cut": ended("length", "complete: no_answer", ""),
  },
  "content in parts": {
    "thinking and text": {
      ...hello,
      reasoning: "Okay",
      body:
        delta('{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Okay"}]}]}') +
        delta('{"content":[{"type":"text","text":"Hel"}]}') +
        LO +
        END,
    },
    "thinking as text": thought(delta('{"content":[{"type":"thinking","thinking":"Okay"}]}') + HI),
    "reasoning with a summary": thought(
      delta(
        '{"content":[{"type":"reasoning","summary":[{"type":"summary_text","text":"Okay"}]},{"type":"text","text":"Hello."}]}',
      ),
    ),
    "parts of unknown types": whole(
      delta(
        '{"content":[{"type":"reference","reference_ids":[1]},{"type":"output_text","text":"Hel"},null,{"type":"text","text":"lo."},{"type":"image_url"}]}',
      ) + END,
    ),
    "plain strings": whole(delta('{"content":["Hel","lo."]}') + END),
    "a refusal": {
      ...hello,
      text: "I can't.",
      ends: "failed: refusal",
      body: delta('{"content":[{"type":"refusal","refusal":"I can\'t."}]}') + END,
    },
  },
  "content in other places": {
    "one part that is no list": whole(delta('{"content":{"type":"text","text":"Hello."}}') + END),
    "text in a value": whole(
      delta('{"content":[{"type":"text","text":{"value":"Hello.","annotations":[]}}]}') + END,
    ),
    "a delta that is text": whole(delta('"Hel"') + delta('"lo."') + END),
    "the text of older completions": whole(
      `data: {"choices":[{"index":0,"text":"Hel"}]}\n\ndata: {"choices":[{"index":0,"text":"lo."}]}\n\n${END}`,
    ),
    "a choice that is no list": whole(
      `data: {"choices":{"index":0,"delta":{"content":"Hello."}}}\n\n${END}`,
    ),
    "a choice with another number": whole((HI + END).replaceAll('"index":0', '"index":1')),
    "a second choice": whole(
      `${HEL}data: {"choices":[{"index":1,"delta":{"content":"No"}}]}\n\ndata: {"choices":[{"index":1,"delta":{"content":"No"}},{"index":0,"delta":{"content":"lo."}}]}\n\n${END}`,
    ),
    "the first of two choices, which comes second": whole(
      `data: {"choices":[{"index":1,"delta":{"content":"No"}},{"index":0,"delta":{"content":"Hello."}}]}\n\n${END}`,
    ),
    "the whole behind its deltas, as a message": whole(
      `${HI}data: {"choices":[{"index":0,"message":{"content":"Hello."},"finish_reason":"stop"}]}\n\n${usage(U)}${DONE}`,
    ),
    "the whole behind its deltas, as a delta": whole(
      `${HI}data: {"object":"chat.completion","choices":[{"index":0,"delta":{"content":"Hello."},"finish_reason":"stop"}]}\n\n${usage(U)}${DONE}`,
    ),
    "final chunks twice": whole(HI + STOP + STOP + usage(U) + usage(U) + DONE + DONE),
    "what is left of calls": whole(
      delta('{"content":"","tool_calls":[{"index":0}]}') +
        delta('{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}') +
        HI +
        END,
    ),
    "a call that ends as an answer": {
      ...ended("stop", "complete: tool_use", ""),
      body: delta('{"tool_calls":[{"index":0,"id":"a","function":{"name":"f"}}]}') + END,
    },
    "a call of the older kind that ends as an answer": {
      ...ended("stop", "complete: tool_use", ""),
      body: delta('{"function_call":{"name":"f","arguments":"{}"}}') + END,
    },
    "a call that is cut": {
      ...ended("length", "complete: no_answer", ""),
      body: delta('{"tool_calls":[{"index":0}]}') + finish("length") + usage(U) + DONE,
    },
  },
  "end reasons": {
    "a number": whole(
      `${HI}data: {"choices":[{"index":0,"delta":{},"finish_reason":1}]}\n\n${usage(U)}`,
    ),
    ...Object.fromEntries(
      ["stop", "eos", "eos_token", "STOP", "end_turn", "stop_sequence", "COMPLETE", "new_word"].map(
        (word) => [word, ended(word, "complete")],
      ),
    ),
    ...Object.fromEntries(
      [
        "length",
        "MAX_TOKENS",
        "max_tokens",
        "model_length",
        "model_context_window_exceeded",
        "LENGTH",
      ].map((word) => [word, ended(word, "complete: length")]),
    ),
    ...Object.fromEntries(
      [
        "content_filter",
        "SAFETY",
        "PROHIBITED_CONTENT",
        "RECITATION",
        "SPII",
        "sensitive",
        "refusal",
      ].map((word) => [word, ended(word, "failed: refusal")]),
    ),
    ...Object.fromEntries(
      ["insufficient_system_resource", "abort", "error"].map((word) => [
        word,
        ended(word, "failed: provider_fault"),
      ]),
    ),
    "tool_calls with text": ended("tool_calls", "complete"),
    "tool_calls without text": ended("tool_calls", "complete: tool_use", ""),
    "function_call without text": ended("function_call", "complete: tool_use", ""),
    "tool_use without text": ended("tool_use", "complete: tool_use", ""),
    "an unknown word without text": ended("new_word", "complete: no_answer", ""),
    "none, but text and [DONE]": whole(HI + usage(U) + DONE),
    "none, and [DONE] without text": {
      body: ROLE + DONE,
      ends: "failed: cut",
      usage: "363/0",
      cost: 363,
    },
    "none, and no [DONE]": { ...broken("", "cut") },
    "on each chunk": whole(
      'data: {"choices":[{"delta":{"content":"Hel"},"finish_reason":"stop"}]}\n\ndata: {"choices":[{"delta":{"content":"lo."},"finish_reason":"stop"}]}\n\n' +
        usage(U) +
        DONE,
    ),
    "empty until the last": whole(
      `data: {"choices":[{"delta":{"content":"Hello."},"finish_reason":""}]}\n\n${END}`,
    ),
    "with a native one beside": whole(
      HI +
        'data: {"choices":[{"delta":{},"finish_reason":"stop","native_finish_reason":"max_tokens"}]}\n\n' +
        usage(U) +
        DONE,
    ),
  },
  "errors inside a stream": {
    "the body of older vLLM": refused(
      `data: {"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","code":400}\n\n${DONE}`,
      "context_too_long",
    ),
    "the same behind text": broken(
      `data: {"object":"error","message":"Internal","type":"InternalServerError","code":500}\n\n${DONE}`,
      "provider_fault",
    ),
    "code and msg behind text": broken(
      'data: {"code":500,"msg":"broken","data":null}\n\n',
      "provider_fault",
    ),
    detail: refused('data: {"detail":"Internal Server Error"}\n\n', "provider_fault", 3),
    errors: refused(
      'data: {"errors":[{"code":3040,"message":"Capacity"}],"success":false}\n\n',
      "provider_fault",
      3,
    ),
    "the name of the event": broken(
      'event: error\ndata: {"message":"upstream broke","status":500}\n\n',
      "provider_fault",
    ),
    "the name of the event alone": broken('event: error\ndata: {"id":7}\n\n', "provider_fault"),
    "the name of the field": refused(
      'error: {"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}\n\n',
      "context_too_long",
    ),
    "the name of the field behind text": broken(
      'error: {"code":500,"message":"broken","type":"server_error"}\n\n',
      "provider_fault",
    ),
    "a code as text": broken(
      'data: {"error":{"message":"slow down","type":"None","param":"None","code":"429"}}\n\n',
      "rate_limited",
    ),
    "empty errors in each chunk": whole(
      'data: {"error":{},"choices":[{"delta":{"content":"Hel"}}]}\n\ndata: {"error":null,"choices":[{"delta":{"content":"lo."}}]}\n\ndata: {"error":"","choices":[{"delta":{},"finish_reason":"stop"}]}\n\n' +
        usage(U) +
        DONE,
    ),
    "OpenRouter, in the middle": broken(
      'data: {"error":{"code":502,"message":"Upstream"},"choices":[{"delta":{"content":""},"finish_reason":"error"}]}\n\n',
      "provider_fault",
    ),
    "Ollama, as text": broken('data: {"error":"model runner has stopped"}\n\n', "provider_fault"),
    "behind the role alone": refused(
      `${ROLE}data: {"error":{"message":"Provider returned error","code":502}}\n\n`,
      "provider_fault",
      3,
    ),
    "behind empty chunks, that waiting does not mend": refused(
      `${ROLE}${delta('{"content":"","reasoning_content":null}')}data: {"error":{"code":400,"message":"maximum context length"}}\n\n`,
      "context_too_long",
    ),
    "in the choice": refused(
      `data: {"choices":[{"index":0,"delta":{},"error":{"code":429,"message":"Slow down"},"finish_reason":"error"}]}\n\n${DONE}`,
      "rate_limited",
      3,
    ),
    "in the choice, behind text": broken(
      `data: {"choices":[{"index":0,"delta":{},"error":{"code":503,"message":"Overloaded"}}]}\n\n${DONE}`,
      "overloaded",
    ),
    "in the choice of a document": refused(
      '{"choices":[{"error":{"code":402,"message":"Insufficient credits"},"message":null}]}',
      "no_credit",
    ),
    "beside the choices": refused(
      'data: {"choices":null,"base_resp":{"status_code":1004,"status_msg":"login fail: API key invalid"}}\n\n',
      "bad_key",
    ),
    "no error beside the choices": whole(
      `${HI}${STOP}data: {"choices":[],"base_resp":{"status_code":0,"status_msg":""},"usage":${U}}\n\n${DONE}`,
    ),
    "as a code of another vendor": refused(
      '{"error_code":17,"error_msg":"Open api daily request limit reached: too many requests"}',
      "rate_limited",
      3,
    ),
    "as a failure": refused('{"ok":false,"msg":"insufficient balance"}', "no_credit"),
    "told by the sentence alone": refused(
      '{"error":true,"message":"Model m not found"}',
      "unknown_model",
    ),
    "in words that say there is none": whole(
      `data: {"code":0,"msg":"success"}\n\n${HEL.replace("{", '{"error":"none",')}${LO.replace("{", '{"error":{"message":null,"code":0,"more":[{}]},')}data: {"code":"200","msg":"ok"}\n\n${END}`,
    ),
    "as the end reason, before any word": refused(
      `${ROLE}${finish("error")}${DONE}`,
      "provider_fault",
      3,
    ),
    "behind thinking alone": {
      body: `${delta('{"reasoning_content":"Okay"}')}data: {"error":{"message":"x","code":502}}\n\n`,
      ends: "failed: provider_fault",
      reasoning: "Okay",
      usage: "363/2",
      cost: 367,
    },
    "a heartbeat before the error": refused(
      `: wait\n\ndata:\n\ndata: {"error":{"code":400,"message":"maximum context length"}}\n\n`,
      "context_too_long",
    ),
  },
  "unexpected forms": {
    "a stream called JSON": whole(HI + END, JSON_HEAD),
    "a stream called HTML": whole(HI + END, HTML_HEAD),
    "a stream called text": whole(HI + END, "HTTP/1.1 200 OK\r\ncontent-type: text/plain"),
    "a stream without a type, and 201": whole(HI + END, "HTTP/1.1 201 Created\r\nx: y"),
    "a whole completion": whole(WHOLE, JSON_HEAD),
    "a whole completion, indented": whole(JSON.stringify(JSON.parse(WHOLE), null, 2), JSON_HEAD),
    "a whole completion without a reason": whole(
      WHOLE.replace(',"finish_reason":"stop"', ""),
      JSON_HEAD,
    ),
    "a whole completion with thinking": {
      ...whole(WHOLE.replace('"role"', '"reasoning_content":"Okay","role"'), JSON_HEAD),
      reasoning: "Okay",
    },
    "a whole completion in one event": whole(`data: ${WHOLE}\n\n`),
    "a whole completion in one event, with [DONE]": whole(`data: ${WHOLE}\n\n${DONE}`),
    "a whole completion called a stream": whole(`${WHOLE}\n\n${DONE}`),
    "a whole completion behind its chunks": whole(`${HI}data: ${WHOLE}\n\n${DONE}`),
    "messages in place of deltas": whole((HI + END).replaceAll('"delta"', '"message"')),
    "a list of chunks": whole(
      `[${(HI + STOP).replaceAll("data:", "").trim().replaceAll("\n\n", ",")},{"choices":[],"usage":${U}}]`,
      JSON_HEAD,
    ),
    "a whole error": refused('{"error":{"type":"x","code":"invalid_api_key"}}', "bad_key"),
    "Ollama's own lines": foreign(
      '{"model":"m","message":{"role":"assistant","content":"Hel"},"done":false}\n{"model":"m","message":{"role":"assistant","content":"lo."},"done":true}\n',
    ),
    "a whole message of another format": foreign(
      '{"type":"message","content":[{"type":"text","text":"Hello."}],"stop_reason":"end_turn"}',
    ),
    "a page": foreign("<!doctype html><html><body>Welcome!</body></html>", HTML_HEAD),
    "a page called a stream": foreign(
      "\n<html></html>",
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream",
    ),
    "any document": foreign('{"ok":true}'),
    "half a document": foreign('{"choices":[{"message":'),
    words: foreign("Bad gateway", "HTTP/1.1 200 OK\r\ncontent-type: text/plain"),
    "nothing, 204": foreign("", "HTTP/1.1 204 No Content\r\nx: y"),
    "an empty stream": foreign("", "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream"),
    "only [DONE]": foreign(DONE, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream"),
    "only heartbeats": foreign(": a\n\ndata: ping\n\n", "HTTP/1.1 200 OK\r\nx: y"),
  },
  "a connection that stays open behind the end reason": {
    "without [DONE]": { ...whole(HI + STOP + usage(U)), open: true },
    "without usage": { ...whole(HI + STOP), usage: "363/3", cost: 369, open: true },
    "with heartbeats": { ...whole(HI + STOP + usage(U)), open: ": wait\n\ndata: ping\n\n" },
    "of a provider that gave up": {
      ...broken(finish("abort"), "provider_fault"),
      open: true,
    },
    "behind half a usage report": {
      ...whole(`${HI}${STOP}data: {"choices":[],"usage":{"promp`),
      usage: "363/3",
      cost: 369,
      open: true,
    },
  },
  framing: {
    "empty heartbeats": whole(`data:\n\n${ROLE}${HEL}data: \n\n${LO}data:\n\n${END}`),
    pings: whole(`event: ping\ndata: ping\n\n${HI}event: ping\ndata: ping\n\n${END}`),
    "data that is no object": whole(`data: null\n\n${HI}data: 7\n\ndata: "x"\n\n${END}`),
    "no blank line at the end": {
      ...whole(HI + STOP.trimEnd()),
      usage: "363/3",
      cost: 369,
    },
    "no blank line behind [DONE]": whole(HI + STOP + usage(U) + DONE.trimEnd()),
    "no blank line behind the usage": whole(HI + STOP + usage(U).trimEnd()),
    "blanks around [DONE]": whole(`${HI}${STOP}${usage(U)}data:  [DONE] \n\n`),
    "an error behind the end reason": whole(
      `${HI}${STOP}${usage(U)}data: {"error":{"message":"late","code":500}}\n\n`,
    ),
    "half an event behind the end reason": whole(`${HI}${STOP}${usage(U)}data: {"choi\n\n`),
    "a reset behind the end reason": { ...whole(HI + STOP + usage(U)), reset: true },
    "half an event in the middle": broken(`data: {"choi\n\n${END}`, "malformed"),
    "an event of two megabytes": broken(`data: {"x":"${"x".repeat(2 ** 21)}"}\n\n`, "malformed"),
    "a reset in the middle": { ...broken("", "cut"), reset: true },
    "no blank behind data": whole((HI + END).replaceAll("data: ", "data:")),
    CRLF: whole((HI + END).replaceAll("\n", "\r\n")),
    "a byte order mark": whole(`\ufeff${HI}${END}`),
    "comments, ids and retries": whole(`: hello\nid: 1\nretry: 3\n\n${HI}: wait\n\n${END}`),
    "JSON over two lines": whole((HI + END).replaceAll('{"choices"', '{\ndata: "choices"')),
    "no [DONE]": whole(HI + STOP + usage(U)),
    "nulls and gaps": whole(
      'data: {"choices":null}\n\ndata: {"choices":[]}\n\ndata: {"choices":[{"delta":null}]}\n\ndata: {"choices":[{"delta":{"role":null,"content":null,"tool_calls":null}}]}\n\n' +
        HI +
        END,
    ),
    "letters behind [DONE]": whole(HI + END + HEL),
    "no blank lines between the events": whole((HI + END).replaceAll("\n\n", "\n")),
    "several events in one": whole(HI.replaceAll("\n\ndata: ", "") + END),
    "data written in its own way": whole(
      `${HEL.replace("data", " data")}${LO.replace("data", "DATA")}\ufeff${END}`,
    ),
    "data within data": whole((HI + END).replaceAll("data: ", "data: data: ")),
    "numbers that JSON does not have, and bare tabs": {
      ...whole(
        `data: {"choices":[{"delta":{"content":"Hel"},"logprobs":NaN}]}\n\ndata: {"choices":[{"delta":{"content":"lo,\tworld."}}]}\n\n${END}`,
      ),
      text: "Hello, world.",
    },
    "half an event behind a whole one": broken(
      `data: {"choices":[{"delta":{}}]}{"choi\n\n${END}`,
      "malformed",
    ),
    "[DONE] as JSON": whole(`${HI}${usage(U)}data: "[DONE]"\n\n`),
    "[DONE] in other letters": whole(`${HI}${usage(U)}data: done\n\n`),
    "[DONE] as the name of an event": whole(`${HI}${usage(U)}event: done\ndata: {}\n\n`),
    "a document behind comments": whole(`: wait\n\n${WHOLE}`),
    "an error document behind comments": refused(
      ': wait\n\n{"error":{"code":402,"message":"Insufficient credits"}}',
      "no_credit",
    ),
    "a bare error behind text": broken(
      '{"error":{"message":"Rate limit exceeded","code":429}}\n',
      "rate_limited",
    ),
    "a page behind text": broken("<html><head><title>502</title></head></html>", "cut"),
    "chunks in lines": whole((HI + END).replaceAll("data: ", "").replaceAll("\n\n", "\n")),
    "chunks glued": whole((HI + STOP + usage(U)).replaceAll("data: ", "").replaceAll("\n\n", "")),
    "a list that breaks off": {
      ...broken("", "cut"),
      body: `[${HI.replaceAll("data:", "").trim().replaceAll("\n\n", ",\n")}`,
    },
  },
  compression: {
    "without its label": { ...whole(""), body: gzipSync(HI + END) },
    "called by another": {
      ...whole("", `${EVENTS}\r\ncontent-encoding: utf-8`),
      body: gzipSync(HI + END),
    },
    "that is not there": whole(HI + END, `${EVENTS}\r\ncontent-encoding: gzip`),
    "of a refusal": {
      ...refused("", "bad_key"),
      head: "HTTP/1.1 401 Unauthorized\r\ncontent-encoding: gzip",
      body: gzipSync('{"error":{"code":"invalid_api_key"}}'),
    },
  },
  thinking: {
    "in tags": thought(delta('{"content":"<think>Okay</think>Hello."}')),
    "in tags, with lines": thought(delta('{"content":"\\n<think>\\nOkay\\n</think>\\n\\nHello."}')),
    "in tags cut by chunks": thought(
      delta('{"content":"<th"}') +
        delta('{"content":"ink>Okay</thi"}') +
        delta('{"content":"nk>Hello."}'),
    ),
    "with the closing tag alone": thought(delta('{"content":"Okay</think>Hello."}')),
    "with the closing tag alone, cut by chunks": thought(
      delta('{"content":"Ok"}') + delta('{"content":"ay</th"}') + delta('{"content":"ink>Hello."}'),
    ),
    "in no tags": whole(delta('{"content":"Hello."}') + END),
    "in empty tags": whole(delta('{"content":"<think>\\n\\n</think>\\n\\nHello."}') + END),
    "in other tags": thought(delta('{"content":"<thinking>Okay</thinking>Hello."}')),
    "of Magistral": thought(delta('{"content":"[THINK]Okay[/THINK]Hello."}')),
    "that ends within": {
      ...hello,
      body: delta('{"content":"<think>Okay"}') + finish("length") + usage(U) + DONE,
      ends: "complete: only_thinking",
      text: "",
      reasoning: "Okay",
    },
    "whose tag is spoken of": {
      ...whole(delta('{"content":"The `</think>` tag."}') + END),
      text: "The `</think>` tag.",
    },
    "as reasoning_content": thought(delta('{"reasoning_content":"Okay"}') + HI),
    "as reasoning": thought(delta('{"reasoning":"Okay"}') + HI),
    "under two names, once": thought(delta('{"reasoning":"Okay","reasoning_content":"Okay"}') + HI),
    "under the second of two names": thought(
      delta('{"reasoning_content":"","reasoning":"Okay"}') + HI,
    ),
    "as details alone": thought(
      delta('{"reasoning_details":[{"type":"reasoning.text","text":"Okay"}]}') + HI,
    ),
    "as details with a summary": thought(
      delta(
        '{"reasoning":null,"reasoning_details":[{"type":"reasoning.summary","summary":"Okay"}]}',
      ) + HI,
    ),
    "that only its provider can read": whole(
      delta('{"reasoning_details":[{"type":"reasoning.encrypted","data":"x"}]}') + HI + END,
    ),
  },
  usage: {
    "zeros behind counts": {
      ...hello,
      body:
        HI +
        STOP +
        usage(U) +
        usage('{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}') +
        DONE,
    },
    "zeros before counts": whole(usage('{"prompt_tokens":0,"completion_tokens":0}') + HI + END),
    "in two halves": whole(
      `data: {"choices":[],"usage":{"prompt_tokens":100}}\n\n${HI}${STOP}${usage('{"completion_tokens":10}')}${DONE}`,
    ),
    "a total above its parts": counted(
      '{"prompt_tokens":100,"completion_tokens":10,"total_tokens":210}',
      "100/110",
      320,
    ),
    "reasoning beside the completion": counted(
      '{"prompt_tokens":100,"completion_tokens":10,"total_tokens":140,"completion_tokens_details":{"reasoning_tokens":30}}',
      "100/40",
      180,
    ),
    "a total without the prompt": counted(
      '{"completion_tokens":10,"total_tokens":110}',
      "100/10",
      120,
    ),
    "no output for a text": counted(
      '{"prompt_tokens":100,"completion_tokens":0,"total_tokens":100}',
      "100/3",
      106,
    ),
    "no input for an output": counted('{"prompt_tokens":0,"completion_tokens":10}', "363/10", 383),
    "nothing but zeros": counted('{"prompt_tokens":0,"completion_tokens":0}', "363/3", 369),
    "in the choice": whole(
      `${HI}data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":${U}}]}\n\n${DONE}`,
    ),
    "in digits": whole(
      `${HI}${STOP}${usage('{"prompt_tokens":"100","completion_tokens":"10","total_tokens":"110"}')}${DONE}`,
    ),
    "in the delta": whole(`${HI}${delta(`{"content":"","usage":${U}}`)}${STOP}${DONE}`),
    "under the names of JavaScript": counted(
      '{"promptTokens":100,"completionTokens":10,"totalTokens":120}',
      "100/20",
      140,
    ),
    "under the newer names of JavaScript": counted(
      '{"inputTokens":100,"outputTokens":10}',
      "100/10",
      120,
    ),
    "under the names of the newer API": counted(
      '{"input_tokens":100,"output_tokens":10,"total_tokens":110}',
      "100/10",
      120,
    ),
    "cached, as OpenAI": counted(
      '{"prompt_tokens":100,"completion_tokens":10,"prompt_tokens_details":{"cached_tokens":60}}',
      "40+60r/10",
      66,
    ),
    "cached, at the top": counted(
      '{"prompt_tokens":100,"completion_tokens":10,"cached_tokens":60}',
      "40+60r/10",
      66,
    ),
    "cached, as DeepSeek": counted(
      '{"prompt_tokens":100,"completion_tokens":10,"prompt_cache_hit_tokens":60,"prompt_cache_miss_tokens":40}',
      "40+60r/10",
      66,
    ),
    "cached, beside the prompt": counted(
      '{"prompt_tokens":40,"completion_tokens":10,"total_tokens":110,"prompt_tokens_details":{"cached_tokens":60}}',
      "40+60r/10",
      66,
    ),
    "under Anthropic's names": counted(
      '{"input_tokens":10,"output_tokens":10,"cache_read_input_tokens":60,"cache_creation_input_tokens":30}',
      "10+60r+30w/10",
      74,
    ),
    "on each chunk, growing": {
      ...hello,
      body:
        'data: {"choices":[{"delta":{"content":"Hel"}}],"usage":{"prompt_tokens":48,"completion_tokens":1,"total_tokens":49}}\n\ndata: {"choices":[{"delta":{"content":"lo."},"finish_reason":"stop"}],"usage":{"prompt_tokens":48,"completion_tokens":3,"total_tokens":51}}\n\n' +
        DONE,
      usage: "48/3",
      cost: 54,
    },
    "null on each chunk": whole(
      (HI + STOP).replaceAll('{"choices"', '{"usage":null,"choices"') + usage(U) + DONE,
    ),
    "of Groq": whole(
      `${HI}data: {"choices":[{"delta":{},"finish_reason":"stop"}],"x_groq":{"usage":${U}}}\n\n${DONE}`,
    ),
    missing: { ...hello, body: HI + STOP + DONE, usage: "363/3", cost: 369 },
    "behind [DONE]": { ...hello, body: HI + STOP + DONE + usage(U), usage: "363/3", cost: 369 },
    negative: counted('{"prompt_tokens":-1,"completion_tokens":-1}', "363/3", 369),
    "not whole": counted('{"prompt_tokens":99.5,"completion_tokens":9.5}', "100/10", 120),
  },
});
