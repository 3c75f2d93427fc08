/** Each role may do all that the ones before it may. */
export type Role = 'viewer' | 'operator' | 'approver' | 'admin';
/** Keys have one more: a sender sends alerts and events, and may look at nothing. */
export type KeyRole = 'sender' | Role;

/**
 * Who is asking. `actor` is what the record keeps: `user:ada`, `key:ci`, `cli:local`, `system`. `person` is who answers
 * for it: a key's is its owner, so that somebody with a session and three keys is one person where persons are counted.
 */
export type Principal = { actor: string; person: string; userId: string | null; name: string; role: KeyRole };

/** The one behind the token that `serve` leaves in its data folder: whoever can read that file owns the installation. */
export const CLI_PRINCIPAL: Principal = {
  actor: 'cli:local',
  person: 'cli:local',
  userId: null,
  name: 'local',
  role: 'admin',
};

/** Everybody, under `--no-auth` on a loopback address. */
export const NO_AUTH_PRINCIPAL: Principal = {
  actor: 'user:local',
  person: 'user:local',
  userId: null,
  name: 'local',
  role: 'admin',
};

const ROLES: readonly KeyRole[] = ['sender', 'viewer', 'operator', 'approver', 'admin'];

/** The one of two roles that may less. */
export function lesserRole(one: KeyRole, other: KeyRole): KeyRole {
  return ROLES.indexOf(one) < ROLES.indexOf(other) ? one : other;
}
