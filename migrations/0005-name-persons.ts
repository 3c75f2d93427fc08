import { type Kysely, sql } from 'kysely';

/** Who stands behind a key, a run and a vote: approvals count persons, whatever credentials these use. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_keys add column owner_id text references users (id)`.execute(db);
  await sql`create index api_keys_by_owner on api_keys (owner_id) where owner_id is not null`.execute(db);
  await sql`
    update api_keys k set owner_id = u.id from users u where k.created_by = 'user:' || u.name`.execute(db);

  await sql`alter table runs add column started_by_person text`.execute(db);
  await sql`
    update runs r set started_by_person = coalesce(
      (select 'user:' || u.name from api_keys k join users u on u.id = k.owner_id
       where r.started_by = 'key:' || k.name order by k.created_at desc limit 1), r.started_by)`.execute(db);
  await sql`alter table runs alter column started_by_person set not null`.execute(db);

  await sql`alter table approval_votes add column person text`.execute(db);
  await sql`
    update approval_votes v set person = coalesce(
      (select 'user:' || u.name from api_keys k join users u on u.id = k.owner_id
       where v.actor = 'key:' || k.name order by k.created_at desc limit 1), v.actor)`.execute(db);
  // Of votes that turn out to be one person's, the last one stands.
  await sql`
    delete from approval_votes v using approval_votes later
    where v.approval_id = later.approval_id and v.person = later.person and (v.at, v.actor) < (later.at, later.actor)`.execute(
    db,
  );
  await sql`alter table approval_votes alter column person set not null`.execute(db);
  await sql`alter table approval_votes drop constraint approval_votes_pkey, add primary key (approval_id, person)`.execute(
    db,
  );
}
