import { randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import type { Database } from '../../../infra/database/client';
import {
  createSigningKeys,
  type SigningKeys,
  type SigningKeysOptions,
} from '../../../infra/identity/signing-keys';
import { createSecretBox } from '../../../infra/secrets/secret-box';
import { newPerson, secretKey, startTestApi, type TestApi } from './api-fixture';

let api: TestApi;
let keys: SigningKeys;
let ada: Awaited<ReturnType<typeof newPerson>>;

const keysWith = (secret: string, more: Partial<SigningKeysOptions> = {}) =>
  createSigningKeys({
    database: api.database,
    secrets: createSecretBox(secret),
    logger: api.services.logger,
    tokenSeconds: 900,
    ...more,
  });

beforeAll(async () => {
  api = await startTestApi();
  ada = await newPerson(api);
  keys = keysWith(secretKey);
});

const me = (token: string) => api.call('GET', '/auth/me', { token });

interface Forgery {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
}

/** A token signed with the real key, which differs from a good one only in what is given. */
async function forge({ claims = {}, header = {} }: Forgery = {}): Promise<string> {
  const { kid, key } = await keys.current();
  const now = Math.floor(Date.now() / 1000);
  const { sid } = decodeJwt(ada.token);
  const good = { iss: 'coagent', aud: 'coagent-api', sub: ada.id, sid, iat: now, exp: now + 900 };
  return new SignJWT({ ...good, ...claims })
    .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'at+jwt', ...header })
    .sign(key);
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a token says who, which session, which key, and until when', async () => {
  expect(decodeProtectedHeader(ada.token)).toEqual({
    alg: 'EdDSA',
    typ: 'at+jwt',
    kid: expect.any(String) as string,
  });
  const claims = decodeJwt(ada.token);
  expect(claims).toMatchObject({ iss: 'coagent', aud: 'coagent-api', sub: ada.id });
  expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(900);
  expect((await me(await forge())).status).toBe(200);
});

test.each<[string, Forgery]>([
  ['expired', { claims: { exp: Math.floor(Date.now() / 1000) - 1 } }],
  ['without expiry', { claims: { exp: undefined } }],
  ['not valid yet', { claims: { nbf: Math.floor(Date.now() / 1000) + 600 } }],
  ['for another audience', { claims: { aud: 'someone-else' } }],
  ['of another issuer', { claims: { iss: 'someone-else' } }],
  ['without a session', { claims: { sid: undefined } }],
  ['of an unknown session', { claims: { sid: '0197d6a2-6f5c-7c3e-9d53-0f3a5b1c2d4e' } }],
  ['with a session that is no id', { claims: { sid: "' OR 1=1 --" } }],
  ['with a session that is no text', { claims: { sid: 7 } }],
  ['of another kind', { header: { typ: 'JWT' } }],
  ['naming an unknown key', { header: { kid: '0197d6a2-6f5c-7c3e-9d53-0f3a5b1c2d4e' } }],
  ['naming a key that is no id', { header: { kid: 'no-such-key' } }],
  ['naming no key', { header: { kid: undefined } }],
])('a token is refused: %s', async (_name, forgery) => {
  expect(await me(await forge(forgery))).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
});

test('a token of one session cannot name another person', async () => {
  const ben = await newPerson(api);
  expect((await me(await forge({ claims: { sub: ben.id } }))).status).toBe(401);
});

