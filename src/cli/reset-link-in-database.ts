import type { Role, SignInLink } from '../contract/identity.ts';
import { openDatabase } from '../platform/db/database.ts';
import { assertSchemaNotNewer } from '../platform/db/migrate.ts';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';
import { linkUrl } from '../platform/identity/sign-in-links.ts';
import { resetUser } from '../platform/identity/user-changes.ts';
import { findUserByName } from '../platform/identity/user-store.ts';
import type { CliContext } from './cli-context.ts';
import { assertClusterExists, withDatabase } from './with-database.ts';

/** Whoever can open the database owns the installation; the record says how the link was made. */
const ACTOR = 'cli:host';

/**
 * A sign-in link made straight in the database, for when nobody can sign in and no server runs.
 * @throws HoldfastError `user.unknown`, `user.disabled`, `data.empty`
 */
export async function resetLinkInDatabase(
  context: CliContext,
  name: string,
): Promise<{ user: { name: string; role: Role }; link: SignInLink }> {
  const { config } = await context.loadConfig();
  await assertClusterExists(config);
  return withDatabase(config, async (connectionString) => {
    const database = openDatabase({
      connectionString,
      poolMax: 2,
      onError: () => {},
      applicationName: 'holdfast user',
    });
    try {
      await assertSchemaNotNewer(database);
      const issued = await database.transact(async (tx) => {
        const user = await findUserByName(tx, name);
        if (!user) throw unknownUser(name);
        return resetUser(tx, { id: user.id, actor: ACTOR, now: new Date() });
      });
      const host = config.listen.host.includes(':') ? `[${config.listen.host}]` : config.listen.host;
      const base = config.externalUrl ?? `http://${host}:${config.listen.port}`;
      const { token, expiresAt } = issued.link;
      return {
        user: { name: issued.user.name, role: issued.user.role },
        link: { url: linkUrl(base, token), token, expiresAt: expiresAt.toISOString() },
      };
    } finally {
      await database.close();
    }
  });
}

function unknownUser(name: string): HoldfastError {
  return new HoldfastError({
    code: 'user.unknown',
    kind: 'missing',
    message: `there is no user ${name} in this database`,
    hint: 'The first administrator is called admin.',
  });
}
