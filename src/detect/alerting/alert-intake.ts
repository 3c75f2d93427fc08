import type pg from 'pg';
import { outlastOutage } from '../../platform/db/outlast-outage.ts';
import type { Alert } from './alert.ts';
import type { AlertMirror } from './alert-mirror.ts';
import { StaleWriter, storeAlerts, storeSilences } from './alert-store.ts';
import { mergeAlerts } from './merge-alerts.ts';
import type { Silence } from './silence.ts';

/** Stores what comes in. Everything is committed when the promise resolves, and in the mirror. */
export type AlertIntake = {
  /** Merges reports into what is known. Reports made at the same time share a transaction. */
  postAlerts(reports: readonly Alert[], nowMs: number): Promise<void>;
  /**
   * Changes silences under the lock of the writer: `decide` sees the newest ones, and what it returns is stored.
   * It may be asked again when another process was faster.
   */
  changeSilences<Result>(decide: () => { silences: readonly Silence[]; result: Result }): Promise<Result>;
};

/** Reports of one transaction; more wait for the next, so that nobody waits for a crowd. */
const LARGEST_BATCH = 4_000;
/** A restarting database is waited for; a sender whose request takes longer sends again anyway. */
const OUTAGE_LIMIT_MS = 20_000;
/** Another process can be faster this often before its writers must be at fault. */
const MOST_ATTEMPTS = 50;

type AlertJob = { kind: 'alerts'; reports: readonly Alert[]; nowMs: number };
type SilenceJob = { kind: 'silences'; decide: () => { silences: readonly Silence[]; result: unknown } };
type Job = (AlertJob | SilenceJob) & { resolve: (result: unknown) => void; reject: (thrown: unknown) => void };

export function createAlertIntake(deps: { pool: pg.Pool; mirror: AlertMirror; afterCommit: () => void }): AlertIntake {
  const { pool, mirror } = deps;
  const waiting: Job[] = [];
  let working = false;

  /** The next jobs that share a transaction: alerts as they come, a change of silences alone. */
  const nextBatch = (): Job[] => {
    const first = waiting.shift();
    if (!first) return [];
    const batch = [first];
    if (first.kind === 'silences') return batch;
    let count = first.reports.length;
    for (let next = waiting[0]; next?.kind === 'alerts'; next = waiting[0]) {
      count += next.reports.length;
      if (count > LARGEST_BATCH) break;
      batch.push(next);
      waiting.shift();
    }
    return batch;
  };

  const commit = async (batch: readonly Job[]): Promise<unknown> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const [first] = batch;
        return first?.kind === 'silences'
          ? await commitSilences(pool, mirror, first)
          : await commitAlerts(pool, mirror, batch as readonly AlertJob[]);
      } catch (thrown) {
        if (!(thrown instanceof StaleWriter) || attempt >= MOST_ATTEMPTS) throw thrown;
        await mirror.catchUp();
      }
    }
  };

  const work = async () => {
    for (let batch = nextBatch(); batch.length > 0; batch = nextBatch()) {
      try {
        // A lost reply may hide a commit. Merging is idempotent, so the whole batch is simply done again.
        const giveUpAtMs = performance.now() + OUTAGE_LIMIT_MS;
        const result = await outlastOutage(
          () => commit(batch),
          () => performance.now() < giveUpAtMs,
        );
        deps.afterCommit();
        for (const job of batch) job.resolve(result);
      } catch (thrown) {
        for (const job of batch) job.reject(thrown);
      }
    }
    working = false;
  };
  const submit = (job: AlertJob | SilenceJob): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting.push({ ...job, resolve, reject });
      if (working) return;
      working = true;
      // After this turn: what other requests submit in it shares the transaction.
      setImmediate(() => void work());
    });

  return {
    postAlerts: async (reports, nowMs) => {
      if (reports.length > 0) await submit({ kind: 'alerts', reports, nowMs });
    },
    changeSilences: async <Result>(decide: () => { silences: readonly Silence[]; result: Result }) =>
      (await submit({ kind: 'silences', decide })) as Result,
  };
}

async function commitAlerts(pool: pg.Pool, mirror: AlertMirror, jobs: readonly AlertJob[]): Promise<void> {
  const merged = new Map<string, Alert>();
  for (const { reports, nowMs } of jobs) {
    for (const report of reports) {
      const known = merged.get(report.fingerprint) ?? mirror.alerts.get(report.fingerprint);
      const alert = mergeAlerts(known, report, nowMs);
      // The labels are the same; keeping one copy of them keeps memory flat under refreshes.
      merged.set(report.fingerprint, known ? { ...alert, labels: known.labels } : alert);
    }
  }
  const fresh: Alert[] = [];
  const refreshed: Alert[] = [];
  for (const alert of merged.values()) {
    const known = mirror.alerts.get(alert.fingerprint);
    if (known && isSameText(known, alert)) {
      const refresh = { ...alert, annotations: known.annotations };
      refreshed.push(refresh);
      merged.set(alert.fingerprint, refresh);
    } else fresh.push(alert);
  }
  const alerts = [...merged.values()];
  const revision = await storeAlerts(pool, mirror.revision, { fresh, refreshed }).catch((thrown: unknown) => {
    // A refreshed one was dropped by another process: written whole, nothing is lost.
    if (thrown instanceof StaleWriter && refreshed.length > 0)
      return storeAlerts(pool, mirror.revision, { fresh: alerts, refreshed: [] });
    throw thrown;
  });
  mirror.apply({ revision, alerts, silences: [] });
}

function isSameText(left: Alert, right: Alert): boolean {
  if (left.generatorUrl !== right.generatorUrl) return false;
  if (left.annotations === right.annotations) return true;
  const names = Object.keys(left.annotations);
  if (names.length !== Object.keys(right.annotations).length) return false;
  return names.every((name) => left.annotations[name] === right.annotations[name]);
}

async function commitSilences(pool: pg.Pool, mirror: AlertMirror, job: SilenceJob): Promise<unknown> {
  const { silences, result } = job.decide();
  if (silences.length === 0) return result;
  const revision = await storeSilences(pool, mirror.revision, silences);
  mirror.apply({ revision, alerts: [], silences });
  return result;
}
