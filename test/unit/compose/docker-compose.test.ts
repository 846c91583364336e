import { existsSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020';
import { parse } from 'yaml';
import { loadSettings } from '../../../infra/config/load-settings';
import { composeVariables } from '../../../infra/config/settings-reference';
import { settingsTable } from '../../../infra/config/settings';
import type { Setting } from '../../../infra/config/setting';
import { searchAttributeNames } from '../../../workflows/contracts/search-attributes';
import { taskQueues } from '../../../workflows/contracts/task-queues';
import {
  environmentOf,
  inProject,
  interpolate,
  readComposeFile,
  readProject,
  variablesIn,
  type Service,
} from './compose-file';
import { readDockerfile } from './dockerfile';

const compose = readComposeFile();
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const jobs = services.filter(([, { restart }]) => restart === 'no');
const servers = services.filter(([, { restart }]) => restart !== 'no');
const settings: [name: string, setting: Setting][] = Object.entries(settingsTable);

/** Values for every variable that must be set. */
const env = Object.fromEntries(
  variablesIn(readProject('docker-compose.yml'))
    .filter(({ required }) => required)
    .map(({ name }) => [name, `test-${name.toLowerCase()}`]),
);

const hasHealthCheck = ({ healthcheck, build }: Service): boolean =>
  healthcheck
    ? healthcheck.test !== undefined
    : readDockerfile()
        .target(build?.target ?? '')
        .includes('HEALTHCHECK');

describe('docker-compose.yml', () => {
  it('is valid against the Compose Specification', () => {
    const schema = JSON.parse(readProject('test/unit/compose/compose-specification/schema.json')) as object;
    const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schema);
    const valid = validate(parse(readProject('docker-compose.yml'), { merge: true }));
    expect(validate.errors).toBeNull();
    expect(valid).toBe(true);
  });

  it('has the whole stack', () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      [
        ...['api', ...taskQueues.map((queue) => `worker-${queue}`), 'migrate', 'seed', 'postgres', 'redis'],
        ...['temporal-schema', 'temporal', 'temporal-namespace', 'temporal-ui', 'neo4j', 'qdrant'],
      ].sort(),
    );
  });

  it.each(taskQueues)('serves the task queue %s with a worker of its own', (queue) => {
    const worker = compose.services[`worker-${queue}`];
    expect(worker?.environment).toMatchObject({ WORKER_QUEUES: queue });
    expect(worker?.build?.target).toBe('worker');
  });
});

describe('environment of our images in docker-compose.yml', () => {
  it.each(ours)('%s is given only settings that exist', (_name, { environment = {} }) => {
    const unknown = Object.keys(environment).filter((name) => !(name in settingsTable));
    expect(unknown).toEqual([]);
  });

  it.each(ours)('%s is given every setting that production requires', (_name, { environment = {} }) => {
    const missing = settings.filter(
      ([name, { requiredInProduction }]) => requiredInProduction && typeof environment[name] !== 'string',
    );
    expect(missing.map(([name]) => name)).toEqual([]);
  });

  it.each(ours)(
    '%s can be given every other setting but those that the images fix',
    (_name, { environment = {} }) => {
      const fixed = ['NODE_ENV', 'HOST', 'PORT', 'DATA_DIR', 'WORKER_QUEUES', 'WORKER_BUNDLE'];
      const left = settings
        .map(([name]) => name)
        .filter((name) => !(name in environment) && !fixed.includes(name));
      expect(left).toEqual([]);
    },
  );

  it.each(ours)('%s starts with what it is given', (_name, service) => {
    expect(() => loadSettings({ NODE_ENV: 'production', ...environmentOf(service, env) })).not.toThrow();
  });

  it('lets a worker finish its activities before it is killed', () => {
    for (const queue of taskQueues) {
      const grace = Number.parseInt(compose.services[`worker-${queue}`]?.stop_grace_period ?? '0', 10);
      expect(grace).toBeGreaterThan(Number(settingsTable.SHUTDOWN_GRACE_SECONDS.fallback));
    }
  });
});

