import type { COMPONENT_STATUSES } from '../../contract/status-page.ts';

/** The public's rows: every field of them may be shown to everybody. Nothing else reaches what is rendered. */
export type PublicComponent = {
  id: string;
  name: string;
  description: string;
  groupName: string | null;
  place: number;
  status: ComponentStatus;
  showcase: boolean;
  createdAt: Date;
  updatedAt: Date;
};
export type ComponentStatus = (typeof COMPONENT_STATUSES)[number];

export type AffectedComponent = { code: string; name: string; oldStatus: string; newStatus: string };
export type PublicUpdate = { id: string; status: string; body: string; affected: AffectedComponent[]; at: Date };

export type PublicNotice = {
  id: string;
  kind: 'incident' | 'maintenance';
  name: string;
  impact: string;
  status: string;
  scheduledFor: Date | null;
  scheduledUntil: Date | null;
  startedAt: Date;
  monitoringAt: Date | null;
  resolvedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  /** Newest first. */
  updates: PublicUpdate[];
};

export type PublicState = {
  page: { name: string; url: string; timezone: string };
  components: PublicComponent[];
  /** Newest first: open ones and those of the last weeks. */
  notices: PublicNotice[];
  now: Date;
};

export type Indicator = 'none' | 'minor' | 'major' | 'critical' | 'maintenance';

const BY_COMPONENT: Readonly<Record<ComponentStatus, Indicator>> = {
  operational: 'none',
  under_maintenance: 'maintenance',
  degraded_performance: 'minor',
  partial_outage: 'major',
  major_outage: 'critical',
};
const ORDER: readonly Indicator[] = ['none', 'maintenance', 'minor', 'major', 'critical'];
const WORDS: Readonly<Record<Indicator, string>> = {
  none: 'All Systems Operational',
  maintenance: 'Service Under Maintenance',
  minor: 'Partially Degraded Service',
  major: 'Partial System Outage',
  critical: 'Major Service Outage',
};

/** How it stands as a whole: the worst of its components and of the incidents that are open. */
export function overallStatus(state: Pick<PublicState, 'components' | 'notices'>): {
  indicator: Indicator;
  description: string;
} {
  const indicators = [
    ...state.components.map((component) => BY_COMPONENT[component.status]),
    ...unresolved(state.notices).map((notice) => notice.impact as Indicator),
    ...state.notices
      .filter((notice) => notice.kind === 'maintenance' && ['in_progress', 'verifying'].includes(notice.status))
      .map((): Indicator => 'maintenance'),
  ];
  const indicator = indicators.reduce<Indicator>(
    (worst, each) => (ORDER.indexOf(each) > ORDER.indexOf(worst) ? each : worst),
    'none',
  );
  return { indicator, description: WORDS[indicator] };
}

/** Incidents that are not over. */
export function unresolved(notices: readonly PublicNotice[]): PublicNotice[] {
  return notices.filter((notice) => notice.kind === 'incident' && notice.resolvedAt === null);
}

/** Maintenances that are to come or under way. */
export function openMaintenances(notices: readonly PublicNotice[]): PublicNotice[] {
  return notices.filter((notice) => notice.kind === 'maintenance' && notice.resolvedAt === null);
}
