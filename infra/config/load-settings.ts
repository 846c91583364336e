import { settingsTable, type SettingName, type Settings } from './settings';

/** The environment holds values that cannot be used. `message` names every one of them and how to mend it. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`These settings need attention:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/**
 * Reads the settings from an environment.
 * @param env usually `process.env`, after `.env` was merged into it. An empty value counts as absent.
 * @throws SettingsError naming every invalid or missing setting at once; it never contains a secret's value.
 */
export function loadSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const production = env.NODE_ENV === 'production';
  for (const name of Object.keys(settingsTable) as SettingName[]) {
    const { schema, secret, requiredInProduction } = settingsTable[name];
    const raw = env[name] === '' ? undefined : env[name];
    if (raw === undefined && production && requiredInProduction) {
      problems.push(`${name} must be set in production`);
      continue;
    }
    const parsed = schema.safeParse(raw);
    if (parsed.success) {
      values[name] = parsed.data;
      continue;
    }
    const shown = secret ? 'the value given' : JSON.stringify(raw);
    problems.push(`${name}: ${shown} ${parsed.error.issues.map((issue) => issue.message).join('; ')}`);
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return values as Settings;
}
