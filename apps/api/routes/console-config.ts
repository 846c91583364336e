import { z } from 'zod';
import { productVersion } from '../../../infra/config/product-version';
import { defineRoute } from '../http/route';

/** What the built-in page needs to know before anybody signs in. */
export const getConsoleConfig = defineRoute(
  {
    method: 'GET',
    path: '/console-config.json',
    outside: true,
    summary: 'Read the configuration of the built-in page',
    tags: ['page'],
    auth: 'none',
    responses: {
      200: {
        description: 'The configuration.',
        schema: z.object({
          /** Base address of the Temporal Web UI, for links; null when none is configured. */
          temporalUi: z.string().nullable(),
          namespace: z.string(),
          version: z.string(),
        }),
        example: { temporalUi: 'http://localhost:8233', namespace: 'default', version: '0.1.0' },
      },
    },
    errors: [],
  },
  (_request, { settings }) =>
    Promise.resolve({
      status: 200 as const,
      body: {
        temporalUi: settings.TEMPORAL_UI_URL ?? null,
        namespace: settings.TEMPORAL_NAMESPACE,
        version: productVersion(),
      },
    }),
);
