import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { HoldfastError } from '../errors/holdfast-error.ts';

export const MASTER_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'hb1';

/** Seals secrets that must be kept in the database: stealing the database alone is then not enough. */
export type SecretBox = {
  /** Names the master key without telling anything about it. */
  keyId: string;
  /**
   * @param context what the secret is for (`channel:ch_…`); `open` needs the same, so a box copied elsewhere stays shut
   * @returns text of letters, digits, `.`, `-` and `_`
   */
  seal(text: string, context: string): string;
  /** @throws HoldfastError `secret-box.wrong-key` (another master key) or `secret-box.damaged` (altered, or another context) */
  open(box: string, context: string): string;
};

/**
 * Envelope encryption, AES-256-GCM twice: each box has a key of its own, and only that key is sealed with the master
 * key. Changing the master key then means wrapping 32 bytes again, not decrypting every secret.
 */
export function createSecretBox(masterKey: Buffer): SecretBox {
  if (masterKey.length !== MASTER_KEY_BYTES) {
    throw new HoldfastError({
      code: 'master-key.malformed',
      kind: 'invalid',
      message: `a master key has ${MASTER_KEY_BYTES} bytes, this one has ${masterKey.length}`,
    });
  }
  const keyId = createHmac('sha256', masterKey).update('holdfast master key id').digest('hex').slice(0, 12);
  return {
    keyId,
    seal(text, context) {
      const boxKey = randomBytes(MASTER_KEY_BYTES);
      const wrapped = encrypt(masterKey, boxKey, `key of ${context}`);
      const sealed = encrypt(boxKey, Buffer.from(text, 'utf8'), context);
      return [VERSION, keyId, wrapped.toString('base64url'), sealed.toString('base64url')].join('.');
    },
    open(box, context) {
      const [version, sealedWith, wrapped, sealed, ...rest] = box.split('.');
      if (version !== VERSION || !sealedWith || !wrapped || !sealed || rest.length > 0) throw damaged(context);
      if (sealedWith !== keyId) {
        throw new HoldfastError({
          code: 'secret-box.wrong-key',
          kind: 'conflict',
          message: `the secret of ${context} was sealed with master key ${sealedWith}, this process has ${keyId}`,
          hint: 'Give every replica the same master key file.',
        });
      }
      try {
        const boxKey = decrypt(masterKey, Buffer.from(wrapped, 'base64url'), `key of ${context}`);
        return decrypt(boxKey, Buffer.from(sealed, 'base64url'), context).toString('utf8');
      } catch (thrown) {
        throw damaged(context, thrown);
      }
    },
  };
}

/** @returns nonce, ciphertext and tag in one */
function encrypt(key: Buffer, plain: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context, 'utf8'));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new RangeError('too short');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context, 'utf8'))
    .setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
}

function damaged(context: string, cause?: unknown): HoldfastError {
  return new HoldfastError({
    code: 'secret-box.damaged',
    kind: 'invalid',
    message: `the sealed secret of ${context} does not open: it was altered or belongs to something else`,
    hint: 'Set the secret again, or restore it from a backup.',
    cause,
  });
}
