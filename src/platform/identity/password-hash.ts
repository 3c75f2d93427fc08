import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { HoldfastError } from '../errors/holdfast-error.ts';

/**
 * OWASP's first choice for argon2id when memory is dear (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
 * About 30 ms of one core each.
 */
const COST = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** Each takes 19 MiB and a thread of the pool that files and name lookups share. */
const MOST_AT_ONCE = 2;
/** A longer queue would only make everybody wait for a flood. */
const MOST_WAITING = 40;

let running = 0;
const waiting: (() => void)[] = [];

/** A stored password in the PHC string format, `$argon2id$v=19$m=…,t=…,p=…$salt$tag`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await derive(password, salt, COST, TAG_BYTES);
  return format(COST, salt, tag);
}

/**
 * Whether the password is the stored one. Without a stored one (an unknown name, a person who has not used the link yet)
 * it costs the same and is false: the time taken tells nobody which names exist.
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const { cost, salt, tag } = parse(stored ?? NOBODYS_PASSWORD);
  const derived = await derive(password, salt, cost, tag.length);
  return timingSafeEqual(derived, tag) && stored !== null;
}

/** True when it was stored with another cost than today's: hash it again while the password is at hand. */
export function needsRehash(stored: string): boolean {
  const { cost } = parse(stored);
  return cost.memory !== COST.memory || cost.passes !== COST.passes || cost.parallelism !== COST.parallelism;
}

type Cost = typeof COST;

function format(cost: Cost, salt: Buffer, tag: Buffer): string {
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(salt)}$${text(tag)}`;
}

const NOBODYS_PASSWORD = format(COST, randomBytes(SALT_BYTES), randomBytes(TAG_BYTES));

function parse(stored: string): { cost: Cost; salt: Buffer; tag: Buffer } {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(stored);
  if (!match) {
    throw new HoldfastError({
      code: 'password.unreadable',
      kind: 'bug',
      message: 'a stored password is not in the argon2id format',
      hint: 'Give the person a new sign-in link.',
    });
  }
  const [, memory, passes, parallelism, salt = '', tag = ''] = match;
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

async function derive(password: string, salt: Buffer, cost: Cost, tagLength: number): Promise<Buffer> {
  await enter();
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      // NFKC: the same keys pressed on another keyboard or system must give the same password (NIST SP 800-63B).
      const message = Buffer.from(password.normalize('NFKC'), 'utf8');
      argon2('argon2id', { message, nonce: salt, ...cost, tagLength }, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  } finally {
    leave();
  }
}

async function enter(): Promise<void> {
  if (running < MOST_AT_ONCE) {
    running += 1;
    return;
  }
  if (waiting.length >= MOST_WAITING) {
    throw new HoldfastError({
      code: 'sign-in.busy',
      kind: 'throttled',
      message: 'too many people are signing in right now',
      hint: 'Try again in a few seconds.',
    });
  }
  // The place is handed over by whoever leaves.
  await new Promise<void>((resolve) => waiting.push(resolve));
}

function leave(): void {
  const next = waiting.shift();
  if (next) next();
  else running -= 1;
}
