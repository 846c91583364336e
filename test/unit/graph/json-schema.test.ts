import fc from 'fast-check';
import { createSchemaChecker } from '../../../infra/json-schema/schema-checker';
import { graphJsonSchema } from '../../../workflows/graph/json-schema';
import { arbitraryGraph } from '../../support/graphs/arbitrary-graph';
import { graph, node } from '../../support/graphs/catalogue';

it('the published JSON Schema is one, takes valid graphs, and knows every kind', () => {
  const schemas = createSchemaChecker();
  const schema = graphJsonSchema();
  expect(schemas.checkSchema(schema)).toBeNull();
  fc.assert(
    fc.property(arbitraryGraph({ races: true }), ({ document }) => {
      expect(schemas.check(schema, document)).toEqual([]);
    }),
    { numRuns: 50 },
  );
  expect(schemas.check(schema, graph([node('a', 'robot')]))).not.toEqual([]);
});
