import { z } from 'zod';
import { listOf } from '../../contract/common.ts';
import {
  calendarSpecSchema,
  escalationRouteSchema,
  onCallNameSchema,
  policySpecSchema,
  scheduleSpecSchema,
  teamSpecSchema,
} from '../../contract/oncall.ts';
import {
  appliedOnCallSchema,
  applyOnCallSchema,
  convertedOnCallSchema,
  convertOnCallSchema,
  definitionOf,
  onCallProblemSchema,
} from '../../contract/oncall-api.ts';
import { severitySchemeSpecSchema } from '../../contract/severity-scheme.ts';
import type { Tx } from '../../platform/db/database.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { SHIPPED_SCHEME_NAMES, shippedSchemeSpec } from '../../respond/incidents/index.ts';
import {
  applyOnCallFile,
  type ContactDeps,
  changeDefinitions,
  checkDefinitions,
  convertOnCall,
  type Definition,
  type DefinitionKind,
  type Escalator,
  findDefinition,
  type KnownThings,
  listDefinitions,
  ROUTES,
  readDefinitions,
  readWorld,
  renderOnCallFile,
  SHIPPED_POLICIES,
  type WantedDefinition,
} from '../../respond/oncall/index.ts';
import { principalOf } from '../auth/access-guard.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { assertIfMatch, etagOf } from '../if-match.ts';

export type OnCallRouteDeps = HttpDeps & {
  onCall: {
    escalator: Escalator;
    contacts: ContactDeps;
    known: KnownThings;
    /** Of new incidents. */
    severityScheme: string;
    /** Of business days where nobody wrote a calendar. */
    timezone: string;
  };
};

export const nameParamsSchema = z.object({ name: onCallNameSchema });

const KINDS = [
  {
    kind: 'calendar',
    path: '/api/v1/calendars',
    one: 'business calendar',
    many: 'Business calendars',
    spec: calendarSpecSchema,
  },
  {
    kind: 'team',
    path: '/api/v1/teams',
    one: 'team',
    many: 'Teams with members, roles and schedule',
    spec: teamSpecSchema,
  },
  { kind: 'schedule', path: '/api/v1/schedules', one: 'schedule', many: 'On-call schedules', spec: scheduleSpecSchema },
  {
    kind: 'policy',
    path: '/api/v1/escalation-policies',
    one: 'escalation policy',
    many: 'Escalation policies, those that ship included',
    spec: policySpecSchema,
  },
  {
    kind: 'scheme',
    path: '/api/v1/severity-schemes',
    one: 'severity scheme',
    many: null,
    spec: severitySchemeSpecSchema,
  },
] as const satisfies readonly {
  kind: DefinitionKind;
  path: string;
  one: string;
  /** Null: they have a list of their own. */
  many: string | null;
  spec: z.ZodType;
}[];

/** What on-call is made of: documents with a version, changed one by one or all together by a file. */
export function registerOnCallDefinitionRoutes(app: HttpApp, deps: OnCallRouteDeps): void {
  for (const entry of KINDS) registerKind(app, deps, entry);
  registerRoutesList(app, deps);
  registerFile(app, deps);
}

type Shown = { name: string; spec: unknown; version: number; changedAt: string | null; changedBy: string | null };

const toShown = ({ changedAt, ...definition }: Definition<DefinitionKind>): Shown => ({
  ...definition,
  changedAt: changedAt.toISOString(),
});
/** What ships of a kind, by name. */
function shippedOf(kind: DefinitionKind): Shown[] {
  const specs: [string, unknown][] =
    kind === 'policy'
      ? Object.entries(SHIPPED_POLICIES)
      : kind === 'scheme'
        ? SHIPPED_SCHEME_NAMES.map((name) => [name, shippedSchemeSpec(name)])
        : [];
  return specs.map(([name, spec]) => ({ name, spec, version: 0, changedAt: null, changedBy: null }));
}

function registerKind(
  app: HttpApp,
  deps: OnCallRouteDeps,
  { kind, path, one, many, spec }: (typeof KINDS)[number],
): void {
  const { db } = deps.database;
  const shown = definitionOf(spec as z.ZodType);
  const shipped = shippedOf(kind);
  const read = async (name: string): Promise<Shown> => {
    const found = await findDefinition(db, kind, name);
    if (found) return toShown(found);
    const ready = shipped.find((each) => each.name === name);
    if (ready) return ready;
    throw missing(kind, one, name);
  };
  if (many !== null)
    app.get(
      path,
      { config: { access: 'viewer', summary: `${many}, by name` }, schema: { response: { 200: listOf(shown) } } },
      async () => {
        const written = (await listDefinitions(db, kind)).map(toShown);
        const others = shipped.filter(({ name }) => !written.some((each) => each.name === name));
        return { items: [...written, ...others].sort((a, b) => (a.name < b.name ? -1 : 1)), next: null };
      },
    );
  app.get(
    `${path}/:name`,
    {
      config: { access: 'viewer', summary: `One ${one}` },
      schema: { params: nameParamsSchema, response: { 200: shown } },
    },
    async ({ params }, reply) => {
      const found = await read(params.name);
      reply.header('etag', etagOf(found.version));
      return found;
    },
  );
  app.put(
    `${path}/:name`,
    {
      config: {
        access: 'admin',
        summary: `Write a ${one}, new or over the old one`,
        description:
          'Refused when it refers to what is not there. Takes `If-Match`; version 0 is one that is not there.',
      },
      schema: { params: nameParamsSchema, body: spec as z.ZodType, response: { 200: shown } },
    },
    async (request, reply) => {
      const { name } = request.params;
      const wanted = { kind, name, spec: request.body } as WantedDefinition;
      await change(deps, request, [wanted], (version) => assertIfMatch(request, version));
      const written = await read(name);
      reply.header('etag', etagOf(written.version));
      return written;
    },
  );
  app.delete(
    `${path}/:name`,
    {
      config: { access: 'admin', summary: `Delete a ${one}; refused while something refers to it` },
      schema: { params: nameParamsSchema, response: { 204: z.void() } },
    },
    async (request, reply) => {
      const { name } = request.params;
      if (!(await findDefinition(db, kind, name))) throw missing(kind, one, name);
      await change(deps, request, [{ kind, name, spec: null } as WantedDefinition], (version) =>
        assertIfMatch(request, version),
      );
      reply.code(204);
    },
  );
}

