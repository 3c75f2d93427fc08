import { Readable } from 'node:stream';
import { z } from 'zod';
import { listOf, listQuerySchema } from '../../contract/common.ts';
import { AUDITED_EVENTS } from '../../contract/events.ts';
import { type AuditEntry, auditAnchorSchema, auditEntrySchema, auditVerdictSchema } from '../../contract/identity.ts';
import { listAnchors, readChainBase } from '../../platform/identity/audit-anchor-store.ts';
import { type ChainedEntry, WHOLE_CHAIN } from '../../platform/identity/audit-chain.ts';
import { exportHeader, exportLine } from '../../platform/identity/audit-export.ts';
import { listAuditEntries, readAuditChain, readChainEnd } from '../../platform/identity/audit-store.ts';
import { checkAudit } from '../../platform/identity/check-audit.ts';
import { fingerprintOfKey } from '../../platform/identity/signing-keys.ts';
import { decodeCursor, pageOf } from '../cursor.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';

const filterSchema = listQuerySchema.extend({
  kind: z.string().max(100).optional(),
  actor: z.string().max(100).optional(),
  aggregate: z.string().max(200).optional(),
});

/** The record of what happened and by whom; administrators only. */
export function registerAuditRoutes(app: HttpApp, deps: HttpDeps): void {
  app.get(
    '/api/v1/audit',
    {
      config: { access: 'admin', summary: 'The audit log, newest first' },
      schema: { querystring: filterSchema, response: { 200: listOf(auditEntrySchema) } },
    },
    async (request) => {
      const { limit, cursor, ...filter } = request.query;
      const page = { limit: limit + 1, before: decodeCursor(cursor, 'number') };
      const rows = await listAuditEntries(deps.database.db, page, filter);
      return pageOf(rows, limit, { item: toEntry, placeOf: (row) => row.seq });
    },
  );

  app.get(
    '/api/v1/audit/verify',
    {
      config: {
        access: 'admin',
        summary: 'Check the whole audit log',
        description: 'Follows the hash chain and says where an entry was edited, deleted or moved.',
      },
      schema: { response: { 200: auditVerdictSchema } },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return checkAudit(deps.database, AUDITED_EVENTS);
    },
  );

  app.get(
    '/api/v1/audit/export',
    {
      config: {
        access: 'admin',
        summary: 'The whole audit log as a file',
        description:
          'JSON lines. `format=proof`: a header, then each entry exactly as hashed; `holdfast audit verify FILE` checks it. `format=events`: one event a line for a SIEM, from `after` on.',
        produces: { 'application/x-ndjson': 'A line per entry' },
      },
      schema: {
        querystring: z.object({
          format: z.enum(['proof', 'events']).default('proof'),
          after: z.coerce.number().int().min(0).optional(),
        }),
      },
    },
    async ({ query }, reply) => {
      const exportedAt = deps.clock.now();
      const last = await readChainEnd(deps.database.db);
      const name = `holdfast-audit-${exportedAt.toISOString().slice(0, 19).replace(/[:T]/g, '-')}.jsonl`;
      reply
        .type('application/x-ndjson; charset=utf-8')
        .header('content-disposition', `attachment; filename="${name}"`)
        .header('cache-control', 'no-store');
      async function* lines() {
        if (query.format === 'events') {
          for await (const row of readAuditChain(deps.database, last?.seq ?? 0, query.after ?? 0))
            yield `${JSON.stringify(toEntry(row))}\n`;
          return;
        }
        const base = await readChainBase(deps.database.db);
        yield exportHeader({ ...WHOLE_CHAIN, ...base, last }, exportedAt);
        for await (const entry of readAuditChain(deps.database, last?.seq ?? 0)) yield exportLine(entry);
      }
      return reply.send(Readable.from(lines()));
    },
  );

  app.get(
    '/api/v1/audit/anchors',
    {
      config: {
        access: 'admin',
        summary: 'Signed anchors of the audit log, oldest first',
        description: 'Each says which hash an entry had; kept elsewhere they prove that nothing before was rewritten.',
      },
      schema: { querystring: listQuerySchema, response: { 200: listOf(auditAnchorSchema) } },
    },
    async ({ query }) => {
      const after = decodeCursor(query.cursor, 'number') ?? 0;
      const rows = await listAnchors(deps.database.db, { after, limit: query.limit + 1 });
      const item = (row: (typeof rows)[number]) => ({ ...row, keyFingerprint: fingerprintOfKey(row.publicKey) });
      return pageOf(rows, query.limit, { item, placeOf: (row) => row.seq });
    },
  );
}

/** An entry that cannot be read (somebody edited it) is shown as such; `verify` says so too. */
function toEntry(row: ChainedEntry): AuditEntry {
  const unreadable = {
    kind: 'unreadable',
    aggregate: '',
    actor: '',
    at: EPOCH,
    recordedAt: EPOCH,
    body: { text: row.entry },
  };
  const inside = auditEntrySchema.omit({ hash: true }).safeParse(parseJson(row.entry));
  return {
    ...unreadable,
    ...(inside.success ? inside.data : {}),
    seq: row.seq,
    position: row.position,
    hash: row.hash,
  };
}

const EPOCH = '1970-01-01T00:00:00.000Z';

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
