import { z } from 'zod';
import { file, filled, httpUrl, secretText } from './value-types.ts';

/** A program may send, look and act; to approve takes a person. */
const role = z.enum(['sender', 'viewer', 'operator']);
const MOST_SECRET_CHARS = 1_000;
const LEAST_SECRET_CHARS = 32;

/** Which signed tokens (JWT) programs may show instead of an API key. */
export const tokenSettingsShape = z
  .strictObject({
    issuer: filled.describe('What their claim `iss` says.'),
    audience: filled.describe('What their claim `aud` holds.'),
    secret: secretText(
      `a secret of ${LEAST_SECRET_CHARS} to ${MOST_SECRET_CHARS} characters`,
      (value) => value.length >= LEAST_SECRET_CHARS && value.length <= MOST_SECRET_CHARS,
    )
      .optional()
      .describe('Secret that they are signed with (HS256).'),
    secretFile: file().optional().describe('File that holds that secret.'),
    jwksFile: file().optional().describe('File with the keys they are signed by (JWKS; RS256, ES256).'),
    jwksUrl: httpUrl().optional().describe('Where their issuer publishes these keys.'),
    role: role.optional().describe('Role of every token.'),
    roleClaim: filled.optional().describe('Claim whose values give roles: a list, or words with spaces between them.'),
    roles: z.record(filled, role).default({}).describe('Role by value of that claim.'),
  })
  .superRefine((tokens, context) => {
    const keys = ['secret', 'secretFile', 'jwksFile', 'jwksUrl'] as const;
    const given = keys.filter((key) => tokens[key] !== undefined);
    if (given.length !== 1)
      context.addIssue({
        code: 'custom',
        message: `give one of ${keys.join(', ')}${given.length > 1 ? `, not ${given.join(' and ')}` : ''}`,
      });
    if (tokens.role === undefined && tokens.roleClaim === undefined)
      context.addIssue({
        code: 'custom',
        message: 'give role, or roleClaim with roles: else no token may do anything',
      });
    if (tokens.roleClaim !== undefined && Object.keys(tokens.roles).length === 0)
      context.addIssue({ code: 'custom', path: ['roles'], message: 'says what the values of roleClaim stand for' });
  });

/** @returns what is wrong with the text of a secret file */
export function acceptTokenSecret(text: string): string | null {
  return text.length >= LEAST_SECRET_CHARS ? null : `holds a secret of fewer than ${LEAST_SECRET_CHARS} characters`;
}
