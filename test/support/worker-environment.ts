/**
 * Gives each of Jest's workers servers of its own, so that no test file sees what another one's processes do. `npm test` says
 * which; without it the environment stays as it is.
 */
const { TEST_ENVIRONMENTS, JEST_WORKER_ID = '1' } = process.env;

if (TEST_ENVIRONMENTS !== undefined) {
  const all = JSON.parse(TEST_ENVIRONMENTS) as Record<string, string>[];
  Object.assign(process.env, all[Number(JEST_WORKER_ID) - 1]);
}
