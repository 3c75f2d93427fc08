import { type Kysely, sql } from 'kysely';

/** Durable execution: runs, their steps and attempts, output, approvals. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table runs (
      id text primary key,
      runbook text not null,
      procedure text not null,
      title text not null,
      plan jsonb not null,
      plan_hash text not null,
      source text not null,
      inputs jsonb not null,
      secret_inputs text,
      choices jsonb not null default '{}',
      status text not null,
      waiting_for text,
      reason text,
      incident_id text,
      started_by text not null,
      automatic boolean not null,
      signed_off boolean not null default false,
      pause_requested boolean not null default false,
      cancel_requested_by text,
      worker_id text,
      lease_epoch int not null default 0,
      created_at timestamptz not null,
      started_at timestamptz,
      ended_at timestamptz
    ) with (fillfactor = 80)`.execute(db);
  await sql`create index runs_to_claim on runs (created_at) where status in ('queued', 'running', 'cancelling', 'rolling-back')`.execute(
    db,
  );
  await sql`create index runs_by_incident on runs (incident_id) where incident_id is not null`.execute(db);

  await sql`
    create table run_steps (
      run_id text not null references runs (id) on delete cascade,
      id text not null,
      ordinal int not null,
      helper boolean not null default false,
      status text not null,
      attempts int not null default 0,
      started_at timestamptz,
      ended_at timestamptz,
      primary key (run_id, id)
    ) with (fillfactor = 70)`.execute(db);

  await sql`
    create table step_attempts (
      run_id text not null,
      step_id text not null,
      n int not null,
      status text not null,
      worker_id text not null,
      host text not null,
      boot_id text not null,
      token text not null,
      pid int,
      pid_started text,
      started_at timestamptz not null,
      ended_at timestamptz,
      exit_code int,
      reason text,
      output_bytes bigint not null default 0,
      output_cut_at bigint,
      primary key (run_id, step_id, n)
    ) with (fillfactor = 80)`.execute(db);
  await sql`create index step_attempts_running on step_attempts (run_id) where status = 'running'`.execute(db);

  await sql`
    create table run_output (
      run_id text not null,
      step_id text not null,
      n int not null,
      "offset" bigint not null,
      bytes bytea not null,
      primary key (run_id, step_id, n, "offset")
    )`.execute(db);

  await sql`
    create table approvals (
      id text primary key,
      run_id text not null references runs (id) on delete cascade,
      step_id text not null,
      status text not null,
      plan_hash text not null,
      effect_sha256 text not null,
      effect jsonb not null,
      needed int not null,
      requested_at timestamptz not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create index approvals_by_run on approvals (run_id)`.execute(db);
  await sql`create unique index approvals_one_pending on approvals (run_id, step_id) where status = 'pending'`.execute(
    db,
  );
  await sql`create index approvals_pending on approvals (requested_at) where status = 'pending'`.execute(db);
  await sql`
    create table approval_votes (
      approval_id text not null references approvals (id) on delete cascade,
      actor text not null,
      decision text not null,
      reason text,
      at timestamptz not null,
      primary key (approval_id, actor)
    )`.execute(db);
}
