import { z } from 'zod';
import { timestampSchema } from './common.ts';

/** Each role may do all that the ones before it may. */
export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

/** Keys have one more, for programs that send alerts and events and may look at nothing. */
export const KEY_ROLES = ['sender', ...ROLES] as const;
export const keyRoleSchema = z.enum(KEY_ROLES);
export type KeyRole = z.infer<typeof keyRoleSchema>;

/** True when `role` includes everything `needed` may do. To send is for senders, and for those who may act. */
export function roleCovers(role: KeyRole, needed: KeyRole): boolean {
  if (needed === 'sender') return role === 'sender' || roleCovers(role, 'operator');
  return KEY_ROLES.indexOf(role) >= KEY_ROLES.indexOf(needed);
}

/**
 * Who is asking, as routes, stores and events know it. `actor` is what the record keeps: `user:ada`, `key:ci`, `system`;
 * `person` is who answers for it: of a key its owner, if it has one.
 */
export type Principal = { actor: string; person: string; userId: string | null; name: string; role: KeyRole };

export const userSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    role: roleSchema,
    disabled: z.boolean(),
    /** False until the first sign-in link was used. */
    hasPassword: z.boolean(),
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

export const createUserSchema = z.strictObject({ name: userNameSchema, role: roleSchema }).meta({ id: 'CreateUser' });
export const changeUserSchema = z
  .strictObject({ role: roleSchema.optional(), disabled: z.boolean().optional() })
  .refine((change) => change.role !== undefined || change.disabled !== undefined, 'give role, disabled or both')
  .meta({ id: 'ChangeUser' });

/** A one-time link for setting a password. Shown once; only its hash is kept. */
export const signInLinkSchema = z
  .object({ url: z.string(), token: z.string(), expiresAt: timestampSchema })
  .meta({ id: 'SignInLink' });
export type SignInLink = z.infer<typeof signInLinkSchema>;

export const invitedUserSchema = z.object({ user: userSchema, link: signInLinkSchema }).meta({ id: 'InvitedUser' });

export const signInSchema = z
  .strictObject({ name: z.string().min(1).max(64), password: z.string().min(1).max(256) })
  .meta({ id: 'SignIn' });
const linkTokenSchema = z.string().min(1).max(200);
export const useLinkSchema = z
  .strictObject({ token: linkTokenSchema, password: passwordSchema })
  .meta({ id: 'UseSignInLink' });
export const inspectLinkSchema = z.strictObject({ token: linkTokenSchema }).meta({ id: 'InspectSignInLink' });
export const inspectedLinkSchema = z
  .object({ name: z.string(), role: roleSchema, expiresAt: timestampSchema })
  .meta({ id: 'InspectedSignInLink' });
export const changePasswordSchema = z
  .strictObject({ current: z.string().min(1).max(256), password: passwordSchema })
  .meta({ id: 'ChangePassword' });

/** Who am I. */
export const sessionSchema = z
  .object({
    actor: z.string(),
    userId: z.string().nullable(),
    name: z.string(),
    role: roleSchema,
    /** How the caller proved it: by cookie, key, the local command-line token, or not at all under `--no-auth`. */
    by: z.enum(['session', 'key', 'cli', 'no-auth', 'token']),
    /** True while nobody else could approve: approvals then ask the starter for a second confirmation instead. */
    singleUser: z.boolean(),
    expiresAt: timestampSchema.nullable(),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof sessionSchema>;

export const apiKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    /** The first characters, to recognise it by. */
    prefix: z.string(),
    role: keyRoleSchema,
    /** The person who answers for it; null for a program's key made on the host itself. */
    owner: z.string().nullable(),
    createdBy: z.string(),
    createdAt: timestampSchema,
    expiresAt: timestampSchema.nullable(),
    lastUsedAt: timestampSchema.nullable(),
    revokedAt: timestampSchema.nullable(),
    /** The key that took its place in a rotation. */
    replacedBy: z.string().nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof apiKeySchema>;

export const keyNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'a name of lower-case letters, digits, dot, dash or underscore, 64 at most');

const DAY_MS = 86_400_000;
export const DEFAULT_KEY_LIFE_MS = 90 * DAY_MS;
const keyLifeSchema = z
  .int()
  .min(60_000)
  .max(3_650 * DAY_MS)
  .nullable();
export const createKeySchema = z
  .strictObject({
    name: keyNameSchema,
    role: keyRoleSchema,
    /** Name of the person who answers for it; the one who makes it unless given. */
    owner: userNameSchema.optional(),
    /** 90 days unless given; null never expires. */
    expiresInMs: keyLifeSchema.default(DEFAULT_KEY_LIFE_MS),
  })
  .meta({ id: 'CreateKey' });
export const rotateKeySchema = z
  .strictObject({
    /** How long the old key goes on working; an hour unless given, 0 ends it at once. */
    overlapMs: z
      .int()
      .min(0)
      .max(30 * DAY_MS)
      .default(3_600_000),
    expiresInMs: keyLifeSchema.default(DEFAULT_KEY_LIFE_MS),
  })
  .meta({ id: 'RotateKey' });
/** The only answer that holds the secret. */
export const createdKeySchema = z.object({ key: apiKeySchema, secret: z.string() }).meta({ id: 'CreatedKey' });

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

/** A signed statement of which hash an entry of the audit chain had. */
export const auditAnchorSchema = z
  .object({
    seq: z.int(),
    hash: z.string(),
    at: timestampSchema,
    /** Ed25519, SPKI in base64. */
    publicKey: z.string(),
    keyFingerprint: z.string(),
    signature: z.string(),
  })
  .meta({ id: 'AuditAnchor' });

/** What a check of the chain found. `seq` is where a reader should look. */
export const auditVerdictSchema = z
  .discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), entries: z.int(), lastSeq: z.int(), lastHash: z.string() }),
    z.object({
      ok: z.literal(false),
      entries: z.int(),
      seq: z.int(),
      problem: z.enum(['edited', 'deleted', 'reordered', 'unreadable']),
      message: z.string(),
    }),
  ])
  .meta({ id: 'AuditVerdict' });
export type AuditVerdict = z.infer<typeof auditVerdictSchema>;
