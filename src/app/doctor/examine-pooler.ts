import pg from 'pg';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import { bad, type Examined, good, warning } from './examined.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const NOTICE_TIMEOUT_MS = 2_000;
const NAME = 'database pooler';

/**
 * Finds a pooler between us and PostgreSQL that gives a session another backend for each transaction: LISTEN, session
 * settings and advisory locks do not survive that. Asked by what matters: whether a second client can get the backend
 * of the first one, and whether a notification arrives.
 */
export async function examinePooler(connectionString: string): Promise<Examined> {
  const open = () => {
    const client = new pg.Client({
      connectionString,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'holdfast doctor',
    });
    client.on('error', () => {});
    return client;
  };
  const [one, other] = [open(), open()];
  try {
    await Promise.all([one.connect(), other.connect()]);
    const pidOf = async (client: pg.Client) =>
      (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid;
    const first = await pidOf(one);
    // The other holds a backend now; through a transaction pooler it is the one the first has just given back.
    await other.query('begin');
    const held = await pidOf(other);
    const second = await pidOf(one);
    const moved = held === first || second !== first;
    await other.query('commit');
    const heard = moved ? false : await hearsNotice(one, other);
    if (moved || !heard) {
      return bad(
        NAME,
        moved ? 'a pooler gives each transaction another session' : 'a notification sent with NOTIFY does not arrive',
        'Connect to PostgreSQL itself, or set pool_mode = session for this database.',
      );
    }
    // A pooler that keeps sessions gives out process numbers of its own for cancelling.
    const between = (one as unknown as { processID: number | null }).processID !== first;
    return between
      ? warning(
          NAME,
          'a pooler in session mode: it works',
          'Make sure that it stays in session mode, and that it lets through all connections of the pool.',
        )
      : good(NAME, 'none: sessions and notifications work');
  } catch (thrown) {
    return warning(
      NAME,
      `could not be told: ${messageOf(thrown)}`,
      'Make sure that no pooler in transaction mode is on the way.',
    );
  } finally {
    await Promise.all([one.end().catch(() => {}), other.end().catch(() => {})]);
  }
}

async function hearsNotice(listener: pg.Client, speaker: pg.Client): Promise<boolean> {
  const channel = `holdfast_doctor_${process.pid}`;
  const heard = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), NOTICE_TIMEOUT_MS);
    listener.on('notification', (notice) => {
      if (notice.channel !== channel) return;
      clearTimeout(timer);
      resolve(true);
    });
  });
  await listener.query(`listen ${channel}`);
  await speaker.query(`notify ${channel}`);
  return heard;
}
