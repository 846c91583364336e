import type { z } from 'zod';
import { storedSecrets, validSecrets } from '../../../../infra/secrets/rotating-secrets';
import { TemporalUnavailableError } from '../../../../infra/temporal/room-gateway';
import { scheduledPolicy } from '../../../../infra/triggers/scheduled-policy';
import type { TriggerPolicy } from '../../../../prisma/generated/client';
import { triggerScheduleId } from '../../../../workflows/contracts/triggers/host';
import type { ApiServices } from '../../http/services';
import { scopeOf, storedValues } from '../../triggers/policy-columns';
import { viewSecret } from '../secret-view';
import type { hookView, policy, scheduleView } from './policy-schema';

/** How many of the next times are shown. */
const upcoming = 5;

type Viewing = Pick<ApiServices, 'database' | 'schedules' | 'settings'>;

/** @param origin that the API was called at, which names the addresses of webhooks where PUBLIC_URL does not. */
export async function viewPolicy(
  services: Viewing,
  row: TriggerPolicy,
  origin: string,
): Promise<z.input<typeof policy>> {
  const [view] = await viewPolicies(services, [row], origin);
  if (view === undefined) throw new Error('One row has one view.');
  return view;
}

export async function viewPolicies(
  services: Viewing,
  rows: readonly TriggerPolicy[],
  origin: string,
): Promise<z.input<typeof policy>[]> {
  const fired = await services.database.triggerFiring.groupBy({
    by: ['policyId'],
    where: { policyId: { in: rows.map(({ id }) => id) }, status: 'fired' },
    _max: { createdAt: true },
  });
  const lastFirings = new Map(fired.map(({ policyId, _max }) => [policyId, _max.createdAt]));
  return Promise.all(
    rows.map(async (row) => ({
      ...ownFields(row),
      schedule: await viewSchedule(services, row),
      hook: viewHook(row, services.settings.PUBLIC_URL ?? origin),
      lastFiredAt: lastFirings.get(row.id)?.toISOString() ?? null,
    })),
  );
}

function ownFields(row: TriggerPolicy) {
  const { id, workspaceId, name, workflowId, version, debounceSeconds, cooldownSeconds } = row;
  const { maxConcurrent, thresholdMinutes, enabled, revision, createdById } = row;
  const { timer, ...values } = storedValues(row);
  return {
    ...{ id, workspaceId, name, scope: scopeOf(row), workflowId, version, debounceSeconds, cooldownSeconds },
    ...{ maxConcurrent, thresholdMinutes, enabled, revision, createdById },
    ...values,
    ...(timer ?? noTimer),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

const noTimer = {
  ...{ intervalMinutes: null, cron: null, timeZone: null, jitterSeconds: null, startAt: null, endAt: null },
  ...{ catchupSeconds: null, overlap: null },
};

/** While Temporal is away it cannot be told: `pending`. */
async function viewSchedule(
  { schedules, settings }: Viewing,
  row: TriggerPolicy,
): Promise<z.input<typeof scheduleView> | null> {
  if (scheduledPolicy(row) === null) return null;
  const known = await schedules.describe(row.id).catch((error: unknown) => {
    if (error instanceof TemporalUnavailableError) return null;
    throw error;
  });
  const current = known?.revision === row.revision && known.paused === !row.enabled;
  const id = triggerScheduleId(row.id);
  const ui = settings.TEMPORAL_UI_URL?.replace(/\/+$/, '');
  const fires = current && row.enabled && row.eventType === 'timer';
  return {
    id,
    state: !current ? 'pending' : row.enabled ? 'active' : 'paused',
    nextAt: fires ? known.nextAt.slice(0, upcoming).map((time) => time.toISOString()) : [],
    lastAt: known?.lastAt?.toISOString() ?? null,
    temporalUrl:
      ui === undefined
        ? null
        : `${ui}/namespaces/${encodeURIComponent(settings.TEMPORAL_NAMESPACE)}/schedules/${encodeURIComponent(id)}`,
  };
}

function viewHook(row: TriggerPolicy, base: string): z.input<typeof hookView> | null {
  if (row.hookToken === null) return null;
  const url = `${base.replace(/\/+$/, '')}/hooks/${row.hookToken}`;
  const secrets = validSecrets(storedSecrets.parse(row.hookSecrets), new Date());
  return {
    url,
    testUrl: `${url}/test`,
    secrets: secrets.map(viewSecret),
  };
}
