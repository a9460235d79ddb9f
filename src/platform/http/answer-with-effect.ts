import { type Ctx, inTransaction } from "../context.ts";
import { storedAnswer } from "./keyed-request.ts";

/**
 * Answers a request whose whole effect is one transaction. The response is built in that transaction, so a
 * success is not answered as a failure when the database goes away afterwards; with an Idempotency-Key the
 * response is stored with the effect. Not for verbs with side effects after their commit.
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
