import type { KeyRole, Role } from '../../../src/contract/identity.ts';

const ORDER: readonly Role[] = ['viewer', 'operator', 'approver', 'admin'];

/** True when `role` includes everything `needed` may do. */
export function mayAct(role: Role, needed: Role): boolean {
  return ORDER.indexOf(role) >= ORDER.indexOf(needed);
}

/** All roles with what each may do, least first. */
export const ROLE_WORDS: Record<Role, string> = {
  viewer: 'sees everything, changes nothing',
  operator: 'handles incidents and findings, starts and steers runs',
  approver: 'also approves, decides steps in doubt, rolls back',
  admin: 'also manages users, keys and the audit log',
};

/** What a key may do: a program that only sends needs to see nothing. */
export const KEY_ROLE_WORDS: Record<KeyRole, string> = {
  sender: 'sends alerts and events, sees nothing',
  ...ROLE_WORDS,
};
