import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, isAlive, type ProcessIdentity } from '../../../infra/stack/process-identity';
import { endLeftovers, recordProcess } from '../../../infra/stack/process-records';
import { eventually } from '../../support/eventually';

const sleeper = (script = 'setInterval(() => {}, 1000)'): ChildProcess =>
  spawn(process.execPath, ['-e', `${script}; console.log('up')`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

/** Starts a process that stands for a server whose CLI was killed. */
async function started(script?: string): Promise<{ child: ChildProcess; pid: number }> {
  const child = sleeper(script);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return { child, pid: Number(child.pid) };
}

describe('processes left behind by a killed run', () => {
  let dataDir: string;
  const children: ChildProcess[] = [];
  beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'coagent-leftovers-'))));
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('are ended, and forgotten', async () => {
    const { child, pid } = await started();
    children.push(child);
    recordProcess(dataDir, 'worker', pid);
    const identity = identify(pid);
    expect(await endLeftovers(dataDir)).toEqual(['worker']);
    expect(identity && isAlive(identity)).toBe(false);
    expect(await endLeftovers(dataDir)).toEqual([]);
  });

  it('are killed when they do not end by themselves', async () => {
    const { child, pid } = await started("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)");
    children.push(child);
    recordProcess(dataDir, 'temporal', pid);
    await endLeftovers(dataDir);
    expect(await eventually('the end of what was killed', () => identify(pid) === undefined)).toBe(true);
  });

  it('are not confused with a later process that got the same id', async () => {
    const { child, pid } = await started();
    children.push(child);
    recordProcess(dataDir, 'redis', pid);
    const record = join(dataDir, 'run', 'redis.json');
    const { started: since } = JSON.parse(readFileSync(record, 'utf8')) as ProcessIdentity;
    writeFileSync(record, JSON.stringify({ pid, started: `${since}0` }));
    expect(await endLeftovers(dataDir)).toEqual([]);
    expect(identify(pid)).toBeDefined();
  });

  it('leave no trouble when a record was cut off in the middle', async () => {
    recordProcess(dataDir, 'api', process.pid);
    writeFileSync(join(dataDir, 'run', 'api.json'), '{"pid":');
    expect(await endLeftovers(dataDir)).toEqual([]);
    expect(readdirSync(dataDir)).toEqual([]);
  });
});
