import { chownSync, existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StackError } from './embedded-server';
import { findExecutable } from './find-executable';

/** How to start a program: as it is, or through one that gives up root's rights first. */
export interface Launch {
  command: string;
  args: string[];
}

export interface Account {
  uid: number;
  gid: number;
}

const isRoot = (): boolean => process.getuid?.() === 0;

function accountNamed(name: string): Account | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/**
 * The account that a program which refuses to run as root gets: the owner of its data if there is any, else `postgres` or
 * `nobody`. undefined when this process is not root.
 */
export function unprivilegedAccount(dataFolder: string): Account | undefined {
  if (!isRoot()) return undefined;
  if (existsSync(dataFolder)) {
    const { uid, gid } = statSync(dataFolder);
    if (uid !== 0) return { uid, gid };
  }
  const account = accountNamed('postgres') ?? accountNamed('nobody');
  if (account !== undefined) return account;
  throw new StackError(
    'Postgres does not run as root, and there is neither a user `postgres` nor `nobody`.',
    'Start CoAgent as another user, or set DATABASE_URL.',
  );
}

/** Gives a folder and everything in it to the account. */
export function giveTo({ uid, gid }: Account, path: string): void {
  chownSync(path, uid, gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveTo({ uid, gid }, join(path, name));
}

/** Whether every folder above the path lets everybody through. */
export function isOpenPath(path: string): boolean {
  const parent = dirname(path);
  if (parent === path) return true;
  return (statSync(parent).mode & 0o001) !== 0 && isOpenPath(parent);
}

/**
 * How to run a program as the account. Where its data lies below a folder that is closed to the account (such as /root),
 * it keeps one right of root's: to pass through folders and open files.
 * @param data folder that the program works in.
 * @param path the PATH to search for `setpriv`.
 */
export function launchAs(
  account: Account | undefined,
  command: string,
  args: readonly string[],
  data: string,
  path: string | undefined,
): Launch {
  if (account === undefined) return { command, args: [...args] };
  const setpriv = findExecutable(['setpriv'], path, ['/usr/bin', '/bin']);
  if (setpriv === undefined) {
    throw new StackError(
      'Postgres does not run as root, and `setpriv` (package util-linux) is not there to run it as another user.',
      'Install util-linux, start CoAgent as another user, or set DATABASE_URL.',
    );
  }
  const rights = isOpenPath(data) ? [] : ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  return { command: setpriv, args: [...identity, ...rights, '--', command, ...args] };
}
