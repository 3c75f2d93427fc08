import { type Kysely, sql } from 'kysely';

/** Who may do what: people, their sessions and sign-in links, keys of programs, the check of the master key. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table users (
      id text primary key,
      name text not null unique,
      role text not null check (role in ('viewer', 'operator', 'approver', 'admin')),
      password_hash text,
      disabled boolean not null default false,
      version int not null default 1,
      created_at timestamptz not null,
      last_sign_in_at timestamptz
    )`.execute(db);

  // Secrets are kept as sha256 of high-entropy tokens; reading this table lets nobody in.
  await sql`
    create table sign_in_links (
      token_sha256 text primary key,
      user_id text not null references users (id) on delete cascade,
      purpose text not null check (purpose in ('first', 'invite', 'reset')),
      created_at timestamptz not null,
      expires_at timestamptz not null,
      used_at timestamptz
    )`.execute(db);
  await sql`create index sign_in_links_by_user on sign_in_links (user_id)`.execute(db);

  await sql`
    create table sessions (
      id text primary key,
      token_sha256 text not null unique,
      user_id text not null references users (id) on delete cascade,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      last_seen_at timestamptz not null
    )`.execute(db);
  await sql`create index sessions_by_user on sessions (user_id)`.execute(db);
  await sql`create index sessions_by_expiry on sessions (expires_at)`.execute(db);

  await sql`
    create table api_keys (
      id text primary key,
      name text not null,
      prefix text not null unique,
      token_sha256 text not null unique,
      role text not null check (role in ('viewer', 'operator', 'approver', 'admin')),
      created_by text not null,
      created_at timestamptz not null,
      expires_at timestamptz,
      last_used_at timestamptz,
      revoked_at timestamptz,
      replaced_by text references api_keys (id)
    )`.execute(db);
  await sql`create index api_keys_by_name on api_keys (name)`.execute(db);

  // Kept here, not in memory: neither a restart nor a second replica gives a guesser more tries.
  await sql`
    create table sign_in_attempts (
      subject text primary key,
      attempts int not null,
      window_ends_at timestamptz not null
    )`.execute(db);
  await sql`create index sign_in_attempts_by_end on sign_in_attempts (window_ends_at)`.execute(db);

  // A known text sealed with the master key: a replica that brings another key is refused at its start.
  await sql`
    create table master_key_check (
      only_row boolean primary key default true check (only_row),
      key_id text not null,
      box text not null
    )`.execute(db);
}
