import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Environment } from '../../../infra/config/read-environment';
import type { Settings } from '../../../infra/config/settings';
import { holderOf } from '../../../infra/stack/data-dir';
import { findExecutable } from '../../../infra/stack/find-executable';
import { createPortPicker } from '../../../infra/stack/ports';
import { readStackFile } from '../../../infra/stack/stack-file';
import { usualPorts } from '../../../infra/stack/stack';
import { chromiumHint, findChromium } from '../chromium';
import type { Finding } from './finding';

/** Below this the data directory's disk is too full to start. */
const neededBytes = 1024 ** 3;

function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

function dataDirectory(dataDir: string): Finding {
  const subject = 'Data';
  try {
    accessSync(nearestFolder(dataDir), constants.W_OK);
  } catch {
    const hint = 'Start CoAgent as its owner, or set DATA_DIR to a folder of your own.';
    return { subject, state: 'wrong', detail: `${dataDir} cannot be written`, hint };
  }
  const holder = holderOf(dataDir);
  if (holder !== undefined) {
    const at = readStackFile(dataDir)?.api ?? 'coming up';
    return { subject, state: 'fine', detail: `${dataDir}, in use by process ${holder.pid} (${at})` };
  }
  return {
    subject,
    state: 'fine',
    detail: existsSync(dataDir) ? dataDir : `${dataDir} (made at the first start)`,
  };
}

async function diskSpace(dataDir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(nearestFolder(dataDir));
  const free = bavail * bsize;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GB free`;
  if (free >= neededBytes) return { subject: 'Disk', state: 'fine', detail };
  return {
    subject: 'Disk',
    state: 'wrong',
    detail,
    hint: 'CoAgent needs 1 GB: free some space, or set DATA_DIR.',
  };
}

/** Which of the preferred ports are taken; that is no trouble, since the next free ones are used. */
async function portsInUse(settings: Settings, dataDir: string): Promise<Finding> {
  const subject = 'Ports';
  if (holderOf(dataDir) !== undefined)
    return { subject, state: 'fine', detail: 'in use by the running CoAgent' };
  const taken: string[] = [];
  const picker = createPortPicker({
    onTaken: (wanted, given) => taken.push(`${wanted} (would use ${given})`),
  });
  const { postgres, redis, temporal, temporalUi, model } = usualPorts;
  const wanted = [settings.PORT, postgres, redis, temporal, temporalUi, model];
  for (const port of wanted) await picker.pick(port);
  if (taken.length === 0) return { subject, state: 'fine', detail: `${wanted.join(', ')} are free` };
  return { subject, state: 'note', detail: `taken: ${taken.join(', ')}` };
}

function browser(environment: Environment): Finding {
  const found = findChromium(environment);
  if (found !== undefined) return { subject: 'Chromium', state: 'fine', detail: found };
  const detail = 'none; only `npm test` needs it, for the tests of the page';
  return { subject: 'Chromium', state: 'note', detail, hint: chromiumHint };
}

function java(environment: Environment): Finding {
  const found = findExecutable(['java'], environment.PATH);
  return {
    subject: 'Java',
    state: found === undefined ? 'note' : 'fine',
    detail: `${found ?? 'none'} (optional)`,
  };
}

/** The machine itself: Node, disk, ports, browser. */
export async function checkMachine(
  settings: Settings,
  environment: Environment,
  dataDir: string,
): Promise<Finding[]> {
  return [
    // The launcher has made sure of both before it came here.
    { subject: 'Node', state: 'fine', detail: process.version },
    { subject: 'Packages', state: 'fine', detail: 'as in package-lock.json' },
    dataDirectory(dataDir),
    await diskSpace(dataDir),
    await portsInUse(settings, dataDir),
    browser(environment),
    java(environment),
  ];
}
