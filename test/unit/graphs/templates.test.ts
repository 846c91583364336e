import { createSchemaChecker } from '../../../infra/json-schema/schema-checker';
import { agentDefinitions } from '../../../infra/agents/definitions';
import { fillTemplate, templateCatalogue, templates } from '../../../prisma/seed-templates';
import { validateGraph } from '../../../workflows/graph/validate';

const agents = agentDefinitions.map(({ definition, name }, index) => ({
  id: `0197d6a3-10aa-7e6b-a1d2-9c8b7a69584${String(index)}`,
  name,
  definition,
}));

test.each(templates)('the template "$name" has no problems with the built-in agents', (template) => {
  const problems = validateGraph(
    fillTemplate(template, agents),
    templateCatalogue(agents),
    createSchemaChecker(),
  );
  expect(problems).toEqual([]);
});

test('a template whose agent is missing is not filled in silently', () => {
  for (const template of templates) expect(() => fillTemplate(template, [])).toThrow('no agent');
});
