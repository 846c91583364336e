import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Settings } from '../../../infra/config/settings';
import { ApiError } from './problems';

/** Counts in Redis, shared by all API processes; while Redis is away each process counts by itself. */
export interface Limits {
  /** One API request of a person (`user:…`) or of an address (`address:…`). @throws ApiError `rate_limited` */
  request(who: string): Promise<void>;
  /** One message of a person, by HTTP or WebSocket. @throws ApiError `rate_limited` */
  message(userId: string): Promise<void>;
  /** One signed request of a webhook, by the id of its policy. @throws ApiError `rate_limited` */
  hook(policyId: string): Promise<void>;
}

export interface LimiterOptions {
  redis: Redis;
  /** Names the counter. */
  name: string;
  points: number;
  seconds: number;
  /** Seconds for which a key stays blocked once it went over. Default: until its window ends. */
  blockSeconds?: number;
}

export function createLimiter({
  redis,
  name,
  points,
  seconds,
  blockSeconds = 0,
}: LimiterOptions): RateLimiterRedis {
  const counter = { keyPrefix: `limit:${name}`, points, duration: seconds, blockDuration: blockSeconds };
  return new RateLimiterRedis({
    ...counter,
    storeClient: redis,
    rejectIfRedisNotReady: true,
    insuranceLimiter: new RateLimiterMemory(counter),
  });
}

/** Whole seconds until a refused key is free again, at least 1. */
export const retryAfterOf = (refusal: RateLimiterRes): number =>
  Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));

export function createLimits(redis: Redis, settings: Settings): Limits {
  const perMinute = (name: string, points: number, what: string) => {
    const limiter = createLimiter({ redis, name, points, seconds: 60 });
    return async (key: string): Promise<void> => {
      try {
        await limiter.consume(key);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        const retryAfter = retryAfterOf(refusal);
        throw new ApiError(
          'rate_limited',
          `At most ${points} ${what} a minute. Try again in ${retryAfter} s.`,
          { retryAfter },
        );
      }
    };
  };
  return {
    request: perMinute('request', settings.REQUESTS_PER_MINUTE, 'requests'),
    message: perMinute('message', settings.MESSAGES_PER_MINUTE, 'messages'),
    hook: perMinute('hook', settings.HOOK_REQUESTS_PER_MINUTE, 'requests of this webhook'),
  };
}
