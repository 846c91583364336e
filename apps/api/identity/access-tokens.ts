import { errors, jwtVerify, SignJWT } from 'jose';
import { validate as isUuid, v7 as uuidv7 } from 'uuid';
import { signingAlgorithm, type SigningKeys } from '../../../infra/identity/signing-keys';

const issuer = 'coagent';
const audience = 'coagent-api';
const type = 'at+jwt';

export interface AccessToken {
  userId: string;
  sessionId: string;
  expiresAt: Date;
}

export interface AccessTokens {
  issue(of: { userId: string; sessionId: string }): Promise<{ token: string; expiresAt: Date }>;
  /** null when it is forged, expired, or meant for something else. */
  verify(token: string): Promise<AccessToken | null>;
}

/**
 * JSON Web Tokens signed with EdDSA: `sub` is the user, `sid` the session, `kid` in the header names the key.
 * @param seconds life of a token.
 */
export function createAccessTokens(keys: SigningKeys, seconds: number): AccessTokens {
  return {
    async issue({ userId, sessionId }) {
      const { kid, key } = await keys.current();
      const issuedAt = Math.floor(Date.now() / 1000);
      const token = await new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: signingAlgorithm, kid, typ: type })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setJti(uuidv7())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + seconds)
        .sign(key);
      return { token, expiresAt: new Date((issuedAt + seconds) * 1000) };
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(
          token,
          async ({ kid }) => {
            const key = typeof kid === 'string' ? await keys.verification(kid) : null;
            if (key === null) throw new errors.JWKSNoMatchingKey();
            return key;
          },
          {
            algorithms: [signingAlgorithm],
            issuer,
            audience,
            typ: type,
            requiredClaims: ['sub', 'sid', 'iat', 'exp'],
          },
        );
        const { sub, sid, exp } = payload;
        if (sub === undefined || typeof sid !== 'string' || !isUuid(sid) || exp === undefined) return null;
        return { userId: sub, sessionId: sid, expiresAt: new Date(exp * 1000) };
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
