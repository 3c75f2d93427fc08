import { queryOptions } from '@tanstack/react-query';
import type { Health } from '../../../src/contract/common.ts';
import type { Environment } from '../../../src/contract/environment.ts';
import type { Finding } from '../../../src/contract/finding.ts';
import type { ApiKey, AuditEntry, AuditVerdict, Session, User } from '../../../src/contract/identity.ts';
import type { Incident, IncidentSummary, TimelineEntry } from '../../../src/contract/incident.ts';
import type { Probe, ProbeSample } from '../../../src/contract/probe.ts';
import type { Approval, Run, RunStatus, RunSummary } from '../../../src/contract/run.ts';
import type { Plan, Risk, RunbookDocument } from '../../../src/contract/runbook.ts';
import type { LintFinding } from '../../../src/contract/runbook-lint.ts';
import type { RunbookComparison, RunbookHit, RunbookVersion } from '../../../src/contract/runbook-version.ts';
import { type ListPage, listQuery, toQuery } from './list-query.ts';
import { SAFETY_REFRESH_MS } from './query-client.ts';
import { getJson, sendJson } from './request.ts';

/** One runbook in the list. */
export type RunbookSummary = {
  path: string;
  title: string;
  sha256: string;
  procedures: { slug: string; title: string; severity: string | null; steps: number }[];
  risk: Risk | null;
  /** Null while its findings are not counted yet. */
  lint: { errors: number; warnings: number } | null;
  problem: string | null;
};
export type InboxMessage = { dedupKey: string; incidentId: string | null; title: string; text: string; at: string };

const SESSION_FRESH_MS = 60_000;
/** How soon a list that is still counting is asked for again. */
const COUNTING_MS = 2_000;
const LONGEST_TIMELINE = 1_000;
const PROBE_SAMPLES = 120;
/** Runs that are not over. */
export const ACTIVE_RUNS: readonly RunStatus[] = [
  'queued',
  'running',
  'waiting',
  'paused',
  'in-doubt',
  'cancelling',
  'rolling-back',
];

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => getJson<Session>('/api/v1/session', signal),
  staleTime: SESSION_FRESH_MS,
});

export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => getJson<Health>('/health', signal),
  staleTime: SESSION_FRESH_MS,
});

export const incidentList = (filter: { open?: boolean } = {}) => listQuery<IncidentSummary>('incidents', filter);
export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: ['incidents', 'one', id],
    queryFn: ({ signal }) => getJson<Incident>(`/api/v1/incidents/${encodeURIComponent(id)}`, signal),
  });
export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: ['incidents', 'timeline', id],
    queryFn: async ({ signal }) => {
      const entries: TimelineEntry[] = [];
      let cursor: string | null = '0';
      while (cursor !== null) {
        const page: ListPage<TimelineEntry> = await getJson(
          `/api/v1/incidents/${encodeURIComponent(id)}/timeline${toQuery({ limit: LONGEST_TIMELINE, cursor })}`,
          signal,
        );
        entries.push(...page.items);
        cursor = page.next;
      }
      return entries;
    },
  });

export const findingList = (filter: { status?: Finding['status']; severity?: number } = {}) =>
  listQuery<Finding>('findings', filter);
export const findingQuery = (id: string) =>
  queryOptions({
    queryKey: ['findings', 'one', id],
    queryFn: ({ signal }) => getJson<Finding>(`/api/v1/findings/${encodeURIComponent(id)}`, signal),
  });

export const runList = (filter: { status?: string; runbook?: string; incident?: string } = {}) =>
  listQuery<RunSummary>('runs', filter);
export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', 'one', id],
    queryFn: ({ signal }) => getJson<Run>(`/api/v1/runs/${encodeURIComponent(id)}`, signal),
  });
export const pendingApprovals = listQuery<Approval>('approvals', { status: 'pending' });

