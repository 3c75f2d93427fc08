import {
  compareRunbooks,
  isRunbookFile,
  keepVersion,
  parseRunbook,
  type RunbookLibrary,
  readNewestVersions,
  readVersionText,
} from '../../act/runbooks/index.ts';
import type { Clock } from '../../platform/clock/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import { publish } from '../../platform/events/publish.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { createDrainLoop } from '../../platform/work/drain-loop.ts';
import { forgetSchedules, moveToTimezone, syncSchedules } from './runbook-schedules.ts';
import { watchFolders } from './watch-folders.ts';

/** The net under the watchers of the folders, which miss changes on some file systems. */
const LOOK_EVERY_MS = 5_000;
/** An editor writes a file in several steps. */
const SETTLE_MS = 200;

type IndexDeps = {
  library: RunbookLibrary;
  database: Database;
  clock: Clock;
  wakeups: Wakeups;
  logger: Logger;
  timezone: string;
  /** The commit a file came with, for folders that follow a git repository. */
  originOf(file: string): Promise<string | null>;
};

/**
 * Keeps every version of every runbook: what is new or changed is stored with what it does differently, and its
 * schedules are set. Only what this process itself sees changing is written after its start, so that replicas with
 * different files do not answer each other for ever.
 */
export function startRunbookIndex(deps: IndexDeps): { look(): void; stop(): Promise<void> } {
  let seen: Map<string, string> | null = null;
  /** Path -> hash of a text that could not be read as a runbook: not tried again until it changes. */
  const unreadable = new Map<string, string>();
  let timer: NodeJS.Timeout | null = null;
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = null;
      loop.wake();
    }, SETTLE_MS);
  };
  const watchers = watchFolders((name) => {
    if (name === null || mayBeRunbook(name)) soon();
  });

  const pass = async (): Promise<boolean> => {
    const scanned = await deps.library.scan();
    watchers.follow(scanned.folders);
    const stored =
      seen ?? new Map((await readNewestVersions(deps.database.db)).map((row) => [row.path, row.sha256 ?? '']));
    const next = new Map<string, string>();
    let changed = false;
    for (const { path, sha256 } of scanned.runbooks) {
      next.set(path, sha256);
      // What cannot be read for the moment is told by the library's list; its last version stays.
      if (stored.get(path) !== sha256 && unreadable.get(path) !== sha256) {
        if (await noteChange(deps, path)) changed = true;
        else unreadable.set(path, sha256);
      }
    }
    for (const [path, sha256] of stored) {
      if (next.has(path) || sha256 === '') continue;
      await noteRemoval(deps, path, sha256);
      changed = true;
    }
    if (seen === null) {
      await deps.database.transact(async (tx) => {
        await forgetSchedules(tx, [...next.keys()]);
        await moveToTimezone(tx, { timezone: deps.timezone, now: deps.clock.now() });
      });
      // A time may be nearer now than the nearest one that was known.
      deps.wakeups.kick('timers');
    }
    seen = next;
    if (changed) for (const topic of ['outbox', 'timers'] as const) deps.wakeups.kick(topic);
    return false;
  };
  const loop = createDrainLoop({ name: 'runbook index', logger: deps.logger, pass });
  const poll = setInterval(loop.wake, LOOK_EVERY_MS);
  poll.unref();
  loop.wake();
  return {
    look: loop.wake,
    async stop() {
      clearInterval(poll);
      if (timer) clearTimeout(timer);
      watchers.close();
      await loop.stop();
    },
  };
}

/** A folder has mostly no dot in its name; one that has is found by the poll. */
const mayBeRunbook = (name: string) => isRunbookFile(name) || !name.includes('.');

async function noteChange(deps: IndexDeps, path: string): Promise<boolean> {
  const glance = await deps.library.glance(path).catch(() => null);
  if (glance === null) return false;
  const { text, sha256, title } = glance;
  const at = deps.clock.now();
  const origin = await deps.originOf(glance.file);
  await deps.database.transact(async (tx) => {
    const former = (await readNewestVersions(tx)).find((row) => row.path === path);
    if (former?.sha256 === sha256) return;
    const before =
      former?.sha256 == null ? null : await readVersionText(tx, { path, sha256: former.sha256 }).catch(() => null);
    const comparison = before === null ? null : await compareTexts(path, before.text, text);
    await keepVersion(tx, { path, sha256, text, title, origin, at });
    await syncSchedules(tx, path, glance, { timezone: deps.timezone, now: at });
    await publish(tx, [
      {
        kind: 'runbook.changed',
        aggregate: `runbook:${path}`,
        actor: 'system',
        at,
        body: {
          runbook: path,
          sha256,
          previousSha256: former?.sha256 ?? null,
          ...(comparison === null ? {} : { risk: comparison.risk, reason: summaryOf(comparison.changes) }),
        },
      },
    ]);
  });
  return true;
}

/** Both sides read by today's rules; null where one of them is no runbook. */
async function compareTexts(path: string, before: string, after: string) {
  try {
    const [old, now] = [
      await parseRunbook({ file: path, text: before }),
      await parseRunbook({ file: path, text: after }),
    ];
    return compareRunbooks(old, now);
  } catch {
    return null;
  }
}

function summaryOf(changes: readonly { change: string }[]): string {
  if (changes.length === 0) return 'no step changed';
  const counts = Map.groupBy(changes, (each) => each.change);
  return [...counts]
    .map(([change, all]) => `${all.length} ${all.length === 1 ? 'step' : 'steps'} ${change}`)
    .join(', ');
}

async function noteRemoval(deps: IndexDeps, path: string, sha256: string): Promise<void> {
  const at = deps.clock.now();
  await deps.database.transact(async (tx) => {
    await keepVersion(tx, { path, sha256: null, text: null, title: path, origin: null, at });
    await syncSchedules(tx, path, null, { timezone: deps.timezone, now: at });
    await publish(tx, [
      {
        kind: 'runbook.removed',
        aggregate: `runbook:${path}`,
        actor: 'system',
        at,
        body: { runbook: path, sha256: null, previousSha256: sha256 },
      },
    ]);
  });
}
