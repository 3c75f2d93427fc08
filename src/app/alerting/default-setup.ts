import type { AlertSetup } from '../../detect/alerting/index.ts';

/** What makes alerts one matter when nobody said otherwise. */
const GROUP_BY = ['alertname', 'cluster', 'namespace', 'service'];
const GROUP_WAIT_MS = 10_000;
const GROUP_INTERVAL_MS = 60_000;
const REPEAT_INTERVAL_MS = 4 * 3_600_000;
const RESOLVE_TIMEOUT_MS = 5 * 60_000;

/** How alerts are handled without a configuration file: grouped, and made into findings and incidents; nobody else is told. */
export const DEFAULT_SETUP: AlertSetup = {
  plan: {
    root: {
      id: '{}',
      key: '{}',
      receiver: 'holdfast',
      groupBy: new Set(GROUP_BY),
      groupWaitMs: GROUP_WAIT_MS,
      groupIntervalMs: GROUP_INTERVAL_MS,
      repeatIntervalMs: REPEAT_INTERVAL_MS,
      matchers: [],
      continue: false,
      muteTimeIntervals: [],
      activeTimeIntervals: [],
      routes: [],
    },
    inhibitRules: [],
    isWithin: () => false,
  },
  notifiers: [],
  resolveTimeoutMs: RESOLVE_TIMEOUT_MS,
};

/** The default as a file that Alertmanager would read. */
export const DEFAULT_CONFIG_TEXT = `route:
  receiver: holdfast
  group_by: [${GROUP_BY.join(', ')}]
  group_wait: ${GROUP_WAIT_MS / 1_000}s
  group_interval: ${GROUP_INTERVAL_MS / 1_000}s
receivers:
- name: holdfast
`;
