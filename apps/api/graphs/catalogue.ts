import { validate as isUuid } from 'uuid';
import { builtInToolSpecs } from '../../../activities/tools';
import { Prisma } from '../../../prisma/generated/client';
import type { Catalogue, CatalogueWorkflow } from '../../../workflows/contracts/graph/catalogue';
import type { CompiledUses } from '../../../workflows/contracts/graph/compiled';

type Pin = CompiledUses['workflows'][number];
const keyOf = ({ workflowId, version }: Pin): string => `${workflowId}/${String(version)}`;

/**
 * What a graph may refer to in its workspace now. Of workflows only those that the document names are read, with
 * what they run in turn.
 * @param document any JSON.
 * @param workflowId the workflow it belongs to; null: not saved yet.
 */
export async function readCatalogue(
  db: Prisma.TransactionClient,
  workspaceId: string,
  workflowId: string | null,
  document: unknown,
): Promise<Catalogue> {
  const [agents, workflows] = await Promise.all([
    db.agent.findMany({
      where: { workspaceId, status: { not: 'shutdown' } },
      select: { id: true, name: true },
    }),
    readWorkflows(db, workspaceId, workflowsNamedIn(document)),
  ]);
  return {
    workflowId,
    agents: new Map(agents.map(({ id, name }) => [id, { name }])),
    tools: new Map(builtInToolSpecs.map((spec) => [spec.name, spec])),
    workflows,
  };
}

/** Ids in the places where sub-workflows are named. */
function workflowsNamedIn(document: unknown): string[] {
  const { nodes } = (document ?? {}) as { nodes?: unknown };
  if (!Array.isArray(nodes)) return [];
  const named = nodes.map(
    (node: { type?: unknown; data?: { workflowId?: unknown } } | null) => node?.data?.workflowId,
  );
  return [...new Set(named.filter((id): id is string => typeof id === 'string' && isUuid(id)))];
}

async function readWorkflows(
  db: Prisma.TransactionClient,
  workspaceId: string,
  ids: string[],
): Promise<Map<string, CatalogueWorkflow>> {
  if (ids.length === 0) return new Map();
  const rows = await db.workflow.findMany({
    where: { id: { in: ids }, workspaceId, deletedAt: null },
    select: { id: true, name: true, publishedVersion: true },
  });
  const uses = await readUses(
    db,
    rows.map(({ id }) => id),
  );
  const known = new Map<string, { depth: number; reaches: readonly string[] }>();
  const entries = rows.map(({ id, name, publishedVersion }): [string, CatalogueWorkflow] => {
    const versions = [...uses.values()].filter(({ pin }) => pin.workflowId === id);
    return [
      id,
      {
        name,
        latest: publishedVersion,
        versions: new Map(versions.map(({ pin }) => [pin.version, nestingOf(pin, uses, known)])),
      },
    ];
  });
  return new Map(entries);
}

type Uses = ReadonlyMap<string, { pin: Pin; below: readonly Pin[] }>;

/** What every version of these workflows runs, and what that runs, to the bottom: versions pin versions, so it ends. */
async function readUses(db: Prisma.TransactionClient, ids: readonly string[]): Promise<Uses> {
  const found = new Map<string, { pin: Pin; below: readonly Pin[] }>();
  let wanted = Prisma.sql`workflow_id = ANY (${[...ids]}::uuid[])`;
  for (;;) {
    const rows = await db.$queryRaw<(Pin & { below: Pin[] })[]>`
      SELECT workflow_id AS "workflowId", version, compiled -> 'uses' -> 'workflows' AS below
      FROM workflow_versions WHERE ${wanted}`;
    for (const { workflowId, version, below } of rows)
      found.set(keyOf({ workflowId, version }), { pin: { workflowId, version }, below });
    const next = rows.flatMap(({ below }) => below).filter((pin) => !found.has(keyOf(pin)));
    if (next.length === 0) return found;
    wanted = Prisma.sql`(workflow_id, version) IN (
      SELECT * FROM unnest(${next.map((pin) => pin.workflowId)}::uuid[], ${next.map((pin) => pin.version)}::int[]))`;
  }
}

function nestingOf(
  pin: Pin,
  uses: Uses,
  known: Map<string, { depth: number; reaches: readonly string[] }>,
): { depth: number; reaches: readonly string[] } {
  const key = keyOf(pin);
  const before = known.get(key);
  if (before) return before;
  const below = (uses.get(key)?.below ?? []).map((child) => nestingOf(child, uses, known));
  const nesting = {
    depth: below.length === 0 ? 0 : 1 + Math.max(...below.map(({ depth }) => depth)),
    reaches: [...new Set([pin.workflowId, ...below.flatMap(({ reaches }) => reaches)])],
  };
  known.set(key, nesting);
  return nesting;
}
