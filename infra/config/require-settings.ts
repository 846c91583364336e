import { SettingsError } from './load-settings';
import type { SettingName, Settings } from './settings';

type Present<Name extends SettingName> = { readonly [Key in Name]: NonNullable<Settings[Key]> };

/**
 * Settings that a process cannot do without, known to be present.
 * @throws SettingsError naming every missing one. `npm start` supplies them all.
 */
export function requireSettings<Name extends SettingName>(
  settings: Settings,
  names: readonly Name[],
): Settings & Present<Name> {
  const missing = names.filter((name) => settings[name] === undefined);
  if (missing.length > 0) {
    throw new SettingsError(missing.map((name) => `${name} must be set (\`npm start\` does it for you)`));
  }
  return settings as Settings & Present<Name>;
}
