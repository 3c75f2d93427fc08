import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import pg from 'pg';
import type { HoldfastConfig } from '../../platform/config/load-config.ts';
import { maskUrlPassword } from '../../platform/config/mask-secret.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import { bad, type Examined, good, warning } from './examined.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** Databases that steps and probes work on: reachable, and by a role that may do no more than it must. */
export async function examineTargets(targets: HoldfastConfig['targets']): Promise<Examined[]> {
  return Promise.all(
    Object.entries(targets).flatMap(([name, target]) =>
      target.kind === 'postgres' ? [examineTarget(`target ${name}`, target.url)] : [],
    ),
  );
}

type RoleFacts = { user: string; superuser: boolean; createRole: boolean; standby: boolean; version: string };

async function examineTarget(name: string, url: string): Promise<Examined> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'holdfast doctor',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const found = await client.query<RoleFacts>(`
      select current_user as user, rolsuper as superuser, rolcreaterole as "createRole", pg_is_in_recovery() as standby,
             current_setting('server_version') as version
        from pg_roles where rolname = current_user`);
    const facts = found.rows[0]!;
    const what = `PostgreSQL ${facts.version.split(' ')[0]} as ${facts.user}${facts.standby ? ', a standby' : ''}`;
    if (!facts.superuser && !facts.createRole) return good(name, what);
    return warning(
      name,
      `${what}, who ${facts.superuser ? 'is superuser' : 'may create roles'}`,
      'Give runbooks a role of their own with the least they need: pg_monitor to look, pg_signal_backend to end sessions.',
    );
  } catch (thrown) {
    return bad(
      name,
      `${maskUrlPassword(url)}: ${messageOf(thrown)}`,
      'Correct its url below `targets`, or start that database.',
    );
  } finally {
    await client.end().catch(() => {});
  }
}

/** Receivers of pages: their names must resolve. Nothing is sent. */
export async function examineWebhooks(webhooks: HoldfastConfig['webhooks']): Promise<Examined[]> {
  return Promise.all(
    Object.entries(webhooks).map(async ([name, { url }]) => {
      const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
      if (isIP(host)) return good(`webhook ${name}`, `${host}, an address`);
      try {
        const { address } = await lookup(host);
        return good(`webhook ${name}`, `${host} is ${address}`);
      } catch (thrown) {
        return bad(
          `webhook ${name}`,
          `${host} does not resolve (${messageOf(thrown)})`,
          'Correct its url below `webhooks`, or the name server: pages will not go out.',
        );
      }
    }),
  );
}
