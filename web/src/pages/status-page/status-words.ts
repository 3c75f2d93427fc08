import type { StatusComponent } from '../../../../src/contract/status-page.ts';
import type { StateWords } from '../../lib/words.ts';

export const COMPONENT_STATES: Record<StatusComponent['status'], StateWords> = {
  operational: { word: 'Operational', tone: 'good', shape: 'tick' },
  degraded_performance: { word: 'Degraded', tone: 'ask', shape: 'dot' },
  partial_outage: { word: 'Partial outage', tone: 'bad', shape: 'dot' },
  major_outage: { word: 'Major outage', tone: 'bad', shape: 'cross' },
  under_maintenance: { word: 'Maintenance', tone: 'quiet', shape: 'pause' },
};

/** A status as people write it. */
export function statusWord(status: string): string {
  return status.charAt(0).toUpperCase() + status.slice(1).replaceAll('_', ' ');
}

export const INCIDENT_STATUSES = ['investigating', 'identified', 'monitoring', 'resolved'] as const;
export const MAINTENANCE_STATUSES = ['in_progress', 'verifying', 'completed'] as const;
export const IMPACTS = ['none', 'minor', 'major', 'critical'] as const;
