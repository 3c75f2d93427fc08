import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AnomalyDetail } from '../../../contract/anomaly.ts';
import type { Queryable } from '../../../platform/db/database.ts';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import type { SigningKeys } from '../../../platform/identity/signing-keys.ts';
import { readAnomaly, readPlaceInLog } from './anomaly-store.ts';
import type { EvidenceAnswer, EvidenceQuestion } from './evidence-worker.ts';
import type { WantedProof } from './judged-stream.ts';
import { JUDGES } from './record-judge.ts';
import type { LogEntry } from './stream.ts';
import { readStream } from './stream-store.ts';
import { readEntries, readSnapshot } from './verdict-store.ts';

/** Read at once; a log between two snapshots is a few times as much. */
const MOST_BYTES_AT_ONCE = 4 * 1024 * 1024;
/** Beyond that the model was not stored for too long to be made again for a download. */
const MOST_BYTES = 128 * 1024 * 1024;
const NOT_KEPT = 'the records before it are not kept any more';

/**
 * Makes the bundle of an anomaly: the model is made again as it stood before it, from the snapshot before it and
 * the log between.
 * @throws HoldfastError `anomaly.missing`, `anomaly.no-evidence`
 */
export async function buildEvidence(db: Queryable, id: string, keys: SigningKeys): Promise<string> {
  const anomaly = await readAnomaly(db, id);
  if (!anomaly)
    throw new HoldfastError({ code: 'anomaly.missing', kind: 'missing', message: `there is no anomaly ${id}` });
  const stream = await readStream(db, anomaly.streamId);
  if (stream?.epoch !== anomaly.epoch) throw noEvidence(id, 'the model that found it is gone');
  const { wanted, begin, end } = await locate(db, anomaly);
  const { engine } = JUDGES[stream.kind];
  const snapshot = await readSnapshot(db, stream, begin);
  if (snapshot && snapshot.engine !== engine) throw noEvidence(id, 'the engine that found it is another one');
  const entries: LogEntry[] = [];
  let after = snapshot?.seq ?? stream.beganAt;
  let [events, bytes] = [snapshot?.events ?? 0, 0];
  while ('event' in end ? events < end.event : after < end.seq) {
    const read = await readEntries(db, stream.id, { after, to: stream.judged, mostBytes: MOST_BYTES_AT_ONCE });
    if (read[0]?.seq !== after + 1) throw noEvidence(id, NOT_KEPT);
    for (const entry of read) {
      events += entry.events;
      bytes += entry.body.length;
      after = entry.seq;
    }
    entries.push(...read);
    if (bytes > MOST_BYTES)
      throw noEvidence(id, `more than ${MOST_BYTES} bytes lie between it and the model before it`);
  }
  const { kind, beganWith: settings, service: source } = stream;
  const bundle = await askThread({ kind, settings, snapshot: snapshot?.body ?? null, entries, wanted, source, keys });
  if (bundle === null) throw noEvidence(id, NOT_KEPT);
  return bundle;
}

type Place = {
  wanted: WantedProof;
  /** The model is one of before this. */
  begin: { seq: number } | { beforeEvent: number };
  /** What the records must reach. */
  end: { seq: number } | { event: number };
};

async function locate(db: Queryable, { id, what, n, window }: AnomalyDetail): Promise<Place> {
  switch (what) {
    case 'event':
    case 'point':
      return { wanted: { what, n }, begin: { beforeEvent: n }, end: { event: n } };
    case 'window': {
      if (!window) throw noEvidence(id, 'it does not say which events it is made of');
      const { from, to } = window;
      return { wanted: { what, n, from, to }, begin: { beforeEvent: from }, end: { event: to } };
    }
    case 'trace': {
      const seq = await readPlaceInLog(db, id);
      if (seq === null) throw noEvidence(id, 'it was found by a Holdfast that did not keep where');
      return { wanted: { what, n }, begin: { seq: seq - 1 }, end: { seq } };
    }
  }
}

/** In a thread of its own: it judges as much again as lies between two snapshots. */
function askThread(question: EvidenceQuestion): Promise<string | null> {
  // The published package holds .js, a checkout .ts; the worker is always written like this file.
  const worker = new Worker(new URL(`./evidence-worker${extname(import.meta.url)}`, import.meta.url), {
    execArgv: [],
    workerData: question,
  });
  return new Promise((resolve, reject) => {
    worker.once('message', ({ bundle }: EvidenceAnswer) => {
      resolve(bundle);
      void worker.terminate();
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread that makes evidence ended')));
  });
}

function noEvidence(id: string, why: string): HoldfastError {
  return new HoldfastError({
    code: 'anomaly.no-evidence',
    kind: 'conflict',
    message: `no evidence can be made of ${id}: ${why}`,
    hint: 'Fetch evidence while telemetry.keep lasts; what was said of the anomaly itself is kept longer.',
  });
}
