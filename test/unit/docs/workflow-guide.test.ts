import { builtInToolSpecs } from '../../../activities/tools';
import { createSchemaChecker } from '../../../infra/json-schema/schema-checker';
import type { Catalogue } from '../../../workflows/contracts/graph/catalogue';
import { reservedIds } from '../../../workflows/contracts/graph/document';
import { problemCodes } from '../../../workflows/contracts/graph/problems';
import { modelFailures } from '../../../workflows/contracts/model-failures';
import { runFailures } from '../../../workflows/contracts/run/status';
import { compileGraph } from '../../../workflows/graph/compile';
import { nodeKinds } from '../../../workflows/graph/kinds';
import { validateGraph } from '../../../workflows/graph/validate';
import { guideExamples, listedCodes, readGuide, withIds } from '../../support/workflow-guide';

const ids = { TEACHER: 'teacher', STUDENT: 'student', CHILD: 'child' };
const catalogue: Catalogue = {
  workflowId: 'own',
  agents: new Map([
    ['teacher', { name: 'Teacher' }],
    ['student', { name: 'Student' }],
  ]),
  tools: new Map(builtInToolSpecs.map((spec) => [spec.name, spec])),
  workflows: new Map([
    ['child', { name: 'Child', latest: 1, versions: new Map([[1, { depth: 0, reaches: ['child'] }]]) }],
  ]),
};
const schemas = createSchemaChecker();
const guide = readGuide('workflows.md');
const examples = guideExamples();

describe('docs/workflows.md', () => {
  it.each([...nodeKinds.keys()])('has a section and an example for the kind %s', (kind) => {
    const example = examples.find(({ title }) => title === kind);
    expect(example?.graph.nodes.map(({ type }) => type)).toContain(kind);
  });

  it.each(
    [...nodeKinds.values()].flatMap(({ kind, schema }) =>
      Object.keys(schema.properties).map((field) => [kind, field] as const),
    ),
  )('names the field %s.%s', (kind, field) => {
    const section = guide.split(/^(?=#{2,3} )/m).find((each) => each.startsWith(`### \`${kind}\``));
    expect(section).toContain(`\`${field}\``);
  });

  it.each(examples)('the example of $title has no problems and compiles', ({ graph }) => {
    const document = withIds(graph, ids);
    expect(validateGraph(document, catalogue, schemas)).toEqual([]);
    expect(() => compileGraph(document, catalogue)).not.toThrow();
  });

  it('lists every code of a problem, with what it means', () => {
    expect(listedCodes(guide, 'Problems of a graph')).toEqual(problemCodes);
  });

  it('lists every reserved id', () => {
    for (const id of reservedIds) expect(guide).toContain(`\`${id}\``);
  });
});

describe('docs/runs.md', () => {
  it('lists every way a run can fail, with what happened', () => {
    const details = Object.entries(modelFailures).map(([code, { detail }]) => [code, detail]);
    expect(listedCodes(readGuide('runs.md'), 'Why a run failed')).toEqual({
      ...runFailures,
      ...(Object.fromEntries(details) as Record<string, string>),
    });
  });
});
