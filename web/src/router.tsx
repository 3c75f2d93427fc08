import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { sessionQuery } from './api/queries.ts';
import { ApiError } from './api/request.ts';
import * as search from './search-params.ts';
import { NotFound, Pending, RouteError } from './shell/route-states.tsx';

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFound,
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: search.signIn,
  component: lazyRouteComponent(() => import('./pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
});

/** Everything for which one must be signed in. */
const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  async beforeLoad({ context, location }): Promise<void> {
    try {
      await context.queryClient.ensureQueryData(sessionQuery);
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.status === 401) {
        throw redirect({ to: '/sign-in', search: { next: location.href } });
      }
      throw thrown;
    }
  },
  component: lazyRouteComponent(() => import('./shell/app-shell.tsx'), 'AppShell'),
});

const page = <const Path extends string>(path: Path) => ({ getParentRoute: () => appRoute, path });

const nowRoute = createRoute({
  ...page('/'),
  component: lazyRouteComponent(() => import('./pages/now/now-page.tsx'), 'NowPage'),
});
const incidentsRoute = createRoute({
  ...page('/incidents'),
  validateSearch: search.incidents,
  component: lazyRouteComponent(() => import('./pages/incidents/incidents-page.tsx'), 'IncidentsPage'),
});
const declareRoute = createRoute({
  ...page('/incidents/new'),
  component: lazyRouteComponent(() => import('./pages/incidents/declare-page.tsx'), 'DeclarePage'),
});
const incidentRoute = createRoute({
  ...page('/incidents/$id'),
  component: lazyRouteComponent(() => import('./pages/incident/incident-page.tsx'), 'IncidentPage'),
});
const postmortemRoute = createRoute({
  ...page('/incidents/$id/postmortem'),
  component: lazyRouteComponent(() => import('./pages/postmortem/postmortem-page.tsx'), 'PostmortemPage'),
});
const onCallRoute = createRoute({
  ...page('/on-call'),
  validateSearch: search.onCall,
  component: lazyRouteComponent(() => import('./pages/on-call/on-call-page.tsx'), 'OnCallPage'),
});
const scheduleEditorRoute = createRoute({
  ...page('/on-call/schedules/$name'),
  component: lazyRouteComponent(() => import('./pages/on-call/editing/schedule-editor-page.tsx'), 'ScheduleEditorPage'),
});
const teamEditorRoute = createRoute({
  ...page('/on-call/teams/$name'),
  component: lazyRouteComponent(() => import('./pages/on-call/editing/team-editor-page.tsx'), 'TeamEditorPage'),
});
const policyEditorRoute = createRoute({
  ...page('/on-call/policies/$name'),
  component: lazyRouteComponent(() => import('./pages/on-call/editing/policy-editor-page.tsx'), 'PolicyEditorPage'),
});
const calendarEditorRoute = createRoute({
  ...page('/on-call/calendars/$name'),
  component: lazyRouteComponent(() => import('./pages/on-call/editing/calendar-editor-page.tsx'), 'CalendarEditorPage'),
});
const routesEditorRoute = createRoute({
  ...page('/on-call/routes'),
  component: lazyRouteComponent(() => import('./pages/on-call/editing/routes-editor-page.tsx'), 'RoutesEditorPage'),
});
const measuresRoute = createRoute({
  ...page('/incidents/measures'),
  validateSearch: search.measures,
  component: lazyRouteComponent(() => import('./pages/incidents/measures-page.tsx'), 'MeasuresPage'),
});
const inboxRoute = createRoute({
  ...page('/inbox'),
  component: lazyRouteComponent(() => import('./pages/inbox/inbox-page.tsx'), 'InboxPage'),
});
const findingsRoute = createRoute({
  ...page('/findings'),
  validateSearch: search.findings,
  component: lazyRouteComponent(() => import('./pages/findings/findings-page.tsx'), 'FindingsPage'),
});
const alertsRoute = createRoute({
  ...page('/alerts'),
  validateSearch: search.alerts,
  component: lazyRouteComponent(() => import('./pages/alerts/alerts-page.tsx'), 'AlertsPage'),
});
const anomaliesRoute = createRoute({
  ...page('/anomalies'),
  validateSearch: search.anomalies,
  component: lazyRouteComponent(() => import('./pages/anomalies/anomalies-page.tsx'), 'AnomaliesPage'),
});
const anomalyRoute = createRoute({
  ...page('/anomalies/$id'),
  component: lazyRouteComponent(() => import('./pages/anomalies/anomaly-page.tsx'), 'AnomalyPage'),
});
const streamsRoute = createRoute({
  ...page('/streams'),
  validateSearch: search.streams,
  component: lazyRouteComponent(() => import('./pages/streams/streams-page.tsx'), 'StreamsPage'),
});
const streamRoute = createRoute({
  ...page('/streams/$id'),
  validateSearch: search.stream,
  component: lazyRouteComponent(() => import('./pages/streams/stream-page.tsx'), 'StreamPage'),
});
const statusPageRoute = createRoute({
  ...page('/status-page'),
  component: lazyRouteComponent(() => import('./pages/status-page/status-page.tsx'), 'StatusPage'),
});
const findingRoute = createRoute({
  ...page('/findings/$id'),
  component: lazyRouteComponent(() => import('./pages/findings/finding-page.tsx'), 'FindingPage'),
});
// The list and the splat below it are siblings: a splat would take the bare path too.
const runbookPagesRoute = createRoute({ ...page('/runbooks') });
const runbooksRoute = createRoute({
  getParentRoute: () => runbookPagesRoute,
  path: '/',
  validateSearch: search.runbooks,
  component: lazyRouteComponent(() => import('./pages/runbooks/runbooks-page.tsx'), 'RunbooksPage'),
});
const runbookRoute = createRoute({
  getParentRoute: () => runbookPagesRoute,
  path: '$',
  validateSearch: search.runbook,
  component: lazyRouteComponent(() => import('./pages/runbooks/runbook-page.tsx'), 'RunbookPage'),
});
const runsRoute = createRoute({
  ...page('/runs'),
  validateSearch: search.runs,
  component: lazyRouteComponent(() => import('./pages/runs/runs-page.tsx'), 'RunsPage'),
});
const startRunRoute = createRoute({
  ...page('/runs/new'),
  validateSearch: search.startRun,
  component: lazyRouteComponent(() => import('./pages/runs/start-run-page.tsx'), 'StartRunPage'),
});
const runRoute = createRoute({
  ...page('/runs/$id'),
  component: lazyRouteComponent(() => import('./pages/run/run-page.tsx'), 'RunPage'),
});
const probesRoute = createRoute({
  ...page('/probes'),
  component: lazyRouteComponent(() => import('./pages/probes/probes-page.tsx'), 'ProbesPage'),
});
const probeRoute = createRoute({
  ...page('/probes/$name'),
  component: lazyRouteComponent(() => import('./pages/probes/probe-page.tsx'), 'ProbePage'),
});
const accountRoute = createRoute({
  ...page('/settings'),
  component: lazyRouteComponent(() => import('./pages/settings/account-page.tsx'), 'AccountPage'),
});
const contactRoute = createRoute({
  ...page('/settings/contact'),
  component: lazyRouteComponent(() => import('./pages/settings/contact-page.tsx'), 'ContactPage'),
});
const calendarsRoute = createRoute({
  ...page('/settings/calendars'),
  component: lazyRouteComponent(() => import('./pages/settings/calendars-page.tsx'), 'CalendarsPage'),
});
const keysRoute = createRoute({
  ...page('/settings/keys'),
  component: lazyRouteComponent(() => import('./pages/settings/keys-page.tsx'), 'KeysPage'),
});
const usersRoute = createRoute({
  ...page('/settings/users'),
  component: lazyRouteComponent(() => import('./pages/settings/users-page.tsx'), 'UsersPage'),
});
const auditRoute = createRoute({
  ...page('/settings/audit'),
  validateSearch: search.audit,
  component: lazyRouteComponent(() => import('./pages/settings/audit-page.tsx'), 'AuditPage'),
});

// Each route has a name of its own: written in place, their types would be lost.
const routeTree = rootRoute.addChildren([
  signInRoute,
  appRoute.addChildren([
    nowRoute,
    incidentsRoute,
    declareRoute,
    incidentRoute,
    postmortemRoute,
    measuresRoute,
    onCallRoute,
    scheduleEditorRoute,
    teamEditorRoute,
    policyEditorRoute,
    calendarEditorRoute,
    routesEditorRoute,
    inboxRoute,
    alertsRoute,
    anomaliesRoute,
    anomalyRoute,
    streamsRoute,
    streamRoute,
    statusPageRoute,
    findingsRoute,
    findingRoute,
    runbookPagesRoute.addChildren([runbooksRoute, runbookRoute]),
    runsRoute,
    startRunRoute,
    runRoute,
    probesRoute,
    probeRoute,
    accountRoute,
    contactRoute,
    calendarsRoute,
    keysRoute,
    usersRoute,
    auditRoute,
  ]),
]);

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    // The chunk of a page is fetched when a link to it is pointed at.
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultPendingComponent: Pending,
    defaultErrorComponent: RouteError,
    defaultNotFoundComponent: NotFound,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
