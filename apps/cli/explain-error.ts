import { SettingsError } from '../../infra/config/load-settings';
import { StackError } from '../../infra/stack/embedded-server';

/** What to do about errors of the operating system. */
const systemHints: Readonly<Record<string, string>> = {
  EACCES:
    'The files belong to another user: start CoAgent as that user, or set DATA_DIR to a folder of your own.',
  EPERM:
    'The files belong to another user: start CoAgent as that user, or set DATA_DIR to a folder of your own.',
  ENOSPC: 'The disk is full: free some space, or set DATA_DIR to a folder on another disk.',
  EROFS: 'The disk is read-only: set DATA_DIR to a folder that can be written.',
  EMFILE: 'Too many open files: raise the limit (`ulimit -n 4096`).',
  ECONNREFUSED:
    'Nothing listens there: check the address in the environment and `.env`; `npm run doctor` tries them all.',
  ENOTFOUND:
    'No such host: check the address in the environment and `.env`; `npm run doctor` tries them all.',
};

/** What went wrong and what to do about it, for a person; errors that nobody foresaw with their stack. */
export function explainError(error: unknown): string {
  if (error instanceof StackError) return `${error.message}\n→ ${error.hint}`;
  if (error instanceof SettingsError)
    return `${error.message}\n→ All settings are described in docs/settings.md.`;
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  const hint = code === undefined ? undefined : systemHints[code];
  if (hint !== undefined) return `${error.message || String(code)}\n→ ${hint}`;
  return error.stack ?? error.message;
}
