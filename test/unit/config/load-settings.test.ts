import { loadSettings, SettingsError } from '../../../infra/config/load-settings';
import { requireSettings } from '../../../infra/config/require-settings';
import { settingsTable, type SettingName } from '../../../infra/config/settings';
import type { Setting } from '../../../infra/config/setting';

const settings: [name: string, setting: Setting][] = Object.entries(settingsTable);
const required = settings
  .filter(([, { requiredInProduction }]) => requiredInProduction)
  .map(([name]) => name);

const production = {
  NODE_ENV: 'production',
  ADMIN_PASSWORD: 'a long password',
  SECRET_KEY: 'bm90IGEgc2VjcmV0LCBidXQgMzIgYnl0ZXMgbG9uZyE=',
  DATABASE_URL: 'postgresql://coagent:secret@postgres:5432/coagent',
  REDIS_URL: 'redis://:secret@redis:6379/0',
  TEMPORAL_ADDRESS: 'temporal:7233',
};

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadSettings', () => {
  it('takes the defaults when nothing is set', () => {
    const loaded = loadSettings({});
    expect(loaded.NODE_ENV).toBe('development');
    expect(loaded.PORT).toBe(3000);
    expect(loaded.TRUST_PROXY).toBe(false);
    expect(loaded.ALLOWED_ORIGINS).toEqual([]);
    expect(loaded.WORKER_QUEUES).toEqual(['control', 'models', 'tools', 'delivery']);
    expect(loaded.DATABASE_URL).toBeUndefined();
  });

  it('reads every kind of value', () => {
    const loaded = loadSettings({
      PORT: ' 8080 ',
      TRUST_PROXY: 'true',
      LOG_LEVEL: 'debug',
      ALLOWED_ORIGINS: 'https://a.example, https://b.example,',
      DATABASE_URL: 'postgresql://localhost/coagent',
    });
    expect(loaded.PORT).toBe(8080);
    expect(loaded.TRUST_PROXY).toBe(true);
    expect(loaded.LOG_LEVEL).toBe('debug');
    expect(loaded.ALLOWED_ORIGINS).toEqual(['https://a.example', 'https://b.example']);
    expect(loaded.DATABASE_URL).toBe('postgresql://localhost/coagent');
  });

  it('counts an empty value as absent', () => {
    const empty = Object.fromEntries(settings.map(([name]) => [name, '']));
    expect(loadSettings(empty)).toEqual(loadSettings({}));
  });

  it('names every problem at once, with the value and what it must be', () => {
    const problems = problemsOf({
      NODE_ENV: 'staging',
      PORT: '70000',
      TRUST_PROXY: 'yes',
      WORKER_QUEUES: 'control,nonsense',
      PUBLIC_URL: 'coagent.example',
    });
    expect(problems).toHaveLength(5);
    expect(problems).toContain('PORT: "70000" must be a whole number from 0 to 65535');
    expect(problems).toContain('TRUST_PROXY: "yes" must be true or false');
    expect(problems).toContain('WORKER_QUEUES: "control,nonsense" may hold control, models, tools, delivery');
    expect(problems).toContain(
      'PUBLIC_URL: "coagent.example" must be a URL that begins with http:// or https://',
    );
  });

  it('puts all problems into the message', () => {
    const problems = problemsOf({ PORT: '1.5', LOG_LEVEL: 'loud' });
    const { message } = new SettingsError(problems);
    for (const problem of problems) expect(message).toContain(problem);
  });

  it.each([
    ['DATABASE_URL', 'mysql://coagent:hunter2@localhost/coagent'],
    ['REDIS_URL', 'hunter2'],
    ['SECRET_KEY', '   '],
  ])('never shows the value of the secret %s', (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${name}: the value given `));
    expect(problems[0]).not.toContain('hunter2');
    expect(problems[0]).not.toContain(JSON.stringify(value));
  });

  it('reads addresses and blocks of addresses', () => {
    const loaded = loadSettings({ OUTBOUND_ALLOWED: '127.0.0.1, 10.0.0.0/8,::1,fd00::/8' });
    expect(loaded.OUTBOUND_ALLOWED).toEqual(['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8']);
  });

  it.each(['localhost', '10.0.0.0/33', '::1/129', '10.0.0/8', '10.0.0.1/', '127.1', '10.0.0.0/x', '*'])(
    'refuses %s as an address',
    (value) => {
      expect(problemsOf({ OUTBOUND_ALLOWED: `127.0.0.1,${value}` })).toEqual([
        `OUTBOUND_ALLOWED: "127.0.0.1,${value}" must be IP addresses or CIDR blocks, such as 10.0.0.7 or 10.0.0.0/8`,
      ]);
    },
  );

  it.each(['1.5', '1e3', '0x10', 'NaN', '-1', 'ten', '9999999999999999999999'])(
    'refuses %s as a whole number',
    (value) => {
      expect(problemsOf({ DATABASE_POOL_SIZE: value })).toHaveLength(1);
    },
  );
});

describe('loadSettings in production', () => {
  it('accepts a complete environment', () => {
    expect(loadSettings(production).NODE_ENV).toBe('production');
  });

  it('requires every secret and address that has no safe default, and names all that are missing', () => {
    const problems = problemsOf({ NODE_ENV: 'production' });
    expect(problems).toEqual(required.map((name) => `${name} must be set in production`));
    expect(required).toEqual(expect.arrayContaining(Object.keys(production).slice(1)));
  });

  it('counts an empty value as missing', () => {
    expect(problemsOf({ ...production, SECRET_KEY: '' })).toEqual(['SECRET_KEY must be set in production']);
  });

  it('requires none of them elsewhere', () => {
    expect(problemsOf({ NODE_ENV: 'development' })).toEqual([]);
    expect(problemsOf({ NODE_ENV: 'test' })).toEqual([]);
  });
});

describe('settingsTable', () => {
  it.each(settings)('%s accepts its own default and says so', (_name, { schema, fallback }) => {
    expect(schema.parse(fallback)).toEqual(schema.parse(undefined));
    expect(schema.parse(undefined) === undefined).toBe(fallback === undefined);
  });

  it('gives no secret a default', () => {
    const secrets = settings.filter(([, { secret }]) => secret);
    expect(secrets.length).toBeGreaterThan(0);
    for (const [, { fallback }] of secrets) expect(fallback).toBeUndefined();
  });

  it('marks as secret whatever looks like one', () => {
    const looks = settings.filter(([name]) => /(PASSWORD|SECRET|API_KEY|_TOKEN)$|_KEY$/.test(name));
    for (const [name, { secret }] of looks) expect([name, secret]).toEqual([name, true]);
  });
});

describe('requireSettings', () => {
  const names: SettingName[] = ['DATABASE_URL', 'REDIS_URL'];

  it('names every setting that is missing', () => {
    expect(() => requireSettings(loadSettings({}), names)).toThrow(
      /DATABASE_URL must be set[^]*REDIS_URL must be set/,
    );
  });

  it('gives the settings back when all are there', () => {
    const loaded = loadSettings(production);
    expect(requireSettings(loaded, names)).toBe(loaded);
  });
});
