import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readIncidentOfRun } from '../../act/runs/index.ts';
import { listOf } from '../../contract/common.ts';
import {
  postmortemSchema,
  postmortemVersionSchema,
  writePostmortemSchema,
} from '../../contract/incident-postmortem.ts';
import {
  listPostmortemVersions,
  readIncidentRow,
  readPostmortem,
  renderPostmortemMarkdown,
  writePostmortem,
} from '../../respond/incidents/index.ts';
import { principalOf } from '../auth/access-guard.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { assertIfMatch, etagOf } from '../if-match.ts';
import { renderPostmortemPage } from '../postmortem/render-postmortem-page.ts';
import { idParamsSchema } from './resource-page.ts';

const FORMATS = ['json', 'markdown', 'html'] as const;
type Format = (typeof FORMATS)[number];
const FORMAT_OF: Readonly<Record<string, Format>> = {
  'application/json': 'json',
  'text/markdown': 'markdown',
  'text/html': 'html',
};

/** What is written about an incident afterwards: read as JSON, Markdown or a page, edited in versions. */
export function registerIncidentPostmortemRoutes(app: HttpApp, deps: HttpDeps): void {
  const { db } = deps.database;
  const path = '/api/v1/incidents/:id/postmortem';
  app.get(
    path,
    {
      config: {
        access: 'viewer',
        summary: 'Its postmortem, or a draft from the timeline while nobody has written one',
        description: 'As JSON, Markdown or HTML, by `format` or else by `Accept`. The draft is version 0.',
        produces: { 'text/markdown': 'The report', 'text/html': 'The report as a page' },
      },
      schema: {
        params: idParamsSchema,
        querystring: z.object({
          format: z.enum(FORMATS).optional(),
          version: z.coerce.number().int().min(0).max(1_000_000).optional().describe('An earlier one; 0 is the draft.'),
        }),
        response: { 200: postmortemSchema },
      },
    },
    async (request, reply) => {
      const postmortem = await readPostmortem(db, request.params.id, request.query.version);
      const format = request.query.format ?? wantedFormat(request);
      reply.header('etag', etagOf(postmortem.version)).header('vary', 'accept');
      if (format === 'json') return postmortem;
      const [type, text] =
        format === 'html'
          ? ['text/html; charset=utf-8', renderPostmortemPage(postmortem, deps.config.externalUrl)]
          : ['text/markdown; charset=utf-8', renderPostmortemMarkdown(postmortem, deps.config.externalUrl)];
      return reply
        .type(type)
        .serializer(String)
        .send(text as never);
    },
  );
  app.put(
    path,
    {
      config: {
        access: 'operator',
        summary: 'Write its postmortem',
        description: 'Each writing is a version of its own. Takes `If-Match`; the draft is version 0.',
      },
      schema: { params: idParamsSchema, body: writePostmortemSchema, response: { 200: postmortemSchema } },
    },
    async (request, reply) => {
      const { id } = request.params;
      await deps.database.transact((tx) =>
        writePostmortem(tx, id, {
          body: request.body,
          at: deps.clock.now(),
          actor: principalOf(request).actor,
          check: (version) => assertIfMatch(request, version),
          incidentOfRun: readIncidentOfRun,
        }),
      );
      deps.wakeups.kick('outbox');
      const written = await readPostmortem(db, id);
      reply.header('etag', etagOf(written.version));
      return written;
    },
  );
  app.get(
    `${path}/versions`,
    {
      config: { access: 'viewer', summary: 'Who wrote its postmortem when, newest first' },
      schema: { params: idParamsSchema, response: { 200: listOf(postmortemVersionSchema) } },
    },
    async ({ params }) => {
      const { id } = await readIncidentRow(db, params.id);
      const versions = await listPostmortemVersions(db, id);
      return { items: versions.map((each) => ({ ...each, writtenAt: each.writtenAt.toISOString() })), next: null };
    },
  );
}

/** The type with the best weight that there is; JSON where none is named. */
function wantedFormat(request: FastifyRequest): Format {
  const wanted = (request.headers.accept ?? '').split(',').flatMap((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const format = FORMAT_OF[type];
    const weight = Number(parameters.find((each) => each.startsWith('q='))?.slice(2) ?? 1);
    return format && weight > 0 ? [{ format, weight }] : [];
  });
  return wanted.sort((a, b) => b.weight - a.weight)[0]?.format ?? 'json';
}
