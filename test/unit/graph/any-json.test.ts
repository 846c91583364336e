import fc from 'fast-check';
import type { GraphDocument } from '../../../workflows/contracts/graph/document';
import { problemCodes } from '../../../workflows/contracts/graph/problems';
import { compileGraph } from '../../../workflows/graph/compile';
import { arbitraryGraph } from '../../support/graphs/arbitrary-graph';
import { catalogue, problemsOf } from '../../support/graphs/catalogue';

describe('any JSON', () => {
  const known = new Set(Object.keys(problemCodes));
  const check = (document: unknown): void => {
    const problems = problemsOf(document);
    for (const { code, message } of problems) {
      expect(known).toContain(code);
      expect(message).not.toBe('');
    }
    if (!problems.some(({ severity }) => severity === 'error'))
      compileGraph(document as GraphDocument, catalogue);
  };

  it('is answered with problems', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        check(value);
        expect(problemsOf(value)).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
    for (const value of [undefined, null, 0, '', [], {}, { schemaVersion: 1, nodes: [null], edges: [[]] }])
      check(value);
  });

  it('put anywhere into a valid graph gives problems or a graph that compiles, never a crash', () => {
    fc.assert(
      fc.property(
        arbitraryGraph({ races: true, nodes: 6 }),
        fc.array(
          fc.tuple(
            fc.nat(),
            fc.oneof(
              fc.jsonValue(),
              fc.constantFrom('start', 'n0', 'loop', 'join', 'switch', 'out', 'else', -1, 1e9),
            ),
          ),
          { minLength: 1, maxLength: 4 },
        ),
        ({ document }, changes) => {
          const changed = structuredClone(document);
          for (const [at, value] of changes) replaceLeaf(changed, at, value);
          check(changed);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** Replaces or removes the n-th of all values within. */
function replaceLeaf(root: object, at: number, value: unknown): void {
  const places: [Record<string, unknown>, string][] = [];
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const key of Object.keys(part)) {
      places.push([part as Record<string, unknown>, key]);
      visit((part as Record<string, unknown>)[key]);
    }
  };
  visit(root);
  const [holder, key] = places[at % places.length] ?? [];
  if (!holder || key === undefined) return;
  holder[key] = value;
}
