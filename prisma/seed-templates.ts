import { createHash } from 'node:crypto';
import { builtInToolSpecs } from '../activities/tools';
import type { GraphDocument } from '../workflows/contracts/graph/document';
import type { Catalogue } from '../workflows/contracts/graph/catalogue';
import { canonicalJson, compileGraph } from '../workflows/graph/compile';
import type { Prisma } from './generated/client';
import evaluationLoop from './templates/evaluation-loop.json';
import researchReport from './templates/research-report.json';
import triage from './templates/triage-approval-reply.json';

export interface Template {
  name: string;
  description: string;
  /** Agents stand in it by the names of their definitions. */
  graph: unknown;
}

export const templates: readonly Template[] = [triage, researchReport, evaluationLoop];

export interface TemplateAgent {
  id: string;
  name: string;
  definition: string | null;
}

/** The graph of a template with these agents. */
export function fillTemplate({ graph }: Template, agents: readonly TemplateAgent[]): GraphDocument {
  const document = structuredClone(graph) as GraphDocument;
  for (const { id, data } of document.nodes) {
    if (data.agentId === undefined) continue;
    const agent = agents.find(({ definition }) => definition === data.agentId);
    if (!agent) throw new Error(`There is no agent for node ${id} of a template.`);
    data.agentId = agent.id;
  }
  return document;
}

/** What templates may refer to. */
export const templateCatalogue = (agents: readonly TemplateAgent[]): Catalogue => ({
  workflowId: null,
  agents: new Map(agents.map(({ id, name }) => [id, { name }])),
  tools: new Map(builtInToolSpecs.map((spec) => [spec.name, spec])),
  workflows: new Map(),
});

/** Workflows to begin with, published. */
export async function seedTemplates(
  tx: Prisma.TransactionClient,
  workspaceId: string,
  createdById: string,
  agents: readonly TemplateAgent[],
): Promise<void> {
  const catalogue = templateCatalogue(agents);
  for (const template of templates) {
    const document = fillTemplate(template, agents);
    const compiled = compileGraph(document, catalogue);
    const graph = document as unknown as Prisma.InputJsonObject;
    await tx.workflow.create({
      data: {
        workspaceId,
        name: template.name,
        description: template.description,
        draft: graph,
        publishedVersion: 1,
        createdById,
        versions: {
          create: {
            version: 1,
            graph,
            compiled: compiled as unknown as Prisma.InputJsonObject,
            hash: createHash('sha256').update(canonicalJson(compiled)).digest('hex'),
            createdById,
          },
        },
      },
    });
  }
}
