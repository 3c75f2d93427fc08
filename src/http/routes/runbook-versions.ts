import { z } from 'zod';
import {
  compareRunbooks,
  listVersions,
  parseRunbook,
  type RunbookLibrary,
  readVersionText,
  searchRunbooks,
  toRunbookDocument,
} from '../../act/runbooks/index.ts';
import { listOf, listQuerySchema } from '../../contract/common.ts';
import { runbookSchema } from '../../contract/runbook.ts';
import { runbookComparisonSchema, runbookHitSchema, runbookVersionSchema } from '../../contract/runbook-version.ts';
import { decodeCursor, pageOf } from '../cursor.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';

const path = z.string().min(1).max(1_000);
/** A version by its hash or the beginning of it; `current` is the file as it is now. */
const version = z.union([
  z.literal('current'),
  z.string().regex(/^[0-9a-f]{7,64}$/, 'a hash, at least 7 digits of it'),
]);

/** What runbooks were, and what changed between two times. */
export function registerRunbookVersionRoutes(app: HttpApp, deps: HttpDeps & { library: RunbookLibrary }): void {
  const { db } = deps.database;
  const textOf = async (wanted: { path: string; sha256: string }) =>
    wanted.sha256 === 'current'
      ? deps.library.read(wanted.path).then(({ document, text }) => ({ sha256: document.sha256, text }))
      : readVersionText(db, wanted);
  const read = async (wanted: { path: string; sha256: string }) => {
    const { text } = await textOf(wanted);
    return { text, document: toRunbookDocument(await parseRunbook({ file: wanted.path, text })) };
  };

  app.get(
    '/api/v1/runbooks/versions',
    {
      config: { access: 'viewer', summary: 'Versions of a runbook, newest first' },
      schema: { querystring: listQuerySchema.extend({ path }), response: { 200: listOf(runbookVersionSchema) } },
    },
    async ({ query }) => {
      const before = decodeCursor(query.cursor, 'number');
      const rows = await listVersions(db, { path: query.path, limit: query.limit + 1, before });
      return pageOf(rows, query.limit, { item: ({ seq: _seq, ...row }) => row, placeOf: (row) => row.seq });
    },
  );
  app.get(
    '/api/v1/runbooks/version',
    {
      config: { access: 'viewer', summary: 'A runbook as it was in one version' },
      schema: {
        querystring: z.object({ path, sha256: version }),
        response: { 200: z.object({ document: runbookSchema, text: z.string() }) },
      },
    },
    ({ query }) => read(query),
  );
  app.get(
    '/api/v1/runbooks/diff',
    {
      config: { access: 'viewer', summary: 'What two versions of a runbook do differently, and which does more harm' },
      schema: {
        querystring: z.object({ path, from: version, to: version.default('current') }),
        response: { 200: runbookComparisonSchema },
      },
    },
    async ({ query }) => {
      const before = await read({ path: query.path, sha256: query.from });
      const after = await read({ path: query.path, sha256: query.to });
      return compareRunbooks(before.document, after.document);
    },
  );
  app.get(
    '/api/v1/runbooks/search',
    {
      config: { access: 'viewer', summary: 'Runbooks in which all these words occur' },
      schema: {
        querystring: z.object({
          q: z.string().min(1).max(200),
          limit: z.coerce.number().int().min(1).max(100).default(20),
        }),
        response: { 200: z.object({ items: z.array(runbookHitSchema) }) },
      },
    },
    async ({ query }) => ({ items: await searchRunbooks(db, query.q, query.limit) }),
  );
}
