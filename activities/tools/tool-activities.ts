import { ApplicationFailure, type Context } from '@temporalio/activity';
import type { Database } from '../../infra/database/client';
import type { EventSender } from '../../infra/triggers/event-sender';
import type { SchemaChecker } from '../../workflows/contracts/graph/catalogue';
import type { Json, JsonObject } from '../../workflows/contracts/json';
import { callKey, type NodeStep, type NodeToolActivities } from '../../workflows/contracts/run/activities';
import { runFailures } from '../../workflows/contracts/run/status';
import { describeIssues } from '../runs/describe-issues';
import type { NodeCalls } from '../runs/node-calls';
import { supervised } from '../supervision/supervised';
import { ToolError, type Tool } from './tool';

export interface ToolActivityDeps {
  calls: NodeCalls;
  database: Database;
  events: EventSender;
  schemas: SchemaChecker;
  tools: ReadonlyMap<string, Tool>;
}

/** The activities of the `tools` queue. */
export function createToolActivities({
  calls,
  database,
  events,
  schemas,
  tools,
}: ToolActivityDeps): NodeToolActivities {
  return {
    callTool: ({ value: node }, name, { value: input }) =>
      supervised(async (context) => {
        const output = await call(node, name, input, context);
        return { claim: node.runId, value: { output } };
      }),
  };

  function call(node: NodeStep, name: string, input: JsonObject, context: Context): Promise<Json> {
    const { runId, workspaceId, roomId, label } = node;
    const idempotencyKey = `${runId}/${callKey(node.nodeKey, node.part)}`;
    return calls.perform(node, context, {
      // eslint-disable-next-line @typescript-eslint/require-await -- so that it rejects rather than throws
      load: async () => checkedTool(name, input),
      make: (tool) =>
        tool.call(input, { database, events, runId, workspaceId, roomId, idempotencyKey, label }),
      failureOf: (error) =>
        error instanceof ToolError
          ? ApplicationFailure.create({
              type: 'tool_failed',
              message: error.message,
              nonRetryable: context.info.attempt >= (node.maxAttempts ?? 1),
            })
          : undefined,
    });
  }

  function checkedTool(name: string, input: JsonObject): Tool {
    const tool = tools.get(name);
    if (!tool)
      throw ApplicationFailure.nonRetryable(`${runFailures.tool_missing} Tool: ${name}.`, 'tool_missing');
    const issues = schemas.check(tool.spec.inputSchema, input);
    if (issues.length === 0) return tool;
    throw ApplicationFailure.nonRetryable(
      `${runFailures.tool_input_invalid} ${describeIssues(issues, 'input')}`,
      'tool_input_invalid',
      issues,
    );
  }
}