test('alg none, HMAC with the public key, and a foreign key are refused', async () => {
  const { kid } = await keys.current();
  const [, payload] = ada.token.split('.');
  const { publicJwk } = await api.database.signingKey.findUniqueOrThrow({ where: { id: kid } });
  const hmacKey = Buffer.from((publicJwk as JWK).x ?? '', 'base64url');
  const hmac = await new SignJWT(decodeJwt(ada.token))
    .setProtectedHeader({ alg: 'HS256', kid, typ: 'at+jwt' })
    .sign(hmacKey);
  const foreign = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const stranger = await new SignJWT(decodeJwt(ada.token))
    .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'at+jwt' })
    .sign(foreign.privateKey);
  const forgeries = [
    `${base64({ alg: 'none', typ: 'at+jwt' })}.${String(payload)}.`,
    `${base64({ alg: 'none', kid, typ: 'at+jwt' })}.${String(payload)}.`,
    hmac,
    stranger,
    `${ada.token}x`,
    ada.token.replace(/\.[^.]+$/, '.'),
    'a.b.c',
    '....',
    'x'.repeat(8000),
  ];
  for (const token of forgeries) expect((await me(token)).status).toBe(401);
});

test('a bad bearer token is not made good by a valid cookie', async () => {
  const headers = { cookie: `__Host-coagent=${ada.token}`, authorization: 'Bearer a.b.c' };
  expect((await api.call('GET', '/auth/me', { headers })).status).toBe(401);
});

test('after a rotation the new key signs, in all processes, and tokens of the old one go on', async () => {
  const old = await keys.current();
  const kid = await keys.rotate();
  expect(kid).not.toBe(old.kid);
  expect((await keys.current()).kid).toBe(kid);
  expect((await me(ada.token)).status).toBe(200);
  // This process has not heard of the new key yet: it looks it up when it meets the first token.
  expect((await me(await forge())).status).toBe(200);
  const { privateJwk } = await api.database.signingKey.findUniqueOrThrow({ where: { id: kid } });
  expect(privateJwk).toMatch(/^v1\./);
});

test('a retired key verifies until its last token has expired, then no longer', async () => {
  const { kid } = await keys.current();
  await keys.rotate();
  let now = Date.now();
  const later = keysWith(secretKey, { now: () => now });
  expect(await later.verification(kid)).not.toBeNull();
  now += 901_000;
  expect(await later.verification(kid)).not.toBeNull();
  now += 200_000;
  expect(await later.verification(kid)).toBeNull();
});

test('made-up key ids lead to one read of the database a second, and new keys are found all the same', async () => {
  let reads = 0;
  const database = api.database.$extends({
    query: {
      signingKey: {
        findMany({ args, query }) {
          reads += 1;
          return query(args);
        },
      },
    },
  });
  const fresh = keysWith(secretKey, { database: database as unknown as Database });
  await fresh.current();
  const began = Date.now();
  expect(await fresh.verification(randomUUID())).toBeNull();
  const newest = await keysWith(secretKey).rotate();
  const before = reads;
  const flood = Array.from({ length: 100 }, () => fresh.verification(randomUUID()));
  expect(await fresh.verification(newest)).not.toBeNull();
  // A timer may be a little early.
  expect(Date.now() - began).toBeGreaterThanOrEqual(990);
  expect(new Set(await Promise.all(flood))).toEqual(new Set([null]));
  expect(reads).toBe(before + 1);
  expect(await fresh.verification('no uuid')).toBeNull();
});

test('keys sealed with another SECRET_KEY verify but do not sign, and one more is made', async () => {
  const { kid: before } = await keysWith(secretKey).current();
  const other = keysWith(Buffer.alloc(32, 7).toString('base64'));
  const { kid, key } = await other.current();
  expect(kid).not.toBe(before);
  expect(await other.verification(before)).not.toBeNull();
  const { publicJwk } = await api.database.signingKey.findUniqueOrThrow({ where: { id: kid } });
  expect(await importJWK(publicJwk as JWK, 'EdDSA')).toBeDefined();
  expect(key.type).toBe('private');
  await keysWith(secretKey).rotate();
});

test('processes that start together make one key', async () => {
  await api.database.signingKey.updateMany({ data: { retiredAt: new Date() }, where: { retiredAt: null } });
  const started = await Promise.all([1, 2, 3, 4].map(() => keysWith(secretKey).current()));
  expect(new Set(started.map(({ kid }) => kid)).size).toBe(1);
});
