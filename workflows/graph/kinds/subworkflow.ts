import { defaultHandle, graphLimits } from '../../contracts/graph/document';
import type { CheckContext, KindProblem } from '../node-kind';
import { defineKind, mappingSchema, mappingUses, record, type Mapping } from './define-kind';

interface SubworkflowData {
  workflowId: string;
  /** `version` is that of the kind. */
  workflowVersion?: number;
  input?: Mapping;
}

interface SubworkflowConfig {
  workflowId: string;
  version: number;
  /** null: the run's own payload. */
  input: Mapping | null;
}

export const subworkflow = defineKind<SubworkflowData, SubworkflowConfig>({
  kind: 'subworkflow',
  version: 1,
  summary: 'Runs another workflow of the workspace and goes on with its output.',
  schema: {
    type: 'object',
    properties: {
      workflowId: {
        type: 'string',
        minLength: 1,
        description: 'Id of a published workflow of the workspace.',
      },
      workflowVersion: {
        type: 'integer',
        minimum: 1,
        description: 'Which version. Default: the one published last when this graph is published.',
      },
      input: mappingSchema('Its payload. Default: the payload of this run.', { question: 'nodes.ask.text' }),
    },
    required: ['workflowId'],
  },
  handles: () => [defaultHandle],
  expressions: ({ input }) => mappingUses('data.input', input),
  output: () => record({ runId: { type: 'string' }, output: {} }),
  check: ({ data }, context) => checkWorkflow(data, context),
  compile: ({ workflowId, workflowVersion, input = null }, { catalogue }) => ({
    workflowId,
    version: workflowVersion ?? catalogue.workflows.get(workflowId)?.latest ?? 0,
    input,
  }),
  uses: ({ workflowId, version }) => ({ workflows: [{ workflowId, version }] }),
  async execute({ workflowId, version, input }, context) {
    const own = input ? context.map(input) : context.evaluate('input');
    const { payload } = context.describe({ workflowId, version, payload: own });
    const { runId, output } = await context.runWorkflow(workflowId, version, payload);
    return { output: { runId, output } };
  },
});

function checkWorkflow(
  { workflowId, workflowVersion }: SubworkflowData,
  { catalogue }: CheckContext,
): KindProblem[] {
  const path = 'data.workflowId';
  const own = catalogue.workflowId;
  if (workflowId === own)
    return [{ code: 'recursive_workflow', path, message: 'A workflow cannot run itself.' }];
  const workflow = catalogue.workflows.get(workflowId);
  if (!workflow)
    return [
      { code: 'unknown_workflow', path, message: `There is no workflow "${workflowId}" in this workspace.` },
    ];
  const version = workflowVersion ?? workflow.latest;
  const published = version === null ? undefined : workflow.versions.get(version);
  if (!published) {
    const message =
      version === null
        ? `Publish "${workflow.name}" first.`
        : `"${workflow.name}" has no version ${version}.`;
    return [
      {
        code: 'unpublished_workflow',
        path: version === workflowVersion ? 'data.workflowVersion' : path,
        message,
      },
    ];
  }
  const problems: KindProblem[] = [];
  if (own !== null && published.reaches.includes(own))
    problems.push({
      code: 'recursive_workflow',
      path,
      message: `"${workflow.name}" runs this workflow itself.`,
    });
  if (published.depth + 1 > graphLimits.depth)
    problems.push({
      code: 'too_deep',
      path,
      message: `With "${workflow.name}", sub-workflows would be nested ${published.depth + 1} deep; at most ${graphLimits.depth} are allowed.`,
    });
  return problems;
}
