import { openDatabase } from '../../platform/db/database.ts';
import { readMigrationStatus } from '../../platform/db/migrate.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import { checkDefinitions, type KnownThings, readWorld } from '../../respond/oncall/index.ts';
import { ESCALATION_ACTIONS } from '../escalation-actions.ts';
import { bad, type Examined, good, warning } from './examined.ts';

/**
 * Whether incidents would find somebody: roles nobody fills, holes in schedules, people who cannot be reached. Nothing
 * is said where the schema is not there yet, and nothing where nobody wrote any on-call.
 * @param configured names of the channels and of the severity scheme of the configuration
 */
export async function examineOnCall(
  connectionString: string,
  configured: Pick<KnownThings, 'channels' | 'severityScheme'>,
): Promise<Examined[]> {
  const database = openDatabase({
    connectionString,
    poolMax: 1,
    onError: () => {},
    applicationName: 'holdfast doctor',
  });
  try {
    const status = await readMigrationStatus(database);
    if (status.some((migration) => migration.appliedAt === null)) return [];
    const world = await readWorld(database.db, { ...configured, actions: Object.keys(ESCALATION_ACTIONS) });
    if (world.routes.length === 0 && Object.keys(world.schedules).length === 0) return [];
    const problems = checkDefinitions(world, Date.now());
    if (problems.length === 0) return [good('on-call', 'whoever is named is there and can be reached')];
    return problems.map(({ severity, path, message }) => {
      const text = `${path.join('.')}: ${message}`;
      // What a route leads to and nobody fills is found out at night otherwise.
      return severity === 'error' || path[0] === 'routes'
        ? bad('on-call', text, 'Correct it and apply it: holdfast oncall apply -f FILE')
        : warning('on-call', text, 'Look: holdfast oncall check');
    });
  } catch (thrown) {
    return [bad('on-call', messageOf(thrown), 'Look into the log of the PostgreSQL server.')];
  } finally {
    await database.close();
  }
}
