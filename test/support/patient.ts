import { TemporalUnavailableError } from '../../infra/temporal/room-gateway';

const patienceMs = 30_000;

type Ask = (...about: unknown[]) => Promise<unknown>;

/**
 * A gateway that asks again while Temporal is too busy to take a request in time, as clients do that the API answers 503. All its
 * methods must answer a promise.
 */
export function patient<Gateway extends object>(gateway: Gateway): Gateway {
  const methods = Object.entries(gateway) as [string, Ask][];
  return Object.fromEntries(methods.map(([name, ask]) => [name, insisting(ask)])) as Gateway;
}

const insisting =
  (ask: Ask): Ask =>
  async (...about) => {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      try {
        return await ask(...about);
      } catch (error) {
        if (!(error instanceof TemporalUnavailableError) || Date.now() > deadline) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
