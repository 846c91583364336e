import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimDataDir, keptSecretKey, wipeDataDir } from '../../../infra/stack/data-dir';
import { identify } from '../../../infra/stack/process-identity';
import { writeStackFile } from '../../../infra/stack/stack-file';

describe('the data directory', () => {
  let parent: string;
  let dataDir: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'coagent-data-'));
    dataDir = join(parent, 'data');
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  it('belongs to one run at a time; the second is told where the first is', () => {
    const release = claimDataDir(dataDir);
    const addresses = { temporal: '127.0.0.1:1', postgres: 'postgresql://a', redis: 'redis://b', pids: {} };
    writeStackFile(dataDir, { api: 'http://127.0.0.1:3999', ...addresses });
    expect(() => claimDataDir(dataDir)).toThrow('http://127.0.0.1:3999');
    release();
    claimDataDir(dataDir)();
  });

  it('is free again after its holder was killed, also when the holder’s id was given to another process', () => {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'lock.json'), JSON.stringify({ pid: 4_194_305, started: 'long ago' }));
    claimDataDir(dataDir)();
    writeFileSync(join(dataDir, 'lock.json'), JSON.stringify({ pid: process.pid, started: 'long ago' }));
    claimDataDir(dataDir)();
    writeFileSync(join(dataDir, 'lock.json'), JSON.stringify(identify(process.pid)));
    expect(() => claimDataDir(dataDir)).toThrow('already starting');
  });

  it('keeps one secret key of 32 bytes that only its owner can read', () => {
    const key = keptSecretKey(dataDir);
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    expect(keptSecretKey(dataDir)).toBe(key);
    expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600);
  });

  it('is wiped without touching what others keep there', () => {
    keptSecretKey(dataDir);
    mkdirSync(join(dataDir, 'postgres'));
    writeFileSync(join(dataDir, 'holiday.jpg'), '');
    wipeDataDir(dataDir);
    expect(existsSync(join(dataDir, 'holiday.jpg'))).toBe(true);
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
    expect(existsSync(join(dataDir, 'secret.key'))).toBe(false);
    rmSync(join(dataDir, 'holiday.jpg'));
    wipeDataDir(dataDir);
    expect(existsSync(dataDir)).toBe(false);
  });
});
