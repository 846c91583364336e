import type { Environment } from '../../../infra/config/read-environment';
import { settingsTable } from '../../../infra/config/settings';

/** Servers that a test run may be given; all other settings are the tests' own. */
const servers = ['DATABASE_URL', 'REDIS_URL', 'TEMPORAL_ADDRESS'];
const mayBeGiven = [...servers, 'LOG_LEVEL'];

export const hasGivenServers = (environment: Environment): boolean =>
  servers.some((name) => environment[name] !== undefined);

/** An environment without the settings of the person who runs the tests: neither their keys nor their limits matter. */
export function testEnvironment(environment: Environment): Environment {
  const isKept = (name: string): boolean => !(name in settingsTable) || mayBeGiven.includes(name);
  const kept = Object.entries(environment).filter(([name]) => isKept(name));
  return { ...Object.fromEntries(kept), NODE_ENV: 'test' };
}
