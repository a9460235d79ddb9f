import { Problem } from "../../platform/http/problem.ts";
import type { BudgetScope } from "./tables.ts";

export interface ExhaustedBudget {
  scope: BudgetScope;
  leftMicroUsd: number;
  resetsAt: Date | null;
}

const OWNER = { workspace: "workspace", project: "project", principal: "person" } as const;

/** 402: which budget cannot pay, what is left of it and when it starts anew. 429 is for rate, not for this. */
export const budgetExhausted = (budget: ExhaustedBudget) =>
  new Problem(
    402,
    "budget_exhausted",
    `The budget of this ${OWNER[budget.scope]} cannot pay for this answer.`,
    {
      extra: {
        budget: {
          scope: budget.scope,
          leftMicroUsd: budget.leftMicroUsd,
          resetsAt: budget.resetsAt?.toISOString() ?? null,
        },
      },
    },
  );
