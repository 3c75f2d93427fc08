import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import pg from 'pg';
import { lookAtHost } from '../../executors/shell/ssh/look-at-host.ts';
import type { SshTarget } from '../../executors/shell/ssh/ssh-settings.ts';
import type { HoldfastConfig } from '../../platform/config/load-config.ts';
import { maskUrlPassword } from '../../platform/config/mask-secret.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import { jumpsTo } from '../step-surroundings.ts';
import { bad, type Examined, good, warning } from './examined.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** Databases and hosts that steps and probes work on: reachable, and with no more rights than they must have. */
export async function examineTargets(
  { targets, shell }: Pick<HoldfastConfig, 'targets' | 'shell'>,
  environment: NodeJS.ProcessEnv,
): Promise<Examined[]> {
  return Promise.all(
    Object.entries(targets).flatMap(([name, target]) => {
      if (target.kind === 'postgres') return [examineTarget(`target ${name}`, target.url)];
      if (target.kind !== 'ssh') return [];
      const resolved = { ...target, name, jumps: jumpsTo(target, targets) };
      return [examineHost(resolved, shell.isolation.kind !== 'none', environment)];
    }),
  );
}

async function examineHost(target: SshTarget, isolated: boolean, environment: NodeJS.ProcessEnv): Promise<Examined> {
  const name = `target ${target.name}`;
  const look = await lookAtHost(target, environment);
  if (!look.reached) return bad(name, look.why, 'Steps on it fail until this is mended; nothing else does.');
  const what = `bash ${look.bash} as ${look.account} at ${target.host}`;
  if (!look.seesProcesses) {
    return warning(
      name,
      `${what}, without /proc`,
      'What a lost worker leaves there cannot be found: end it by hand before you decide about a step in doubt.',
    );
  }
  if (look.account === 'root') {
    return warning(name, what, 'Give runbooks an account of their own, with sudo for the commands they need.');
  }
  if (isolated) {
    return warning(
      name,
      `${what}; shell.isolation does not reach there`,
      'Steps on it do what that account may do: keep its rights small.',
    );
  }
  return good(name, what);
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
