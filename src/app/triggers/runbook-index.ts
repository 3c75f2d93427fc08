import { type FSWatcher, watch } from 'node:fs';
import {
  compareRunbooks,
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
import { forgetSchedules, syncSchedules } from './runbook-schedules.ts';

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
  folders: readonly string[];
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
  let timer: NodeJS.Timeout | null = null;

  const pass = async (): Promise<boolean> => {
    const listed = await deps.library.list();
    const readable = listed.filter((summary) => summary.problem === null);
    const stored =
      seen ?? new Map((await readNewestVersions(deps.database.db)).map((row) => [row.path, row.sha256 ?? '']));
    const next = new Map<string, string>();
    let changed = false;
    for (const { path, sha256 } of readable) {
      next.set(path, sha256);
      if (stored.get(path) !== sha256 && (await noteChange(deps, path))) changed = true;
      else if (seen === null) await syncStored(deps, path);
    }
    // A file that cannot be read for the moment is still there.
    const present = new Set(listed.map((summary) => summary.path));
    for (const [path, sha256] of stored) {
      if (present.has(path) && !next.has(path)) next.set(path, sha256);
      if (present.has(path) || sha256 === '') continue;
      await noteRemoval(deps, path, sha256);
      changed = true;
    }
    if (seen === null) await deps.database.transact((tx) => forgetSchedules(tx, [...present]));
    seen = next;
    if (changed) for (const topic of ['outbox', 'timers'] as const) deps.wakeups.kick(topic);
    return false;
  };
  const loop = createDrainLoop({ name: 'runbook index', logger: deps.logger, pass });
  const poll = setInterval(loop.wake, LOOK_EVERY_MS);
  poll.unref();
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = null;
      loop.wake();
    }, SETTLE_MS);
  };
  const watchers = deps.folders.flatMap((folder) => watchFolder(folder, soon));
  loop.wake();
  return {
    look: loop.wake,
    async stop() {
      clearInterval(poll);
      if (timer) clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      await loop.stop();
    },
  };
}

function watchFolder(folder: string, onChange: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { recursive: true, persistent: false }, onChange);
    // The folder went away: the poll finds that out.
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}

async function noteChange(deps: IndexDeps, path: string): Promise<boolean> {
  const entry = await deps.library.read(path).catch(() => null);
  if (entry === null) return false;
  const { document, text } = entry;
  const at = deps.clock.now();
  const origin = await deps.originOf(entry.file);
  await deps.database.transact(async (tx) => {
    const former = (await readNewestVersions(tx)).find((row) => row.path === path);
    if (former?.sha256 === document.sha256) return;
    const before =
      former?.sha256 == null ? null : await readVersionText(tx, { path, sha256: former.sha256 }).catch(() => null);
    // What an older version did is read as it would be read today: both sides by the same rules.
    const comparison =
      before === null
        ? null
        : await parseRunbook({ file: path, text: before.text }).then(
            (old) => compareRunbooks(old, document),
            () => null,
          );
    await keepVersion(tx, { path, sha256: document.sha256, text, title: document.title, origin, at });
    await syncSchedules(tx, path, document, { timezone: deps.timezone, now: at });
    await publish(tx, [
      {
        kind: 'runbook.changed',
        aggregate: `runbook:${path}`,
        actor: 'system',
        at,
        body: {
          runbook: path,
          sha256: document.sha256,
          previousSha256: former?.sha256 ?? null,
          ...(comparison === null ? {} : { risk: comparison.risk, reason: summaryOf(comparison.changes) }),
        },
      },
    ]);
  });
  return true;
}

function summaryOf(changes: readonly { change: string }[]): string {
  if (changes.length === 0) return 'no step changed';
  const counts = Map.groupBy(changes, (each) => each.change);
  return [...counts]
    .map(([change, all]) => `${all.length} ${all.length === 1 ? 'step' : 'steps'} ${change}`)
    .join(', ');
}

async function syncStored(deps: IndexDeps, path: string): Promise<void> {
  const entry = await deps.library.read(path).catch(() => null);
  if (entry === null) return;
  const options = { timezone: deps.timezone, now: deps.clock.now() };
  await deps.database.transact((tx) => syncSchedules(tx, path, entry.document, options));
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
