import { type Ctx, inTransaction } from "../context.ts";
import { storedAnswer } from "./keyed-request.ts";

/**
 * Answers a request whose whole effect is one transaction. What it says is read in that transaction, so no
 * success is answered as a failure when the database goes away behind it; with an Idempotency-Key the answer
 * is stored with the effect. Not for verbs that do something else after their commit.
 */
export async function answerWithEffect<Answer extends Response>(
  ctx: Ctx,
  work: (tx: Ctx) => Promise<Answer>,
): Promise<Answer> {
  return inTransaction(ctx, async (tx) => {
    const answer = await work(tx);
    tx.keyed?.answer(await storedAnswer(answer));
    return answer;
  });
}
