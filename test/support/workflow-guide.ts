import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { GraphDocument, Json, JsonObject } from '../../workflows/contracts/graph/document';
import { projectRoot } from './processes';

/** An example of docs/workflows.md: a graph, what it is run with, and what it gives. */
export interface GuideExample {
  /** Of its section: a kind of node without the backticks, or another title. */
  title: string;
  /** With `$TEACHER`, `$STUDENT` and `$CHILD` for ids. */
  graph: GraphDocument;
  payload: Json;
  /** Body of the decision of the approval that it waits for. */
  decision?: JsonObject;
  /** `"…"` stands for any text. */
  output: Json;
}

export const readGuide = (name: 'workflows.md' | 'runs.md' | 'triggers.md'): string =>
  readFileSync(path.join(projectRoot, 'docs', name), 'utf8');

/** Every example of the page, in its order. */
export function guideExamples(): GuideExample[] {
  return readGuide('workflows.md')
    .split(/^(?=#{2,3} )/m)
    .flatMap((section): GuideExample[] => {
      const blocks = new Map(
        [...section.matchAll(/^```json (\w+)\n(.*?)^```/gms)].map(([, name = '', text = '']) => [
          name,
          JSON.parse(text) as Json,
        ]),
      );
      const { graph, decision, payload = null, output = null } = Object.fromEntries(blocks);
      if (graph === undefined) return [];
      const title = /^#+ `?(.*?)`?$/m.exec(section)?.[1] ?? '';
      const decided = decision === undefined ? {} : { decision: decision as JsonObject };
      return [{ title, graph: graph as unknown as GraphDocument, payload, output, ...decided }];
    });
}

/** The graph with ids in the place of their names. */
export const withIds = (graph: GraphDocument, ids: Readonly<Record<string, string>>): GraphDocument =>
  JSON.parse(
    JSON.stringify(graph).replace(/"\$([A-Z]+)"/g, (_, name: string) => JSON.stringify(ids[name])),
  ) as GraphDocument;

/** Shell blocks of a page, in its order. */
export const shellBlocks = (page: string): string[] =>
  [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(([, text = '']) => text);

/** The table of a section that begins with codes: what is said of each. */
export function listedCodes(page: string, title: string): Record<string, string> {
  const section = page.split(/^(?=## )/m).find((each) => each.startsWith(`## ${title}\n`)) ?? '';
  const rows = section.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm);
  return Object.fromEntries([...rows].map(([, code = '', text = '']) => [code, text]));
}
