import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holderOf } from '../../../infra/stack/data-dir';
import { identify } from '../../../infra/stack/process-identity';
import { readStackFile, type StackFile } from '../../../infra/stack/stack-file';
import { eventually } from '../../support/eventually';
import { coagent, type RunningCommand } from './coagent';

/** Nothing given: all servers are embedded ones. */
const nothingGiven = {
  DATABASE_URL: '',
  REDIS_URL: '',
  TEMPORAL_ADDRESS: '',
  OPENAI_BASE_URL: '',
  OPENAI_API_KEY: '',
};

const allNames = ['api', 'model-server', 'postgres', 'redis', 'temporal', 'worker'];

jest.setTimeout(300_000);

describe('coagent start', () => {
  let dataDir: string;
  let command: RunningCommand | undefined;

  const start = (): RunningCommand =>
    (command = coagent(['start'], { ...nothingGiven, DATA_DIR: dataDir, PORT: '0', SECRET_KEY: '' }));
  const up = (running: RunningCommand): Promise<StackFile> =>
    eventually(
      'the stack',
      () => {
        if (running.child.exitCode !== null) throw new Error(running.output());
        return running.output().includes('CoAgent is running') && readStackFile(dataDir);
      },
      180,
    );
  const isReady = async (api: string | undefined): Promise<boolean> =>
    (await fetch(`${String(api)}/health/ready`)).ok;

  beforeAll(() => (dataDir = mkdtempSync(join(tmpdir(), 'coagent-start-'))));
  afterAll(async () => {
    command?.child.kill('SIGINT');
    await command?.ended;
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('brings everything up, says where, and is the only one on its data', async () => {
    const running = start();
    const stack = await up(running);
    expect(Object.keys(stack.pids).sort()).toEqual(allNames);
    expect(await eventually('health', () => isReady(stack.api), 60)).toBe(true);
    expect(running.output()).toContain(`http://localhost:${new URL(String(stack.api)).port}`);
    const second = await coagent(['start'], { ...nothingGiven, DATA_DIR: dataDir }).ended;
    expect(second).toEqual({ code: 1, output: expect.stringContaining(String(stack.api)) });
    const reset = await coagent(['reset', '--yes'], { DATA_DIR: dataDir }).ended;
    expect(reset.code).toBe(1);
  });

  it('starts again what is killed, where it was', async () => {
    const before = readStackFile(dataDir);
    process.kill(Number(before?.pids.worker), 'SIGKILL');
    process.kill(Number(before?.pids.redis), 'SIGKILL');
    const after = await eventually(
      'new processes',
      () => {
        const now = readStackFile(dataDir);
        const changed = now?.pids.worker !== before?.pids.worker && now?.pids.redis !== before?.pids.redis;
        return changed && now;
      },
      120,
    );
    expect({ ...after, pids: {} }).toEqual({ ...before, pids: {} });
    expect(await eventually('health', () => isReady(after.api), 60)).toBe(true);
  });

  it('ends what a killed one left behind, and works', async () => {
    const isAlive = (pid: number): boolean => identify(pid) !== undefined;
    // One that was killed in the test before may have taken others with it, which are started again.
    const left = await eventually(
      'all are up',
      () => {
        const pids = Object.values(readStackFile(dataDir)?.pids ?? {});
        return pids.length === allNames.length && pids.every(isAlive) && pids;
      },
      60,
    );
    command?.child.kill('SIGKILL');
    await command?.ended;
    expect(left.map(isAlive)).toEqual(left.map(() => true));
    const running = start();
    const stack = await up(running);
    expect(running.output()).toContain('an earlier run left behind');
    expect(left.map((pid) => identify(pid))).toEqual(left.map(() => undefined));
    expect(await eventually('health', () => isReady(stack.api), 60)).toBe(true);
  });

  it('ends everything within ten seconds of Ctrl-C', async () => {
    const pids = Object.values(readStackFile(dataDir)?.pids ?? {});
    const since = Date.now();
    const running = command;
    running?.child.kill('SIGINT');
    await running?.ended;
    // By the clock of the command: this process may stand still by itself.
    const [, seconds] = /✔ Stopping +([\d.]+) s/.exec(running?.output() ?? '') ?? [];
    expect(Number(seconds)).toBeLessThan(10);
    expect(Date.now() - since).toBeLessThan(30_000);
    expect(pids).toHaveLength(allNames.length);
    expect(pids.map((pid) => identify(pid))).toEqual(pids.map(() => undefined));
    expect(readStackFile(dataDir)).toBeUndefined();
    expect(holderOf(dataDir)).toBeUndefined();
  });

  it('has its data deleted by reset, which does not ask when told so and never without somebody to ask', async () => {
    const unasked = await coagent(['reset'], { DATA_DIR: dataDir }).ended;
    expect(unasked).toEqual({ code: 1, output: expect.stringContaining('--yes') });
    const done = await coagent(['reset', '--yes'], { DATA_DIR: dataDir }).ended;
    expect(done).toEqual({ code: 0, output: expect.stringContaining('Deleted') });
  });
});
