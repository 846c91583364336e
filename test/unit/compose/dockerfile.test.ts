import { existsSync } from 'node:fs';
import { loadSettings } from '../../../infra/config/load-settings';
import { settingsTable } from '../../../infra/config/settings';
import { mallocArenas } from '../../../infra/stack/stack';
import { inProject, readProject } from './compose-file';
import { readDockerfile } from './dockerfile';

const dockerfile = readDockerfile();
const targets = ['api', 'worker'];

const valuesOf = (target: string, keyword: string): string[] =>
  dockerfile
    .instructionsOf(target)
    .filter((instruction) => instruction.keyword === keyword)
    .map(({ text }) => text);

const environment = (target: string): [name: string, value: string][] =>
  valuesOf(target, 'ENV').flatMap((text) =>
    text.split(' ').map((pair): [string, string] => {
      const [name = '', value = ''] = pair.split('=');
      return [name, value];
    }),
  );

/** What `.dockerignore` lets through: it excludes everything, then names what comes back. */
const allowed = readProject('.dockerignore')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1));

describe('infra/docker/Dockerfile', () => {
  it('copies only files that exist and that .dockerignore lets through', () => {
    const sources = dockerfile.stages
      .flatMap(({ instructions }) => instructions)
      .filter(({ keyword, text }) => keyword === 'COPY' && !text.startsWith('--from'))
      .flatMap(({ text }) => text.split(' ').slice(0, -1));
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      expect([source, existsSync(inProject(source))]).toEqual([source, true]);
      expect(allowed).toContain(source);
    }
  });

  it('lets nothing through that no image needs', () => {
    const text = readProject('infra/docker/Dockerfile');
    for (const path of allowed) expect(text).toMatch(new RegExp(`COPY .*${path.replaceAll('.', '\\.')}`));
  });

  it('starts from one pinned slim image, of the Node that .nvmrc names', () => {
    const bases = dockerfile.stages.map(({ base }) => base).filter((base) => base.includes(':'));
    expect(bases).toHaveLength(1);
    expect(bases[0]).toMatch(/^node:\d+\.\d+\.\d+-[a-z]+-slim$/);
    expect(bases[0]).toMatch(new RegExp(`^node:${readProject('.nvmrc').trim()}\\.`));
  });

  it.each(targets)('%s runs as a user without privileges, from the build, with a health check', (target) => {
    expect(valuesOf(target, 'USER')).toEqual(['node']);
    expect(valuesOf(target, 'CMD')).toEqual([`["node", "dist/apps/${target}/main.js"]`]);
    expect(existsSync(inProject(`apps/${target}/main.ts`))).toBe(true);
    expect(valuesOf(target, 'HEALTHCHECK')).toHaveLength(1);
  });

  it.each(targets)('%s sets only settings that exist, to values they accept, and no secret', (target) => {
    const pairs = environment(target).filter(([name]) => name !== 'MALLOC_ARENA_MAX');
    expect(pairs.length).toBeGreaterThan(0);
    for (const [name] of pairs) expect(Object.keys(settingsTable)).toContain(name);
    expect(() => loadSettings({ ...Object.fromEntries(pairs), NODE_ENV: 'test' })).not.toThrow();
    expect(Object.fromEntries(pairs).NODE_ENV).toBe('production');
    for (const [name] of pairs) expect(settingsTable[name as keyof typeof settingsTable].secret).toBe(false);
  });

  it.each(targets)('%s has as many heaps of the C library as with npm start', (target) => {
    expect(Object.fromEntries(environment(target)).MALLOC_ARENA_MAX).toBe(mallocArenas);
  });

  it('takes no build arguments, which would stay in the layers', () => {
    expect(dockerfile.stages.flatMap(({ name }) => dockerfile.target(name))).not.toContain('ARG');
  });

  it('brings what the programs read at run time', () => {
    const copied = valuesOf('api', 'COPY').map((text) => text.split(' ').at(-1));
    expect(copied).toEqual(['./', './node_modules', './prisma/migrations', './dist']);
  });
});
