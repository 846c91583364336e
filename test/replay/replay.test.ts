import path from 'node:path';
import { DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { bundleWorkflows } from '../../infra/temporal/bundle-workflows';
import { nodeKinds } from '../../workflows/graph/kinds';
import * as workflows from '../../workflows/index';
import {
  hasPayloads,
  keptNames,
  keptPayloads,
  readHistory,
  valuesOf,
  type KeptHistory,
  type NamedType,
} from './kept-history';

/**
 * Histories kept from real rooms and runs (`npm run record-histories`). Today's workflow code must make the same
 * decisions: a failure here means that rooms or runs which are under way now would break at the next deployment.
 */
const names = keptNames();

let workflowBundle: WorkflowBundle;

beforeAll(async () => {
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger });
  workflowBundle = await bundleWorkflows(path.resolve('workflows'), logger);
}, 180_000);

const replay = (name: string, history: KeptHistory): Promise<void> =>
  Worker.runReplayHistory(
    { workflowBundle, dataConverter: { payloadCodecs: [keptPayloads(name)] } },
    history,
  );

test('there are kept histories, also with values that are claimed', () => {
  expect(names.length).toBeGreaterThanOrEqual(40);
  expect(names.filter(hasPayloads).length).toBeGreaterThanOrEqual(1);
});

test('every kind of workflow has a kept history', () => {
  const kept = new Set(names.map((name) => typeOf(readHistory(name))));
  expect(Object.keys(workflows).filter((type) => !kept.has(type))).toEqual([]);
});

test('every kind of node is in a kept history', async () => {
  const values = await Promise.all(names.map(valuesOf));
  const kinds = kindsIn(values);
  expect([...nodeKinds.keys()].filter((kind) => !kinds.has(kind))).toEqual([]);
});

test.each(names)('%s replays', async (name) => {
  await expect(replay(name, readHistory(name))).resolves.toBeUndefined();
});

test.each([
  ['a room', 'one-agent', 'answer'],
  ['a run', 'agent-and-tool', 'callTool'],
  ['policies', 'policy-takes-messages', 'runWorkflow'],
  ['a timer', 'timer', 'runWorkflow'],
  ['a webhook', 'webhook-dead-letter', 'bury'],
])('a changed decision of %s is noticed', async (_, name, begun) => {
  const history = readHistory(name);
  const type = history.events.map(typeBegunBy).find((each) => each?.name === begun);
  if (!type) throw new Error(`no ${begun} in the history`);
  type.name = 'somethingElse';
  await expect(replay(name, history)).rejects.toThrow(/[Nn]ondeterminism/);
});

/** What it is a history of. */
function typeOf({ events }: KeptHistory): string | undefined {
  const [started] = events;
  return started?.workflowExecutionStartedEventAttributes?.workflowType.name;
}

/** Type of the activity or workflow that an event begins. */
const typeBegunBy = ({
  activityTaskScheduledEventAttributes: activity,
  startChildWorkflowExecutionInitiatedEventAttributes: child,
}: KeptHistory['events'][number]): NamedType | undefined => activity?.activityType ?? child?.workflowType;

/** Kinds of the compiled nodes anywhere in a value. */
function kindsIn(value: unknown): Set<unknown> {
  if (typeof value !== 'object' || value === null) return new Set();
  const inner = Object.values(value).flatMap((each) => [...kindsIn(each)]);
  return new Set('kind' in value && 'policy' in value ? [value.kind, ...inner] : inner);
}
