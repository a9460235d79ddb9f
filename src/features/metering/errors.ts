import { Problem } from "../../platform/http/problem.ts";
import type { BudgetScope } from "./tables.ts";

export interface ExhaustedBudget {
  scope: BudgetScope;
  leftMicroUsd: number;
  resetsAt: Date | null;
}

const OWNER = { workspace: "workspace", project: "project", principal: "person" } as const;

/**
 * 402: the budget that does not cover the call, what is left of it and when it resets. 429 is for rates, not
 * for this.
 */
export const budgetExhausted = (budget: ExhaustedBudget) =>
  new Problem(
    402,
    "budget_exhausted",
    `The budget of this ${OWNER[budget.scope]} does not cover this answer.`,
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
