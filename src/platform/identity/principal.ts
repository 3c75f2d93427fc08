/** Each role may do all that the ones before it may. */
export type Role = 'viewer' | 'operator' | 'approver' | 'admin';

/** Who is asking. `actor` is what the record keeps: `user:ada`, `key:ci`, `cli:local`, `system`. */
export type Principal = { actor: string; userId: string | null; name: string; role: Role };

/** The one behind the token that `serve` leaves in its data folder: whoever can read that file owns the installation. */
export const CLI_PRINCIPAL: Principal = { actor: 'cli:local', userId: null, name: 'local', role: 'admin' };

/** Everybody, under `--no-auth` on a loopback address. */
export const NO_AUTH_PRINCIPAL: Principal = { actor: 'user:local', userId: null, name: 'local', role: 'admin' };