export const runbookListQuery = queryOptions({
  queryKey: ['runbooks', 'list'],
  queryFn: ({ signal }) => getJson<ListPage<RunbookSummary>>('/api/v1/runbooks', signal),
  // Findings are counted a part with each answer.
  refetchInterval: ({ state }) =>
    state.data?.items.some((each) => each.problem === null && each.lint === null) ? COUNTING_MS : SAFETY_REFRESH_MS,
});
export const runbookQuery = (path: string) =>
  queryOptions({
    queryKey: ['runbooks', 'one', path],
    queryFn: ({ signal }) =>
      getJson<{ document: RunbookDocument; text: string }>(`/api/v1/runbooks/document${toQuery({ path })}`, signal),
  });
export const lintQuery = (path: string) =>
  queryOptions({
    queryKey: ['runbooks', 'lint', path],
    queryFn: ({ signal }) => getJson<ListPage<LintFinding>>(`/api/v1/runbooks/lint${toQuery({ path })}`, signal),
  });
/** A text that will never be another: it is named by its hash. */
export const runbookVersionQuery = (path: string, sha256: string) =>
  queryOptions({
    queryKey: ['runbooks', 'version', path, sha256],
    queryFn: ({ signal }) =>
      getJson<{ document: RunbookDocument; text: string }>(
        `/api/v1/runbooks/version${toQuery({ path, sha256 })}`,
        signal,
      ),
    refetchInterval: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
export const versionList = (path: string) => listQuery<RunbookVersion>('runbooks/versions', { path });
export const comparisonQuery = (path: string, from: string, to: string) =>
  queryOptions({
    queryKey: ['runbooks', 'diff', path, from, to],
    queryFn: ({ signal }) => getJson<RunbookComparison>(`/api/v1/runbooks/diff${toQuery({ path, from, to })}`, signal),
    refetchInterval: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
export const runbookSearchQuery = (q: string) =>
  queryOptions({
    queryKey: ['runbooks', 'search', q],
    queryFn: ({ signal }) =>
      getJson<{ items: RunbookHit[] }>(`/api/v1/runbooks/search${toQuery({ q, limit: 50 })}`, signal),
    refetchInterval: false,
  });
export const environmentsQuery = queryOptions({
  queryKey: ['environments'],
  queryFn: ({ signal }) => getJson<ListPage<Environment>>('/api/v1/environments', signal),
  refetchInterval: false,
  staleTime: SESSION_FRESH_MS,
});
export const planQuery = (wanted: {
  runbook: string;
  procedure: string;
  inputs: Record<string, string>;
  environment?: string;
}) =>
  queryOptions({
    queryKey: ['runbooks', 'plan', wanted],
    queryFn: ({ signal }) => sendJson<Plan>('POST', '/api/v1/runbooks/plan', { body: wanted, signal }),
    refetchInterval: false,
  });

export const probeListQuery = queryOptions({
  queryKey: ['probes', 'list'],
  queryFn: ({ signal }) => getJson<ListPage<Probe>>('/api/v1/probes', signal),
});
export const probeQuery = (name: string) =>
  queryOptions({
    queryKey: ['probes', 'one', name],
    queryFn: ({ signal }) => getJson<Probe>(`/api/v1/probes/${encodeURIComponent(name)}`, signal),
    refetchInterval: 5_000,
  });
export const samplesQuery = (name: string) =>
  queryOptions({
    queryKey: ['probes', 'samples', name],
    queryFn: ({ signal }) =>
      getJson<ListPage<ProbeSample>>(
        `/api/v1/probes/${encodeURIComponent(name)}/samples${toQuery({ limit: PROBE_SAMPLES })}`,
        signal,
      ),
    refetchInterval: 5_000,
  });

export const inboxQuery = queryOptions({
  queryKey: ['inbox'],
  queryFn: ({ signal }) => getJson<ListPage<InboxMessage>>('/api/v1/inbox?limit=100', signal),
});

export const keyList = () => listQuery<ApiKey>('keys');
export const userList = () => listQuery<User>('users');
export const auditList = (filter: { kind?: string | undefined; actor?: string | undefined } = {}) =>
  listQuery<AuditEntry>('audit', filter);
export const auditVerdictQuery = queryOptions({
  queryKey: ['audit', 'verdict'],
  queryFn: ({ signal }) => getJson<AuditVerdict>('/api/v1/audit/verify', signal),
  // It walks the whole chain: when asked, not by itself.
  refetchInterval: false,
  staleTime: Number.POSITIVE_INFINITY,
});
