import type { PriceList } from '../../infra/usage/prices';
import type { Database } from '../../infra/database/client';
import type { TurnStep } from '../../workflows/contracts/activities';
import type { Usage } from './model-provider';

interface PaidCall {
  kind: 'answer' | 'route';
  model: string;
  attempt: number;
  usage: Usage;
  /** JSON; what a repeated attempt answers with instead of calling again. */
  output: object;
  agent?: { agentId: string; agentVersionId: string };
}

export interface CallLedger {
  record(step: TurnStep, call: PaidCall): Promise<void>;
}

/**
 * Writes down finished model calls, one row per (turn, step): a crash after the model answered does not pay it again,
 * since a repeated attempt finds the output (`loadCallContext`).
 */
export function createCallLedger(database: Database, prices: PriceList): CallLedger {
  return {
    async record({ turnId, key }, { kind, model, attempt, usage, output, agent }) {
      const now = new Date();
      await database.nodeRun.createMany({
        data: [
          {
            runId: turnId,
            key,
            kind,
            status: 'completed',
            model,
            attempt,
            output: output,
            agentId: agent?.agentId ?? null,
            agentVersionId: agent?.agentVersionId ?? null,
            ...usage,
            costMicros: prices.costMicros(model, usage),
            endedAt: now,
          },
        ],
        skipDuplicates: true,
      });
    },
  };
}
