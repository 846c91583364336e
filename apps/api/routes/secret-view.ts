import { z } from 'zod';
import type { StoredSecret } from '../../../infra/secrets/rotating-secrets';
import { at } from './examples';
import { timestamp } from './fields';

/** What is shown of a secret once it has been handed out: never its text. */
export const secretView = z.object({
  id: z.string(),
  createdAt: timestamp,
  expiresAt: timestamp.nullable().meta({ description: 'null: it is the current one.' }),
});

export const secretExample: z.input<typeof secretView> = {
  id: '5f0c6a52-0c8e-4b7f-9d3a-1e2f3a4b5c6d',
  createdAt: at,
  expiresAt: null,
};

export const viewSecret = ({ id, createdAt, expiresAt }: StoredSecret): z.input<typeof secretView> => ({
  id,
  createdAt,
  expiresAt,
});
