import {
  type CallExpression,
  type Expression,
  type FunctionBody,
  parseSync,
  type Span,
  type Statement,
  Visitor,
} from "oxc-parser";
import { sqlChanges } from "./sql-changes.ts";

/** Kinds of changes; the sampler draws a kind first, so that rare kinds are drawn too. */
export const KINDS = [
  "condition negated",
  "comparison shifted",
  "logic swapped",
  "default dropped",
  "arithmetic swapped",
  "constant changed",
  "text changed",
  "property dropped",
  "element dropped",
  "argument dropped",
  "chained call dropped",
  "call removed",
  "assignment removed",
  "throw removed",
  "await dropped",
  "catch dropped",
  "early return",
  "sql changed",
] as const;
export type Kind = (typeof KINDS)[number];

/** One change of one file: the characters from `start` to `end` become `replacement`. */
export interface Mutant {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  readonly kind: Kind;
  /** Counted from 1. */
  readonly line: number;
}

const COMPARISONS: Record<string, string> = {
  "===": "!==",
  "!==": "===",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
};
const ARITHMETIC: Record<string, string> = { "+": "-", "-": "+", "*": "/", "/": "*", "%": "*" };

/**
 * Every single change of a source file that could compile. Imports and types are excluded, and so are log lines
 * and texts for people, which tests should not repeat.
 */
