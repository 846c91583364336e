import Ajv2020 from 'ajv/dist/2020';
import { buildOpenApi, errorCodesOf } from '../../../apps/api/http/openapi';
import { problems, type ErrorCode } from '../../../apps/api/http/problems';
import { fullPath } from '../../../apps/api/http/router';
import { routes } from '../../../apps/api/routes';

interface Media {
  schema: object;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; content?: Record<string, Media> }>;
}

const document = JSON.parse(JSON.stringify(buildOpenApi(routes, '1.2.3'))) as {
  openapi: string;
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { description?: string }> };
};

const operations = routes.map((route) => {
  const operation = document.paths[fullPath(route)]?.[route.method.toLowerCase()];
  if (operation === undefined) throw new Error(`${route.method} ${fullPath(route)} is not in the document`);
  return { name: `${route.method} ${fullPath(route)}`, route, operation };
});

// Formats are the business of zod; here the shapes are looked at.
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ $id: 'doc', ...document });

/** Why a value does not fit a schema of the document, or nothing. */
function misfits(schema: object, value: unknown): string[] {
  const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"doc#/')) as object;
  const validate = ajv.compile(absolute);
  return validate(value) ? [] : ajv.errorsText(validate.errors).split(', ');
}

test('it is OpenAPI 3.1 of this version, and every reference leads somewhere', () => {
  expect([document.openapi, document.info.version]).toEqual(['3.1.0', '1.2.3']);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name,
  );
  expect(references.length).toBeGreaterThan(0);
  for (const name of new Set(references)) expect(document.components.schemas).toHaveProperty(String(name));
});

test('every route is there once, under a name of its own', () => {
  const names = operations.map(({ operation }) => operation.operationId);
  expect(new Set(names).size).toBe(names.length);
  const inDocument = Object.values(document.paths).flatMap((path) => Object.keys(path));
  expect(inDocument).toHaveLength(routes.length);
});

describe.each(operations)('$name', ({ route, operation }) => {
  test('has a summary, a tag, and says what its parameters look like', () => {
    expect(operation.summary).not.toBe('');
    expect(operation.tags).not.toHaveLength(0);
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys(route.params ?? {}).sort()).toEqual(inPath.sort());
    for (const { name, schema } of operation.parameters ?? []) {
      const shown = JSON.stringify(schema);
      expect({ name, shown: /"example"|"examples"|"enum"|"const"|"\$ref"/.test(shown) }).toEqual({
        name,
        shown: true,
      });
    }
  });

  test('every answer with a body has an example that fits its schema', () => {
    for (const [status, spec] of Object.entries(route.responses)) {
      const content = Object.values(operation.responses[status]?.content ?? {});
      expect(content).toHaveLength(spec.schema === undefined ? 0 : 1);
      for (const { schema, example } of content) {
        expect(example).toBeDefined();
        expect(misfits(schema, example)).toEqual([]);
        expect(spec.schema?.safeParse(example).error?.issues ?? []).toEqual([]);
      }
    }
  });

  test('the body is strict, and its example fits', () => {
    const bodies = Object.values(operation.requestBody?.content ?? {});
    expect(bodies).toHaveLength((route.body ?? route.rawBody) === undefined ? 0 : 1);
    for (const { schema, example } of bodies) {
      expect(misfits(schema, example)).toEqual([]);
      if (route.body === undefined) continue;
      expect(route.body.schema.safeParse(example).error?.issues ?? []).toEqual([]);
      const refused = route.body.schema.safeParse({ ...(example as object), noSuchField: 1 });
      expect(refused.success).toBe(false);
    }
  });

  test('every error it can give has an example under its status', () => {
    for (const code of errorCodesOf(route)) {
      const { status } = problems[code];
      const media = operation.responses[String(status)]?.content?.['application/problem+json'];
      expect(media?.examples?.[code]?.value).toMatchObject({ code, status });
    }
  });

  test('a POST that creates or executes honours Idempotency-Key', () => {
    const answers = route.method === 'POST' && ['201', '202'].some((status) => status in route.responses);
    // Cancelling twice is cancelling once.
    const creates = answers && !route.path.endsWith('/cancel');
    const honours = route.idempotent === true || 'Idempotency-Key' in (route.headers ?? {});
    expect(!creates || honours).toBe(true);
  });
});

test('the problem schema lists every code', () => {
  const { description = '' } = document.components.schemas.Problem ?? {};
  for (const code of Object.keys(problems) as ErrorCode[])
    expect(description).toContain(`| \`${code}\` | ${problems[code].status} |`);
});
