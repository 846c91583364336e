import { join } from 'node:path';
import Koa from 'koa';
import { createRunRecorder } from '../../activities/runs/run-recorder';
import { projectRoot } from '../../infra/config/project-root';
import { createSecretBox } from '../../infra/secrets/secret-box';
import { createEventSender } from '../../infra/triggers/event-sender';
import { createDispatch } from './http/dispatch';
import { documentPages } from './http/documents';
import { answerErrors, answerProblem } from './http/error-answers';
import { createIdempotency } from './http/idempotency';
import { createLimits } from './http/limits';
import { buildOpenApi } from './http/openapi';
import { staticPage } from './http/page';
import { ApiError } from './http/problems';
import { logRequests } from './http/request-log';
import { createRouter } from './http/router';
import { productVersion } from '../../infra/config/product-version';
import { securityHeaders } from './http/security-headers';
import type { ApiDeps, ApiServices } from './http/services';
import { createIdentityService } from './identity/identity-service';
import type { Route } from './http/route';
import { createRunFeed } from './runs/run-feed';
import { createRunStarts } from './runs/start-run';
import { routes as allRoutes } from './routes';

export interface ApiApp {
  app: Koa;
  services: ApiServices;
  /** Removes what is no longer needed from the database. */
  purge(): Promise<void>;
}

export interface AppDeps extends ApiDeps {
  /** Setting SECRET_KEY. */
  secretKey: string;
  /** Default: every route of the product. */
  routes?: readonly Route[];
}

/** The HTTP part of the API: from the request id to the answer. */
export function createApp({ secretKey, routes = allRoutes, ...deps }: AppDeps): ApiApp {
  const { settings, database, redis, logger } = deps;
  const secrets = createSecretBox(secretKey);
  const events = createEventSender(deps);
  // Runs are opened here, and ended elsewhere.
  const recorder = createRunRecorder({ ...deps, events, policyRunEnded: () => undefined });
  const services: ApiServices = {
    ...deps,
    events,
    limits: createLimits(redis, settings),
    feed: createRunFeed(deps),
    starts: createRunStarts({ ...deps, recorder }),
    secrets,
    identity: createIdentityService({ settings, database, redis, secrets, logger }),
  };
  const idempotency = createIdempotency(database, secrets);

  const app = new Koa();
  app.proxy = settings.TRUST_PROXY;
  // Only what the nearest proxy itself saw; anything further left in X-Forwarded-For comes from the client.
  app.maxIpsCount = 1;
  app.silent = true;
  app.use(logRequests(logger));
  app.use(answerErrors(logger));
  app.use(securityHeaders(settings.PUBLIC_URL?.startsWith('https:') ?? false));
  app.use(documentPages(() => buildOpenApi(routes, productVersion())));
  app.use(createRouter(routes, createDispatch(services, idempotency)));
  app.use(staticPage(join(projectRoot(), 'dist', 'console')));
  app.use((ctx) => answerProblem(ctx, new ApiError('not_found', 'Nothing is at this address.')));
  const purge = async (): Promise<void> => {
    await idempotency.purge();
    await services.identity.sessions.purge();
  };
  return { app, services, purge };
}
