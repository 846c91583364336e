import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../support/eventually';
import { coagent } from './coagent';

jest.setTimeout(180_000);

describe('coagent doctor', () => {
  let dataDir: string;
  beforeAll(() => (dataDir = mkdtempSync(join(tmpdir(), 'coagent-doctor-'))));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('reports latency for servers that the environment names', async () => {
    // A server that is busy may be slower than the doctor's patience.
    const { code, output } = await eventually('a visit that finds all well', async () => {
      const visit = await coagent(['doctor'], { DATA_DIR: dataDir }).ended;
      if (visit.code !== 0) throw new Error(visit.output);
      return visit;
    });
    expect(output).toMatch(/Postgres +✔ DATABASE_URL answers in \d+ ms/);
    expect(output).toMatch(/Redis +✔ REDIS_URL answers in \d+ ms/);
    expect(output).toMatch(/Temporal +✔ TEMPORAL_ADDRESS answers in \d+ ms/);
    expect(output).toMatch(/Model +✔ OPENAI_BASE_URL answers in \d+ ms/);
    expect(code).toBe(0);
  });

  it('names every server that cannot be reached, and fails', async () => {
    const { code, output } = await coagent(['doctor'], {
      DATA_DIR: dataDir,
      DATABASE_URL: 'postgresql://somebody:hunter2@127.0.0.1:1/x',
      REDIS_URL: 'redis://127.0.0.1:1',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      ...{ OPENAI_BASE_URL: '', OPENAI_API_KEY: '' },
    }).ended;
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'TEMPORAL_ADDRESS']) {
      expect(output).toContain(`✖ unreachable: ${name}`);
    }
    expect(output).toContain('3 to mend');
    expect(output).not.toContain('hunter2');
    expect(code).toBe(1);
  });

  it('finds the programs for embedded servers', async () => {
    const { output } = await coagent(['doctor'], { DATA_DIR: dataDir, DATABASE_URL: '', REDIS_URL: '' })
      .ended;
    expect(output).toMatch(/Postgres +✔ postgres \(PostgreSQL\) 18/);
    expect(output).toMatch(/Redis +✔ (Redis|Valkey) server/);
  });

  it('names every setting that cannot be used, without the value of a secret', async () => {
    const { code, output } = await coagent(['doctor'], { PORT: 'many', DATABASE_URL: 'hunter2' }).ended;
    expect(output).toContain('PORT: "many"');
    expect(output).toContain('DATABASE_URL');
    expect(output).not.toContain('hunter2');
    expect(code).toBe(1);
  });
});
