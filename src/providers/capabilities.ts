/**
 * Model capabilities by name, which the price catalogue does not have. First match wins. An administrator's own
 * settings take precedence. Sources as of 2026-11; what stands under resellers' lists was not read at the vendor:
 * - Claude: platform.claude.com/docs → Models overview: 128K from Opus 4.6, Sonnet 4.6, Fable 5 and Haiku 5 on, 64K for
 *   the models of 4.5
 * - GPT and o: platform.openai.com/docs/models, by resellers' lists
 * - Gemini: ai.google.dev/gemini-api/docs/models, 65,536 for all from 2.5 on
 * - DeepSeek: api-docs.deepseek.com → Models & Pricing: 384K, images for `deepseek-flash` alone
 * - Qwen: Alibaba Cloud's Model Studio → Models, by resellers' lists: 65,536 for the hosted ones of 3.5 and later
 * - Mistral, Grok and the open models: their model cards, read earlier; servers of open models choose a limit of their own
 */

import { modelName } from "./model-name.ts";

export interface Capabilities {
  /** Reads images. */
  images: boolean;
  /** Can think before it answers. */
  thinking: boolean;
  /** Maximum output per answer, thinking included. */
  maxOutputTokens: number;
}

const RULES: [RegExp, Capabilities][] = [
  [/^claude-(2|v1|instant)/, { images: false, thinking: false, maxOutputTokens: 4_096 }],
  [/^claude-3[-.]?5/, { images: true, thinking: false, maxOutputTokens: 8_192 }],
  [
    /^claude-3[-.]?7|^claude-sonnet-3[-.]?7/,
    { images: true, thinking: true, maxOutputTokens: 64_000 },
  ],
  [/^claude-3/, { images: true, thinking: false, maxOutputTokens: 4_096 }],
  // Opus 4 and 4.1; a date may follow the 4.
  [
    /^claude-(opus-4|4-opus)(-[01]\b|-2025|\.1|$)/,
    { images: true, thinking: true, maxOutputTokens: 32_000 },
  ],
  [
    /^claude-(opus|sonnet)-4[-.][6-9]|^claude-[a-z]+-([5-9]|[1-9]\d(?!\d))/,
    { images: true, thinking: true, maxOutputTokens: 128_000 },
  ],
  [/^claude-/, { images: true, thinking: true, maxOutputTokens: 64_000 }],
  [/^(chat)?gpt-?4o/, { images: true, thinking: false, maxOutputTokens: 16_384 }],
  [/^gpt-?4\.?1(?!\d)/, { images: true, thinking: false, maxOutputTokens: 32_768 }],
  [/^gpt-?4-(turbo|vision)/, { images: true, thinking: false, maxOutputTokens: 4_096 }],
  [/^gpt-?4\.?5/, { images: true, thinking: false, maxOutputTokens: 16_384 }],
  // Azure allows no dot in a name.
  [/^gpt-?3\.?5/, { images: false, thinking: false, maxOutputTokens: 4_096 }],
  [
    /^gpt-5[\w.-]*-chat|^gpt-5\.3(-chat)?$/,
    { images: true, thinking: false, maxOutputTokens: 16_384 },
  ],
  [/^gpt-?[5-9]/, { images: true, thinking: true, maxOutputTokens: 128_000 }],
  [/^gpt-oss/, { images: false, thinking: true, maxOutputTokens: 32_768 }],
  [/^o1-(mini|preview)|^o3-mini/, { images: false, thinking: true, maxOutputTokens: 65_536 }],
  [/^o[1-9](-|$)/, { images: true, thinking: true, maxOutputTokens: 100_000 }],
  [/^gemini-(2\.5|[3-9])/, { images: true, thinking: true, maxOutputTokens: 65_536 }],
  [/^gemini/, { images: true, thinking: false, maxOutputTokens: 8_192 }],
  [/^grok-[4-9]/, { images: true, thinking: true, maxOutputTokens: 32_768 }],
  [
    /^mistral-(medium-(latest|26|3[-.]?5)|small-(latest|26|4))/,
    { images: true, thinking: true, maxOutputTokens: 32_768 },
  ],
  [
    /^mistral-(medium-(25|3)|small-?(25|3[-.]?[12])|large-(latest|2512|3))/,
    { images: true, thinking: false, maxOutputTokens: 16_384 },
  ],
  [/qwen-?3.*(coder|instruct)/, { images: false, thinking: false, maxOutputTokens: 16_384 }],
  [/qwen-?3\.[5-9]-(plus|flash)/, { images: true, thinking: true, maxOutputTokens: 65_536 }],
  [/qwen-?3\.[5-9]-max/, { images: false, thinking: true, maxOutputTokens: 65_536 }],
  [/qwen-?3[\w.-]*vl\b/, { images: true, thinking: true, maxOutputTokens: 16_384 }],
  [/^deepseek-flash/, { images: true, thinking: true, maxOutputTokens: 384_000 }],
  [/deepseek-?v?[4-9]/, { images: false, thinking: true, maxOutputTokens: 384_000 }],
  [
    /deepseek[-.]?(r1|reasoner)|[-_]thinking|magistral|qwq|qwen-?3|glm-?[5-9]/,
    { images: false, thinking: true, maxOutputTokens: 16_384 },
  ],
  [
    /pixtral|[-_.\d]vl\b|vision|llama-?4|gemma-?[34]|llava|minicpm-v/,
    { images: true, thinking: false, maxOutputTokens: 8_192 },
  ],
];

/** For unknown models: text only, and an output that small models manage too. */
const UNKNOWN: Capabilities = { images: false, thinking: false, maxOutputTokens: 8_192 };

/** Capabilities by the provider's model name, whatever a gateway puts around it. */
export function capabilitiesOf(model: string): Capabilities {
  const name = modelName(model);
  return RULES.find(([pattern]) => pattern.test(name))?.[1] ?? UNKNOWN;
}
