import { z } from 'zod';
import { timestampSchema } from './common.ts';

/** Each role may do all that the ones before it may. */
export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

/** True when `role` includes everything `needed` may do. */
export function roleCovers(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export const userSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    role: roleSchema,
    disabled: z.boolean(),
    createdAt: timestampSchema,
    lastSignInAt: timestampSchema.nullable(),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof userSchema>;

export const userNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._@-]{0,63}$/,
    'a name of lower-case letters, digits, dot, dash, underscore or @, 64 at most',
  );
export const passwordSchema = z.string().min(12, 'at least 12 characters').max(256, 'at most 256 characters');

export const apiKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    /** The first characters, to recognise it by. */
    prefix: z.string(),
    role: roleSchema,
    createdBy: z.string(),
    createdAt: timestampSchema,
    expiresAt: timestampSchema.nullable(),
    lastUsedAt: timestampSchema.nullable(),
    revokedAt: timestampSchema.nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof apiKeySchema>;

export const auditEntrySchema = z
  .object({
    seq: z.int(),
    position: z.int(),
    kind: z.string(),
    aggregate: z.string(),
    actor: z.string(),
    at: timestampSchema,
    recordedAt: timestampSchema,
    body: z.record(z.string(), z.json()),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** Who is asking, as routes, stores and events know it. `actor` is what the record keeps: `user:ada`, `key:ci`, `system`. */
export type Principal = { actor: string; userId: string | null; name: string; role: Role };