export function findMutants(path: string, text: string): Mutant[] {
  const found: Mutant[] = [];
  const skipped: Span[] = [];
  const skip = (span: Span) => void skipped.push(span);
  const of = (span: Span) => text.slice(span.start, span.end);
  const add = (kind: Kind, { start, end }: Span, replacement: string) =>
    void found.push({ path, start, end, replacement, kind, line: lineAt(text, start) });
  const negate = (test: Expression) => {
    // A leading "!" is removed below.
    if (test.type !== "UnaryExpression") add("condition negated", test, `!(${of(test)})`);
  };
  const dropOne = (kind: Kind, all: readonly Span[]) => {
    all.forEach((one, index) => {
      const next = all[index + 1];
      const before = all[index - 1];
      if (next !== undefined) add(kind, { start: one.start, end: next.start }, "");
      else if (before !== undefined) add(kind, { start: before.end, end: one.end }, "");
      else add(kind, { start: one.start, end: one.end }, "");
    });
  };
  const returnEarly = (body: FunctionBody | null) => {
    if (body === null || body.body.length === 0) return;
    add("early return", { start: body.start + 1, end: body.start + 1 }, " return;");
  };
  const removeStatement = (node: Statement & { expression: Expression }) => {
    const inner = node.expression;
    const call = inner.type === "AwaitExpression" ? inner.argument : inner;
    if (call.type === "CallExpression" && isLog(of(call.callee))) return skip(node);
    if (call.type === "CallExpression" || call.type === "ChainExpression")
      add("call removed", node, ";");
    if (inner.type === "AssignmentExpression" || inner.type === "UpdateExpression")
      add("assignment removed", node, ";");
  };
  const changeCall = (node: CallExpression) => {
    if (node.callee.type === "MemberExpression" && !node.callee.computed) {
      const { object, property } = node.callee;
      if (object.type !== "ThisExpression" && object.type !== "Super") {
        const kind = of(property) === "catch" ? "catch dropped" : "chained call dropped";
        add(kind, { start: object.end, end: node.end }, "");
      }
      if (of(object) === "Math" && (of(property) === "min" || of(property) === "max"))
        add("comparison shifted", property, of(property) === "min" ? "max" : "min");
    }
    if (node.arguments.length > 0) dropOne("argument dropped", node.arguments);
  };

  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  new Visitor({
    ImportDeclaration: skip,
    ExportAllDeclaration: skip,
    TSTypeAnnotation: skip,
    TSTypeAliasDeclaration: skip,
    TSInterfaceDeclaration: skip,
    TSTypeParameterInstantiation: skip,
    IfStatement: (node) => negate(node.test),
    WhileStatement: (node) => negate(node.test),
    ConditionalExpression: (node) => negate(node.test),
    UnaryExpression: (node) => {
      if (node.operator === "!") add("condition negated", node, of(node.argument));
    },
    BinaryExpression: (node) => {
      const operator = { start: node.left.end, end: node.right.start };
      const comparison = COMPARISONS[node.operator];
      const arithmetic = ARITHMETIC[node.operator];
      if (comparison !== undefined) add("comparison shifted", operator, ` ${comparison} `);
      if (arithmetic !== undefined) add("arithmetic swapped", operator, ` ${arithmetic} `);
    },
    LogicalExpression: (node) => {
      const operator = { start: node.left.end, end: node.right.start };
      if (node.operator === "??") {
        add("default dropped", node, of(node.left));
        add("default dropped", node, of(node.right));
      } else add("logic swapped", operator, node.operator === "&&" ? " || " : " && ");
    },
    Literal: (node) => {
      if (typeof node.value === "number")
        for (const other of otherNumbers(node.value)) add("constant changed", node, String(other));
      if (typeof node.value === "boolean") add("constant changed", node, String(!node.value));
      if (typeof node.value === "string" && node.value !== "" && !isProse(node.value))
        add("text changed", node, JSON.stringify(`${node.value}~`));
    },
    ObjectExpression: (node) => dropOne("property dropped", node.properties),
    ArrayExpression: (node) => {
      const elements = node.elements.filter((element) => element !== null);
      if (elements.length === node.elements.length) dropOne("element dropped", elements);
    },
    CallExpression: changeCall,
    NewExpression: (node) => {
      if (node.arguments.length > 1) dropOne("argument dropped", node.arguments);
    },
    AwaitExpression: (node) => add("await dropped", node, `(${of(node.argument)})`),
    ExpressionStatement: removeStatement,
    ThrowStatement: (node) => add("throw removed", node, ";"),
    TryStatement: (node) => {
      if (node.handler === null) return add("catch dropped", node, of(node.block));
      const rest = node.finalizer === null ? "" : ` finally ${of(node.finalizer)}`;
      const kept = node.finalizer === null ? of(node.block) : `try ${of(node.block)}`;
      add("catch dropped", node, `${kept}${rest}`);
    },
    FunctionDeclaration: (node) => returnEarly(node.body),
    FunctionExpression: (node) => returnEarly(node.body),
    ArrowFunctionExpression: (node) => {
      if (node.body.type === "BlockStatement") returnEarly(node.body);
    },
    TaggedTemplateExpression: (node) => {
      for (const quasi of node.quasi.quasis) {
        // A part's span may or may not include its delimiters.
        const from = text.indexOf(quasi.value.raw, quasi.start);
        for (const { start, end, replacement } of sqlChanges(quasi.value.raw))
          add("sql changed", { start: from + start, end: from + end }, replacement);
      }
    },
  }).visit(program);
  return found.filter(
    (mutant) => !skipped.some((span) => span.start <= mutant.start && mutant.end <= span.end),
  );
}

/** The file's text with the change made. */
export function applyMutant(text: string, mutant: Mutant): string {
  return text.slice(0, mutant.start) + mutant.replacement + text.slice(mutant.end);
}

/** The lines of a change, before and after it, without indentation. */
export function describeMutant(text: string, mutant: Mutant): { before: string; after: string } {
  const start = text.lastIndexOf("\n", mutant.start - 1) + 1;
  const newline = text.indexOf("\n", mutant.end);
  const end = newline === -1 ? text.length : newline;
  const after = text.slice(start, mutant.start) + mutant.replacement + text.slice(mutant.end, end);
  return { before: onOneLine(text.slice(start, end)), after: onOneLine(after) };
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function isLog(callee: string): boolean {
  return /(^|\.)(log|logger|console)\??\.(trace|debug|info|warn|error|fatal)$/.test(callee);
}

/** Small numbers are counts and indexes: plus or minus one; large ones are limits and times: zero, or doubled. */
function otherNumbers(value: number): number[] {
  if (value <= 2) return [value === 1 ? 0 : value + 1];
  return [0, value * 2];
}

/** A text for people, which may change freely. */
function isProse(text: string): boolean {
  return /^[A-Z]\S* /.test(text);
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
