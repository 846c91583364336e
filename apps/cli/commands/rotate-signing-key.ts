import { Command } from 'commander';
import { loadSettings } from '../../../infra/config/load-settings';
import { readEnvironment } from '../../../infra/config/read-environment';
import { requireSettings } from '../../../infra/config/require-settings';
import { createDatabase } from '../../../infra/database/client';
import { createSigningKeys } from '../../../infra/identity/signing-keys';
import { createLogger } from '../../../infra/logger/logger';
import { createSecretBox } from '../../../infra/secrets/secret-box';

/** `coagent rotate-signing-key`: from now on (within a minute, in running processes) access tokens get a new key. */
export function rotateSigningKeyCommand(): Command {
  return new Command('rotate-signing-key')
    .description('sign access tokens with a new key; the old one verifies until its tokens have expired')
    .action(async () => {
      const settings = requireSettings(loadSettings(readEnvironment()), ['DATABASE_URL', 'SECRET_KEY']);
      const database = createDatabase(settings.DATABASE_URL, 1);
      const keys = createSigningKeys({
        database,
        secrets: createSecretBox(settings.SECRET_KEY),
        logger: createLogger('cli', settings.LOG_LEVEL),
        tokenSeconds: settings.ACCESS_TOKEN_SECONDS,
      });
      console.log(`new signing key ${await keys.rotate()}`);
      await database.$disconnect();
    });
}
