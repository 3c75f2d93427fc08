import type pg from 'pg';
import type { Alert } from './alert.ts';
import { readChangesSince, readEverything, readRevision, type StoredState } from './alert-store.ts';
import type { Silence } from './silence.ts';
import { createSilenceIndex, type SilenceIndex } from './silence-index.ts';

/**
 * The alerts and silences of the database in memory. Reads answer from here; the rows are the truth. Every process has
 * one and follows the others by revision.
 */
export type AlertMirror = {
  readonly revision: number;
  readonly alerts: ReadonlyMap<string, Alert>;
  readonly silences: SilenceIndex;
  /** Reads what other processes wrote. One database round trip when nothing changed. */
  catchUp(): Promise<void>;
  /** What this process itself just committed. */
  apply(change: { revision: number; alerts: readonly Alert[]; silences: readonly Silence[] }): void;
  /** What was dropped from the database. */
  drop(gone: { alerts: readonly string[]; silences: readonly string[] }): void;
  /** Told of alerts stored and dropped, by this process or another. */
  follow(listener: AlertListener): () => void;
};

export type AlertListener = { stored(alerts: readonly Alert[]): void; dropped(fingerprints: readonly string[]): void };

export async function openAlertMirror(pool: pg.Pool): Promise<AlertMirror> {
  const alerts = new Map<string, Alert>();
  const silences = createSilenceIndex();
  const listeners = new Set<AlertListener>();
  let revision = -1;
  let looking: Promise<void> | null = null;
  let nextLook: Promise<void> | null = null;

  const apply: AlertMirror['apply'] = (change) => {
    if (change.revision <= revision) return;
    revision = change.revision;
    for (const alert of change.alerts) alerts.set(alert.fingerprint, alert);
    for (const silence of change.silences) silences.set(silence);
    if (change.alerts.length > 0) for (const listener of listeners) listener.stored(change.alerts);
  };
  const drop: AlertMirror['drop'] = (gone) => {
    for (const fingerprint of gone.alerts) {
      alerts.delete(fingerprint);
      silences.forget(fingerprint);
    }
    for (const id of gone.silences) silences.remove(id);
    if (gone.alerts.length > 0) for (const listener of listeners) listener.dropped(gone.alerts);
  };
  const replaceAll = (state: StoredState) => {
    const there = new Set(state.alerts.map((alert) => alert.fingerprint));
    const silencesThere = new Set(state.silences.map((silence) => silence.id));
    drop({
      alerts: [...alerts.keys()].filter((fingerprint) => !there.has(fingerprint)),
      silences: [...silences.all()].map((silence) => silence.id).filter((id) => !silencesThere.has(id)),
    });
    apply(state);
  };
  const look = async () => {
    if ((await readRevision(pool)) <= revision) return;
    const changes = await readChangesSince(pool, revision);
    if (changes) apply(changes);
    else replaceAll(await readEverything(pool));
  };

  replaceAll(await readEverything(pool));
  return {
    get revision() {
      return revision;
    },
    alerts,
    silences,
    apply,
    drop,
    catchUp() {
      // What is asked for while a look is under way may have been committed after it began: the next one will see it.
      nextLook ??= (looking ?? Promise.resolve())
        .catch(() => {})
        .then(() => {
          nextLook = null;
          looking = look();
          return looking;
        });
      return nextLook;
    },
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
