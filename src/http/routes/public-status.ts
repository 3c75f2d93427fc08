import type { FastifyReply } from 'fastify';
import {
  componentsJson,
  incidentsJson,
  maintenancesJson,
  type PublicState,
  readComponentChanges,
  readPublicComponents,
  readPublicNotices,
  statusJson,
  summaryJson,
  uptimeDays,
} from '../../respond/status-page/index.ts';
import type { HttpApp } from '../http-app.ts';
import type { HttpDeps } from '../http-deps.ts';
import { renderAtom } from '../status-page/render-atom.ts';
import { renderStatusPage, STATUS_STYLE } from '../status-page/render-status-page.ts';

/** Bars on the page, in days. */
const UPTIME_DAYS = 90;
/** How long browsers and proxies may keep it: many look at once when things are bad. */
const KEPT_S = 10;

export type PublicStatusDeps = HttpDeps & { page: () => PublicState['page'] };

/** The status page for everybody: HTML, Statuspage's JSON, Atom. Reads the public's tables and nothing else. */
export function registerPublicStatusRoutes(app: HttpApp, deps: PublicStatusDeps): void {
  const read = async (): Promise<PublicState> => {
    const now = deps.clock.now();
    const [components, notices] = await Promise.all([
      readPublicComponents(deps.database.db),
      readPublicNotices(deps.database.db, now),
    ]);
    return { page: deps.page(), components, notices, now };
  };
  const answer = (reply: FastifyReply, type: string, body: string) =>
    reply
      .type(type)
      .header('cache-control', `public, max-age=${KEPT_S}`)
      // Its readers are pages of other sites too.
      .header('access-control-allow-origin', '*')
      .header('cross-origin-resource-policy', 'cross-origin')
      .serializer(String)
      .send(body);

  const documents: [string, string, (state: PublicState) => object][] = [
    ['summary', 'The status page as Statuspage tells it: all in one', summaryJson],
    ['status', 'How it stands, in a word', statusJson],
    ['components', 'Components and how they stand', componentsJson],
    ['incidents', 'Incidents, newest first', (state) => incidentsJson(state, 'all')],
    ['incidents/unresolved', 'Incidents that are not over', (state) => incidentsJson(state, 'unresolved')],
    ['scheduled-maintenances', 'Maintenances', (state) => maintenancesJson(state, 'all')],
    ['scheduled-maintenances/upcoming', 'Maintenances to come', (state) => maintenancesJson(state, 'upcoming')],
    ['scheduled-maintenances/active', 'Maintenances under way', (state) => maintenancesJson(state, 'active')],
  ];
  for (const [name, summary, render] of documents) {
    app.get(`/api/v2/${name}.json`, { config: { access: 'public', summary } }, async (_request, reply) =>
      answer(reply, 'application/json; charset=utf-8', JSON.stringify(render(await read()))),
    );
  }
  app.get(
    '/status',
    { config: { access: 'public', summary: 'The status page', produces: { 'text/html': 'The page' } } },
    async (_request, reply) => {
      const state = await read();
      const since = new Date(state.now.getTime() - UPTIME_DAYS * 86_400_000);
      const changes = await readComponentChanges(deps.database.db, since);
      const uptime = new Map(
        state.components.map((component) => [
          component.id,
          uptimeDays(changes.get(component.id) ?? [], state.now, UPTIME_DAYS),
        ]),
      );
      return answer(reply, 'text/html; charset=utf-8', renderStatusPage(state, uptime));
    },
  );
  app.get(
    '/status/history.atom',
    {
      config: { access: 'public', summary: 'The status page as a feed', produces: { 'application/atom+xml': 'Atom' } },
    },
    async (_request, reply) => answer(reply, 'application/atom+xml; charset=utf-8', renderAtom(await read())),
  );
  app.get('/status/style.css', { config: { access: 'public', hidden: true } }, async (_request, reply) =>
    answer(reply, 'text/css; charset=utf-8', STATUS_STYLE),
  );
}
