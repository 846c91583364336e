import { createWriteStream } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Environment } from '../config/read-environment';
import { cacheFolder, putInCache, waitingFor, withCacheLock } from './cache';
import { StackError, type Progress } from './embedded-server';
import { findExecutable } from './find-executable';
import { runTool } from './run-tool';

/** The newest release that `go install` can build: later ones have replace directives. */
const version = 'v1.5.1';

const goPackage = `github.com/temporalio/cli/cmd/temporal@${version}`;

const cachedCli = (environment: Environment): string =>
  join(cacheFolder(environment), `temporal-cli-${version}`, 'temporal');

/** The Temporal CLI that is on this machine already: on PATH, or fetched earlier. */
export function foundTemporal(environment: Environment): string | undefined {
  return findExecutable(['temporal'], environment.PATH, [join(cachedCli(environment), '..')]);
}

/** How long the site may take to begin to answer, and the whole download. */
const patience = { answerMs: 15_000, downloadMs: 300_000 };

async function downloadTo(file: string, url: string): Promise<boolean> {
  const abort = new AbortController();
  const giveUpAfter = (ms: number): NodeJS.Timeout => setTimeout(() => abort.abort(), ms);
  let timer = giveUpAfter(patience.answerMs);
  try {
    const response = await fetch(url, { signal: abort.signal });
    clearTimeout(timer);
    timer = giveUpAfter(patience.downloadMs);
    if (!response.ok || response.body === null) return false;
    await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
    return true;
  } catch {
    // No way to the site from here.
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** The official release. */
async function officialRelease(environment: Environment, scratch: string): Promise<string | undefined> {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = `https://temporal.download/cli/archive/${version}?platform=${process.platform}&arch=${arch}`;
  const archive = join(scratch, 'temporal.tar.gz');
  if (!(await downloadTo(archive, url))) return undefined;
  const options = { env: environment, cwd: scratch, timeoutMs: 60_000 };
  const { ok } = await runTool('tar', ['-xzf', archive, 'temporal'], options);
  return ok ? join(scratch, 'temporal') : undefined;
}

/** Builds it from source: about three minutes on two cores, the first time. */
async function goInstall(environment: Environment, scratch: string): Promise<string | undefined> {
  const go = findExecutable(['go'], environment.PATH, ['/usr/local/go/bin', '/usr/lib/go/bin']);
  if (go === undefined) return undefined;
  const env = { HOME: homedir(), ...environment, GOBIN: scratch, CGO_ENABLED: '0' };
  const { ok, output } = await runTool(go, ['install', '-ldflags=-s -w', goPackage], {
    env,
    cwd: scratch,
    timeoutMs: 1_200_000,
  });
  if (ok) return join(scratch, 'temporal');
  throw new StackError(
    `go install ${goPackage} failed.\n${output.split('\n').slice(-10).join('\n')}`,
    'Install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH, or set TEMPORAL_ADDRESS.',
  );
}

/**
 * Finds the Temporal CLI, which is also its development server, or gets it: the official download, else from source.
 * @throws StackError when there is no way to one.
 */
export async function obtainTemporal(environment: Environment, progress: Progress): Promise<string> {
  const file = cachedCli(environment);
  const found = foundTemporal(environment);
  if (found !== undefined) return found;
  const make = async (scratch: string): Promise<string | undefined> => {
    progress('downloading the Temporal CLI');
    const released = await officialRelease(environment, scratch);
    if (released !== undefined) return released;
    progress('building the Temporal CLI with Go (once; about 3 minutes on two cores)');
    return goInstall(environment, scratch);
  };
  const fetch = async (): Promise<void> => {
    if (foundTemporal(environment) === undefined) await putInCache(file, make);
  };
  await withCacheLock(file, fetch, waitingFor(progress));
  const obtained = foundTemporal(environment);
  if (obtained !== undefined) return obtained;
  throw new StackError(
    'There is no Temporal CLI on this machine, and it could not be fetched.',
    'Install it (https://docs.temporal.io/cli) so that `temporal` is on PATH, or Go 1.21 or newer; or set TEMPORAL_ADDRESS.',
  );
}
