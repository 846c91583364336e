import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** A secret cannot be opened: another SECRET_KEY sealed it, it is for another purpose, or it was changed. */
export class SecretBoxError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SecretBoxError';
  }
}

/** Encrypts secrets at rest with SECRET_KEY. */
export interface SecretBox {
  /** @param purpose what the secret is and whose, e.g. `signing_key:{kid}`; it must be the same when opening. */
  seal(text: string, purpose: string): string;
  /** @throws SecretBoxError */
  open(sealed: string, purpose: string): string;
  /** HMAC-SHA-256, hex: a digest that cannot be guessed from the outside, unlike a plain hash of something short. */
  digest(text: string | Uint8Array, purpose: string): string;
}

/** Format of a sealed secret: `v1.` and base64url of 12 bytes of nonce, 16 of tag, then the ciphertext (AES-256-GCM). */
const version = 'v1.';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * @param secretKey 32 bytes in base64 (setting SECRET_KEY).
 * @throws SecretBoxError when it is not.
 */
export function createSecretBox(secretKey: string): SecretBox {
  const master = Buffer.from(secretKey, 'base64');
  if (master.length !== 32) {
    throw new SecretBoxError(
      'SECRET_KEY must be 32 bytes in base64. Make one with: node -p "crypto.randomBytes(32).toString(\'base64\')"',
    );
  }
  const derive = (use: string): Buffer => Buffer.from(hkdfSync('sha256', master, '', `coagent/${use}`, 32));
  const encryptionKey = derive('encryption');
  const digestKey = derive('digest');
  return {
    seal(text, purpose) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', encryptionKey, nonce).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return version + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(sealed, purpose) {
      const bytes = Buffer.from(sealed.slice(version.length), 'base64url');
      if (!sealed.startsWith(version) || bytes.length < nonceBytes + tagBytes) {
        throw new SecretBoxError('This is not a sealed secret of a known version.');
      }
      const nonce = bytes.subarray(0, nonceBytes);
      const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
      const decipher = createDecipheriv('aes-256-gcm', encryptionKey, nonce, { authTagLength: tagBytes })
        .setAAD(Buffer.from(purpose))
        .setAuthTag(tag);
      try {
        return (
          decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
        );
      } catch (cause) {
        throw new SecretBoxError('A stored secret cannot be opened with this SECRET_KEY.', { cause });
      }
    },
    digest: (text, purpose) =>
      createHmac('sha256', digestKey).update(`${purpose}\0`).update(text).digest('hex'),
  };
}
