import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const PREFIX_CHARS = 8;
const SECRET_CHARS = 52; // 260 bits

/** Random text in Crockford's base 32: five bits a character, nothing that a double click would split. */
export function randomText(chars: number): string {
  let text = '';
  for (const byte of randomBytes(chars)) text += ALPHABET[byte % 32];
  return text;
}

/** A new API key: `hf_<prefix>_<secret>`. The prefix may be shown, the whole is shown once. */
export function createApiKeyToken(): { token: string; prefix: string } {
  const prefix = `hf_${randomText(PREFIX_CHARS)}`;
  return { token: `${prefix}_${randomText(SECRET_CHARS)}`, prefix };
}

/** A new session, link or command-line token, such as `hfs_…`. */
export function createToken(kind: 'hfs' | 'hfl' | 'hfc'): string {
  return `${kind}_${randomText(SECRET_CHARS)}`;
}

/**
 * What is stored of a token, in hex. One pass of sha256 is right here and wrong for passwords: 260 random bits cannot be
 * guessed, so there is nothing to slow down.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
