import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../../../infra/config/load-settings';
import type { Report } from '../../../infra/stack/report';
import { startStack } from '../../../infra/stack/stack';

const silent: Report = { step: (_title, work) => work(() => undefined), note: () => undefined };

const given = {
  DATABASE_URL: 'postgresql://somebody:secret@db.example:5432/rooms',
  REDIS_URL: 'redis://cache.example:6379',
  TEMPORAL_ADDRESS: 'temporal.example:7233',
  TEMPORAL_UI_URL: 'https://temporal.example',
  OPENAI_BASE_URL: 'https://models.example/v1',
};

describe('servers named by the environment', () => {
  let dataDir: string;
  beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'coagent-given-'))));
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('replace the embedded ones: nothing is started, and their addresses are handed on', async () => {
    const settings = loadSettings(given);
    const stack = await startStack({ settings, environment: given, dataDir, report: silent });
    expect(stack.pids()).toEqual({});
    expect(stack.addresses).toEqual({
      postgres: given.DATABASE_URL,
      redis: given.REDIS_URL,
      temporal: given.TEMPORAL_ADDRESS,
      temporalUi: given.TEMPORAL_UI_URL,
      model: given.OPENAI_BASE_URL,
    });
    expect(stack.environment).toMatchObject({ ...given, DATA_DIR: dataDir });
    expect(stack.environment).not.toHaveProperty('OPENAI_API_KEY');
  });

  it('include the OpenAI service itself, when only a key is given', async () => {
    const environment = { ...given, OPENAI_BASE_URL: '', OPENAI_API_KEY: 'sk-test' };
    const stack = await startStack({
      settings: loadSettings(environment),
      environment,
      dataDir,
      report: silent,
    });
    expect(stack.addresses.model).toBeUndefined();
    expect(stack.environment).toMatchObject({ OPENAI_API_KEY: 'sk-test' });
  });
});
