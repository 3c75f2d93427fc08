import { sql } from 'kysely';
import type { Database } from '../db/database.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { SecretBox } from './secret-box.ts';

const CONTEXT = 'master key check';
const TEXT = 'holdfast';

/**
 * At each start: refuses a master key that is not the one this database's secrets are sealed with. A replica with
 * another key would fail on every secret, and seal new ones that the others cannot open.
 * @throws HoldfastError `master-key.wrong`
 */
export async function assertMasterKey(database: Database, secretBox: SecretBox): Promise<void> {
  await sql`
    insert into master_key_check (key_id, box) values (${secretBox.keyId}, ${secretBox.seal(TEXT, CONTEXT)})
    on conflict do nothing`.execute(database.db);
  const found = await sql<{ keyId: string; box: string }>`select key_id as "keyId", box from master_key_check`.execute(
    database.db,
  );
  const { keyId, box } = found.rows[0]!;
  try {
    if (secretBox.open(box, CONTEXT) === TEXT) return;
  } catch (thrown) {
    throw new HoldfastError({
      code: 'master-key.wrong',
      kind: 'conflict',
      message: `this database's secrets are sealed with master key ${keyId}; this process has ${secretBox.keyId}`,
      hint: 'Give this process the master key file of the installation (keys/master.key of the first data folder).',
      cause: thrown,
    });
  }
}