function registerRoutesList(app: HttpApp, deps: OnCallRouteDeps): void {
  const { db } = deps.database;
  const list = z.object({ routes: z.array(escalationRouteSchema).max(500) }).meta({ id: 'EscalationRoutes' });
  const read = async () => {
    const found = await findDefinition(db, 'routes', ROUTES);
    return { version: found?.version ?? 0, routes: found?.spec ?? [] };
  };
  app.get(
    '/api/v1/oncall/routes',
    {
      config: {
        access: 'viewer',
        summary: 'Which incidents are escalated by which policy; the first that fits counts',
      },
      schema: { response: { 200: list } },
    },
    async (_request, reply) => {
      const { version, routes } = await read();
      reply.header('etag', etagOf(version));
      return { routes };
    },
  );
  app.put(
    '/api/v1/oncall/routes',
    {
      config: { access: 'admin', summary: 'Write the list of routes', description: 'Takes `If-Match`.' },
      schema: { body: list, response: { 200: list } },
    },
    async (request, reply) => {
      const wanted = [{ kind: 'routes' as const, name: ROUTES, spec: request.body.routes }];
      await change(deps, request, wanted, (version) => assertIfMatch(request, version));
      const { version, routes } = await read();
      reply.header('etag', etagOf(version));
      return { routes };
    },
  );
}

/** Taken back after a dry run; carries what it found. */
class DryRunOver extends Error {}

function registerFile(app: HttpApp, deps: OnCallRouteDeps): void {
  const { db } = deps.database;
  app.get(
    '/api/v1/oncall/file',
    {
      config: { access: 'viewer', summary: 'All definitions as one file, the way it is applied' },
      schema: { response: { 200: z.object({ text: z.string() }) } },
    },
    async () => ({ text: renderOnCallFile(await readDefinitions(db)) }),
  );
  app.post(
    '/api/v1/oncall/apply',
    {
      config: {
        access: 'admin',
        summary: 'Apply a file of definitions: all of it or nothing; again changes nothing',
        description: 'What is wrong is told with its line. What the file does not name stays, unless `prune` is set.',
      },
      schema: { body: applyOnCallSchema, response: { 200: appliedOnCallSchema } },
    },
    async (request) => {
      const { dryRun, ...source } = request.body;
      let applied: Awaited<ReturnType<typeof applyOnCallFile>> | null = null;
      const work = async (tx: Tx) => {
        applied = await applyOnCallFile(tx, source, changing(deps, request));
        if (dryRun) throw new DryRunOver();
      };
      await deps.database.transact(work).catch((thrown: unknown) => {
        if (!(thrown instanceof DryRunOver)) throw thrown;
      });
      deps.wakeups.kick('outbox');
      return { dryRun, ...applied! };
    },
  );
  app.post(
    '/api/v1/oncall/convert',
    {
      config: {
        access: 'admin',
        summary: 'Definitions out of those of another program; applied when asked to',
        description:
          'Takes what PagerDuty’s API answers for schedules and escalation policies. What cannot be carried over is told.',
      },
      schema: { body: convertOnCallSchema, response: { 200: convertedOnCallSchema } },
    },
    async (request) => {
      const converted = await deps.database.transact((tx) => convertOnCall(tx, request.body, changing(deps, request)));
      deps.wakeups.kick('outbox');
      return converted;
    },
  );
  app.get(
    '/api/v1/oncall/problems',
    {
      config: { access: 'viewer', summary: 'Roles nobody fills, holes in schedules, people who cannot be reached' },
      schema: { response: { 200: listOf(onCallProblemSchema) } },
    },
    async () => {
      const problems = checkDefinitions(await readWorld(db, deps.onCall.known), deps.clock.now().getTime());
      return { items: problems.map(({ path, ...problem }) => ({ ...problem, path: path.join('.') })), next: null };
    },
  );
}

type Request = Parameters<typeof principalOf>[0];

const changing = (deps: OnCallRouteDeps, request: Request) => ({
  at: deps.clock.now(),
  actor: principalOf(request).actor,
  known: deps.onCall.known,
});

async function change(
  deps: OnCallRouteDeps,
  request: Request,
  wanted: readonly WantedDefinition[],
  check: (version: number) => void,
): Promise<void> {
  await deps.database.transact((tx) => changeDefinitions(tx, wanted, changing(deps, request), { check }));
  deps.wakeups.kick('outbox');
}

function missing(kind: string, one: string, name: string): HoldfastError {
  return new HoldfastError({ code: `${kind}.missing`, kind: 'missing', message: `there is no ${one} "${name}"` });
}
