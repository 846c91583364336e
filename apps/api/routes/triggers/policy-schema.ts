import { z } from 'zod';
import { triggerEventTypes } from '../../../../workflows/contracts/triggers/events';
import { overLimits } from '../../../../workflows/contracts/triggers/policy';
import { overlaps } from '../../../../workflows/contracts/triggers/timer';
import { conditions, quietHours } from '../../triggers/policy-fields';
import { at, ids } from '../examples';
import { timestamp, uuid } from '../fields';
import { secretView } from '../secret-view';

export const scheduleView = z
  .object({
    id: z.string().meta({ description: 'Of the Temporal Schedule, and of the workflows that it starts.' }),
    state: z.enum(['active', 'paused', 'pending']).meta({
      description:
        '`pending`: Temporal does not have it as it is now; the workers see to it within a minute.',
    }),
    nextAt: z.array(timestamp).meta({
      description:
        'Of timers, the next five times at which it fires, without jitter; empty while it does not.',
    }),
    lastAt: timestamp.nullable().meta({ description: 'When it acted last.' }),
    temporalUrl: z.string().nullable().meta({
      description: 'Its page in the Temporal Web UI; null when the platform knows none (TEMPORAL_UI_URL).',
    }),
  })
  .meta({ id: 'TriggerSchedule' });

export const hookView = z
  .object({
    url: z.string().meta({
      description: 'Where signed requests go: below PUBLIC_URL, or the address that the API was called at.',
    }),
    testUrl: z.string().meta({ description: 'Answers what would run, and runs nothing.' }),
    secrets: z.array(secretView).meta({
      description: 'Those with which requests may be signed, newest first; their text is not shown.',
    }),
  })
  .meta({ id: 'TriggerHook' });

export const policy = z
  .object({
    id: uuid(ids.trigger),
    workspaceId: uuid(ids.workspace),
    name: z.string(),
    eventType: z.enum(triggerEventTypes),
    scope: z.object({
      workspaceId: uuid(ids.workspace).optional(),
      courseId: uuid(ids.course).optional(),
      roomId: uuid(ids.room).optional(),
      sessionId: z.string().optional(),
    }),
    conditions,
    workflowId: uuid(ids.workflow),
    version: z.int().nullable(),
    input: z.record(z.string(), z.string()).nullable(),
    debounceSeconds: z.int(),
    debounceMode: z.enum(['leading', 'trailing']),
    cooldownSeconds: z.int(),
    quietHours: quietHours.nullable(),
    maxConcurrent: z.int().nullable(),
    overLimit: z.enum(overLimits),
    intervalMinutes: z.int().nullable(),
    cron: z.string().nullable(),
    timeZone: z.string().nullable(),
    jitterSeconds: z.int().nullable(),
    startAt: timestamp.nullable(),
    endAt: timestamp.nullable(),
    catchupSeconds: z.int().nullable(),
    overlap: z.enum(overlaps).nullable(),
    thresholdMinutes: z.int().nullable(),
    bodySchema: z.record(z.string(), z.unknown()).nullable(),
    enabled: z.boolean(),
    revision: z.int().meta({ description: 'Counts changes.' }),
    schedule: scheduleView.nullable().meta({ description: 'Of timers and silences.' }),
    hook: hookView.nullable().meta({ description: 'Of webhooks.' }),
    lastFiredAt: timestamp.nullable(),
    createdById: uuid(ids.ada).nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'TriggerPolicy', description: 'When something happens, a workflow runs.' });

export const policyExample: z.input<typeof policy> = {
  id: ids.trigger,
  workspaceId: ids.workspace,
  name: 'Ask when it is quiet',
  eventType: 'silence',
  scope: { roomId: ids.room },
  conditions: {},
  workflowId: ids.workflow,
  version: null,
  input: null,
  debounceSeconds: 0,
  debounceMode: 'trailing',
  cooldownSeconds: 0,
  quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
  maxConcurrent: null,
  overLimit: 'queue',
  ...{ intervalMinutes: null, cron: null, timeZone: null, jitterSeconds: null, startAt: null, endAt: null },
  ...{ catchupSeconds: null, overlap: null },
  thresholdMinutes: 10,
  bodySchema: null,
  enabled: true,
  revision: 1,
  schedule: {
    id: `trigger:${ids.trigger}`,
    state: 'active',
    nextAt: [],
    lastAt: at,
    temporalUrl: `http://localhost:8233/namespaces/default/schedules/trigger%3A${ids.trigger}`,
  },
  hook: null,
  lastFiredAt: null,
  createdById: ids.ada,
  createdAt: at,
  updatedAt: at,
};
