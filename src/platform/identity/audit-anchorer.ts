import { appendFile } from 'node:fs/promises';
import type { Clock } from '../clock/clock.ts';
import type { Database } from '../db/database.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import type { Logger } from '../log/logger.ts';
import { createDrainLoop } from '../work/drain-loop.ts';
import { type AuditAnchor, anchorLine, signAnchor } from './audit-anchor.ts';
import { insertAnchor, keepAnchorKey, listAnchors, markAnchorSent, readAnchorKey } from './audit-anchor-store.ts';
import { readChainEnd } from './audit-store.ts';
import type { SecretBox } from './secret-box.ts';
import { createSigningKeys, type SigningKeys } from './signing-keys.ts';

const KEY_CONTEXT = 'audit anchor key';
const MOST_SENT = 100;

type AnchorerDeps = { database: Database; clock: Clock; logger: Logger; secretBox: SecretBox };

/**
 * Signs the end of the chain by its interval when it has grown, and takes the signature out of the database: into a file
 * and the log at once, to a receiver until it has taken it. One replica signs an entry, whichever is first.
 * @param options.file appended to; null for none
 * @param options.send hands an anchor to a receiver and throws when it did not take it; null for none
 */
export function startAuditAnchorer(
  deps: AnchorerDeps,
  options: { everyMs: number; file: string | null; send: ((line: string) => Promise<void>) | null },
): { stop(): Promise<void> } {
  const loop = createDrainLoop({
    name: 'audit anchors',
    logger: deps.logger,
    pass: async () => {
      const anchor = await anchorChain(deps);
      if (anchor) await publishAnchor(deps, anchor, options.file);
      if (options.send) await sendAnchors(deps, options.send);
      return false;
    },
  });
  const timer = setInterval(loop.wake, options.everyMs);
  timer.unref();
  loop.wake();
  return {
    async stop() {
      clearInterval(timer);
      await loop.stop();
    },
  };
}

/** Signs the newest entry. @returns its anchor, or null when it has one */
export async function anchorChain(deps: AnchorerDeps): Promise<AuditAnchor | null> {
  const end = await readChainEnd(deps.database.db);
  if (!end) return null;
  const [newest] = await listAnchors(deps.database.db, { after: Number(end.seq) - 1, limit: 1 });
  if (newest) return null;
  const keys = await loadSigningKeys(deps);
  const anchor = signAnchor({ seq: Number(end.seq), hash: end.hash }, deps.clock.now(), keys);
  return (await deps.database.transact((tx) => insertAnchor(tx, anchor))) ? anchor : null;
}

/** This installation’s own pair, made when it is first needed: it signs anchors and evidence. */
export async function loadSigningKeys({
  database,
  secretBox,
  clock,
}: Pick<AnchorerDeps, 'database' | 'secretBox' | 'clock'>): Promise<SigningKeys> {
  let row = await readAnchorKey(database.db);
  if (!row) {
    const made = createSigningKeys();
    const privateKeyBox = secretBox.seal(made.privateKey, KEY_CONTEXT);
    row = await database.transact((tx) =>
      keepAnchorKey(tx, { publicKey: made.publicKey, privateKeyBox, at: clock.now() }),
    );
  }
  return { publicKey: row.publicKey, privateKey: secretBox.open(row.privateKeyBox, KEY_CONTEXT) };
}

async function publishAnchor({ logger }: AnchorerDeps, anchor: AuditAnchor, file: string | null): Promise<void> {
  logger.info({ anchor }, 'audit anchor');
  if (file === null) return;
  await appendFile(file, `${anchorLine(anchor)}\n`, { mode: 0o644, flush: true }).catch((thrown: unknown) => {
    logger.error({ file }, `the audit anchor could not be written: ${messageOf(thrown)}`);
  });
}

async function sendAnchors({ database, logger }: AnchorerDeps, send: (line: string) => Promise<void>): Promise<void> {
  for (const anchor of await listAnchors(database.db, { after: 0, limit: MOST_SENT, unsentOnly: true })) {
    try {
      await send(anchorLine(anchor));
    } catch (thrown) {
      logger.warn(`the audit anchor of entry ${anchor.seq} was not taken, it is sent again: ${messageOf(thrown)}`);
      return;
    }
    await markAnchorSent(database.db, anchor.seq);
  }
}
