import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, it } from 'vitest';
import { type Mischief, startAlertReceiver } from '../fakes/alert-receiver.ts';
import { type AlertmanagerProcess, sendAlerts, startAlertmanager } from '../harness/alertmanager-process.ts';
import { descendantsOf, signalAll } from '../harness/process-tree.ts';

/** In all; `.ci/run` asks for more, `npm run soak` for a thousand. */
const KILLS = Number(process.env['HOLDFAST_CRASH_ALERT_KILLS'] ?? 6);
const LONGEST_LIFE_MS = 2_500;
const SETTLE_LIMIT_MS = 60_000;
const MISCHIEF: readonly (Mischief | null)[] = [
  null,
  null,
  null,
  null,
  'refuse',
  'throttle',
  'close-half-way',
  'answer-late',
  'lose-answer',
  'hang',
];

function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

it(
  `${KILLS} kills at random moments lose no accepted alert and tell nothing twice to who honours the dedup key`,
  async () => {
    const seed = Number(process.env['HOLDFAST_CRASH_SEED'] ?? Date.now() % 1_000_000);
    const random = createRandom(seed);
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-alerts-'));
    const receiver = await startAlertReceiver();
    receiver.behave(() => MISCHIEF[Math.floor(random() * MISCHIEF.length)] ?? null);
    // Each alert is a group of its own, so that what is told of it is known by its labels.
    const config = `
route: { receiver: ops, group_by: ['...'], group_wait: 200ms, group_interval: 2s, repeat_interval: 10h }
receivers: [{ name: ops, webhook_configs: [{ url: '${receiver.url}', timeout: 1s }] }]`;
    let server: AlertmanagerProcess = await startAlertmanager({ folder, config });
    const accepted = new Set<string>();
    const ended = new Set<string>();
    let posting = true;
    let next = 0;
    const post = async () => {
      while (posting) {
        const names = Array.from({ length: 1 + Math.floor(random() * 3) }, () => `a${next++}`);
        const taken = await sendAlerts(
          server.url,
          names.map((n) => ({ labels: { alertname: 'Crash', n }, endsAt: '2099-01-01T00:00:00Z' })),
        ).catch(() => false);
        if (taken) for (const name of names) accepted.add(name);
        // Some of them end again, while others begin.
        const over = [...accepted].at(Math.floor(random() * accepted.size));
        if (over !== undefined && random() < 0.3) {
          const told = await sendAlerts(server.url, [
            { labels: { alertname: 'Crash', n: over }, endsAt: new Date().toISOString() },
          ]).catch(() => false);
          if (told) ended.add(over);
        }
        await sleep(20 + random() * 60);
      }
    };
    const poster = post();
    const done: string[] = [];
    try {
      while (done.length < KILLS) {
        await sleep(random() * LONGEST_LIFE_MS);
        const kind = (['server', 'everything', 'postgres'] as const)[Math.floor(random() * 3)] ?? 'server';
        done.push(kind);
        if (kind === 'postgres') {
          signalAll([postmasterOf(folder)], 'SIGKILL');
          continue;
        }
        const below = kind === 'everything' ? descendantsOf(server.child.pid ?? 0) : [];
        signalAll([server.child.pid ?? 0, ...below], 'SIGKILL');
        await server.ended;
        server = await startAlertmanager({ folder, config });
      }
      posting = false;
      await poster;
      receiver.behave(() => null);
      const heard = (status: 'firing' | 'resolved') =>
        receiver.told.filter((each) => each.status === status).map((each) => each.alerts[0]?.labels['n'] ?? '');
      // What ended before anybody heard of it need not be told; what was told as firing must be told as resolved.
      const owed = () => {
        const firing = new Set(heard('firing'));
        const resolved = new Set(heard('resolved'));
        return [
          ...[...accepted].filter((name) => !firing.has(name) && !ended.has(name)),
          ...[...ended].filter((name) => firing.has(name) && !resolved.has(name)),
        ];
      };
      await expect
        .poll(owed, { timeout: SETTLE_LIMIT_MS, interval: 200 })
        .toEqual([])
        .catch(async (thrown: unknown) => {
          const requests = receiver.requests.filter((each) => owed().includes(each.alerts[0]?.labels['n'] ?? ''));
          throw new Error(`${JSON.stringify(await whatIsKnownOf(folder, owed()))}\n${JSON.stringify(requests)}`, {
            cause: thrown,
          });
        });
      for (const status of ['firing', 'resolved'] as const) {
        const names = heard(status);
        expect({ status, twice: names.filter((name, at) => names.indexOf(name) !== at) }).toEqual({
          status,
          twice: [],
        });
      }
      expect(receiver.requests.every((request) => request.key !== '')).toBe(true);
      const repeated = receiver.requests.length - receiver.told.length;
      process.stdout.write(
        `  ${done.length} kills (seed ${seed}): ${accepted.size} alerts accepted, ${receiver.told.length} notifications heard, ${repeated} more attempts\n`,
      );
    } catch (thrown) {
      throw new Error(`seed ${seed}, kills: ${done.join(', ')}\n${server.log.slice(-20).join('\n')}`, {
        cause: thrown,
      });
    } finally {
      posting = false;
      await server.stop();
      await receiver.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  120_000 + KILLS * 10_000,
);

const postmasterFile = (folder: string) =>
  readFileSync(join(folder, 'storage', 'holdfast', 'postgres', 'postmaster.pid'), 'utf8').split('\n');

function postmasterOf(folder: string): number {
  return Number(postmasterFile(folder)[0]);
}

/** The rows of alerts that are owed, for the error. */
async function whatIsKnownOf(folder: string, names: readonly string[]): Promise<unknown[]> {
  const lines = postmasterFile(folder);
  const client = new pg.Client({
    host: lines[4] ?? '',
    port: Number(lines[3]),
    user: 'holdfast',
    database: 'holdfast',
  });
  await client.connect();
  try {
    const alerts = await client.query(
      `select a.*, (select jsonb_agg(to_jsonb(n) - 'payload') from notifications n
                    where a.fingerprint = any(n.firing || n.resolved)) as notifications
       from alerts a where labels->>'n' = any($1)`,
      [names],
    );
    return alerts.rows;
  } finally {
    await client.end();
  }
}