describe('secrets in docker-compose.yml', () => {
  it('have no default', () => {
    const optional = variablesIn(readProject('docker-compose.yml')).filter(
      ({ name, required }) => /PASSWORD|SECRET|KEY/.test(name) && !required,
    );
    expect(optional).toEqual([]);
  });

  it('are never written out', () => {
    for (const [, { environment = {} }] of services) {
      const literal = Object.entries(environment).filter(
        ([name, value]) =>
          /PASSWORD|SECRET|KEY|PWD|NEO4J_AUTH/.test(name) && value !== null && !value.includes('${'),
      );
      expect(literal).toEqual([]);
    }
  });

  it.each(ours)(
    'that are missing stop the start of %s, and the message tells what to do',
    (_name, service) => {
      expect(() => environmentOf(service, {})).toThrow(
        /COAGENT_DB_PASSWORD:\?Set COAGENT_DB_PASSWORD, for example to the output of openssl rand/,
      );
    },
  );

  it('and the other variables are all in the settings reference', () => {
    const used = new Map(
      variablesIn(readProject('docker-compose.yml')).map((variable) => [variable.name, variable]),
    );
    const others = [...used.keys()].filter((name) => !(name in settingsTable)).sort();
    expect(others).toEqual(Object.keys(composeVariables).sort());
    for (const name of others) expect(used.get(name)?.fallback).toBe(composeVariables[name]?.fallback);
  });
});

describe('services in docker-compose.yml', () => {
  it.each(services)('%s has an image pinned to a version', (_name, { image }) => {
    expect(interpolate(image, env)).toMatch(/:v?\d+\.\d+\.?\d*(-[a-z]+)?$/);
  });

  it('gives our images the version of the package', () => {
    const { version } = JSON.parse(readProject('package.json')) as { version: string };
    for (const [, { image, build }] of ours) {
      expect(interpolate(image, env)).toBe(`coagent-${build?.target ?? ''}:${version}`);
    }
  });

  it.each(servers)('%s has a health check and is restarted', (_name, service) => {
    expect(hasHealthCheck(service)).toBe(true);
    expect(service.restart).toBe('unless-stopped');
  });

  it.each(services)('%s is limited in memory and processor time', (_name, { deploy }) => {
    expect(deploy?.resources?.limits).toEqual({
      cpus: expect.stringMatching(/^\d+$/) as unknown,
      memory: expect.stringMatching(/^\d+[MG]$/) as unknown,
    });
  });

  it.each(ours)('%s has a read-only file system and no capabilities', (_name, service) => {
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
  });

  it.each(services)('%s waits only for what can come about', (_name, { depends_on = {} }) => {
    for (const [target, { condition }] of Object.entries(depends_on)) {
      const service = compose.services[target];
      if (service === undefined) throw new Error(`there is no service ${target}`);
      const isJob = jobs.some(([name]) => name === target);
      expect([target, condition]).toEqual([
        target,
        isJob ? 'service_completed_successfully' : 'service_healthy',
      ]);
      expect(isJob || hasHealthCheck(service)).toBe(true);
    }
  });

  it.each(services)(
    '%s mounts only files that exist and volumes that are declared',
    (_name, { volumes = [] }) => {
      for (const volume of volumes) {
        const source = volume.split(':')[0] ?? '';
        expect([
          source,
          source.startsWith('.') ? existsSync(inProject(source)) : source in compose.volumes,
        ]).toEqual([source, true]);
      }
    },
  );

  it.each(ours)('%s runs a program that the build makes', (_name, { command }) => {
    const program = command?.[1] ?? 'dist/apps/api/main.js';
    expect(existsSync(inProject(program.replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
  });
});

describe('networks in docker-compose.yml', () => {
  it('publish the API and the Temporal UI only, by default to this machine only', () => {
    const published = services.filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name]) => name).sort()).toEqual(['api', 'temporal-ui']);
    for (const [, { ports = [] }] of published) {
      for (const port of ports) expect(interpolate(port, env)).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    }
  });

  it('are declared, and lead nowhere but for those that must', () => {
    const open = Object.keys(compose.networks).filter((name) => compose.networks[name]?.internal !== true);
    expect(open.sort()).toEqual(['edge', 'egress']);
    for (const [, { networks }] of services) {
      for (const network of networks) expect(Object.keys(compose.networks)).toContain(network);
    }
  });

  it('let only the published services, the workers that call others and Neo4j out', () => {
    const out = services.filter(([, { networks }]) =>
      networks.some((name) => ['edge', 'egress'].includes(name)),
    );
    expect(out.map(([name]) => name).sort()).toEqual(
      ['api', 'neo4j', 'temporal-ui', 'worker-delivery', 'worker-models'].sort(),
    );
  });
});

describe('infra/docker/temporal', () => {
  it('registers the search attributes that workflows are started with', () => {
    const [, names = ''] =
      /^attributes='(.*)'$/m.exec(readProject('infra/docker/temporal/setup-namespace.sh')) ?? [];
    expect(names.split(' ')).toEqual(searchAttributeNames);
  });
});
