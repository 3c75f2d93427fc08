import { createHash } from 'node:crypto';
import type { SeverityRank } from '../../contract/common.ts';
import { type Alert, type FlushedGroup, formatLabelSet, type LabelSet } from '../../detect/alerting/index.ts';
import type { Database } from '../../platform/db/database.ts';
import { outlastOutage } from '../../platform/db/outlast-outage.ts';
import type { Wakeups } from '../../platform/events/wakeups.ts';
import type { Logger } from '../../platform/log/logger.ts';
import { createBatchLane } from '../../platform/work/batch-lane.ts';
import { fixFinding, observeFinding } from '../../respond/findings/index.ts';
import { readSchemeChooser, type SchemeChooser } from '../../respond/oncall/index.ts';
import { rankOfAlert } from './rank-of-alert.ts';

/** Groups whose state was written together. */
const LARGEST_BATCH = 100;
/** Alerts of a group that are named in the evidence. */
const MOST_NAMED = 5;
/** What is remembered of groups, so that an unchanged one writes nothing; more are written once too often. */
const MOST_REMEMBERED = 50_000;

/**
 * A group of alerts that fires is a breach, its end fixes the finding: so a storm that is one group is one finding, one
 * incident and one page. What is muted changes nothing.
 * A crash between a flush and its finding loses nothing: after a restart every group is flushed again.
 */
export function createGroupFindings(deps: {
  database: Database;
  wakeups: Pick<Wakeups, 'kick'>;
  logger: Logger;
  /** Of the configuration. */
  severityScheme: string;
}): (group: FlushedGroup) => void {
  const written = new Map<string, string>();
  const lane = createBatchLane<FlushedGroup, void>({
    largestBatch: LARGEST_BATCH,
    lanes: 1,
    work: async (groups) => {
      await outlastOutage(() =>
        deps.database.transact(async (tx) => {
          const schemeOfLabels = await readSchemeChooser(tx, deps.severityScheme);
          for (const group of groups) {
            const identity = identityOfGroup(group.groupKey);
            const at = new Date(group.atMs);
            if (group.firing.length === 0) {
              await fixFinding(tx, { kind: 'breach', identity, text: 'All its alerts are resolved', at });
            } else {
              await observeFinding(tx, {
                kind: 'breach',
                identity,
                labels: commonLabels(group.firing),
                title: titleOf(group),
                severity: worstRank(group.firing, schemeOfLabels),
                text: evidenceOf(group),
                at,
              });
            }
          }
        }),
      );
      deps.wakeups.kick('outbox');
      return groups.map(() => undefined);
    },
  });
  return (group) => {
    // What is only quiet for now has not recovered.
    if (group.firing.length === 0 && group.muted > 0) return;
    const state = stateOf(group);
    if (written.get(group.groupKey) === state) return;
    if (group.firing.length === 0 && !written.has(group.groupKey) && group.resolved.length === 0) return;
    if (written.size >= MOST_REMEMBERED) written.clear();
    written.set(group.groupKey, state);
    lane.submit(group).catch((thrown: unknown) => {
      written.delete(group.groupKey);
      deps.logger.error({ err: thrown, groupKey: group.groupKey }, 'a group of alerts could not be made a finding');
    });
  };
}

/** What identifies the finding of a group of alerts. */
export function identityOfGroup(groupKey: string): { alertGroup: string } {
  return { alertGroup: shortHash(groupKey) };
}

function stateOf(group: FlushedGroup): string {
  if (group.firing.length === 0) return '';
  const hash = createHash('sha256');
  for (const alert of group.firing) hash.update(alert.fingerprint);
  return hash.digest('hex');
}

function worstRank(alerts: readonly Alert[], schemeOfLabels: SchemeChooser): SeverityRank {
  return alerts.reduce<SeverityRank>((worst, alert) => {
    const rank = rankOfAlert(alert.labels, schemeOfLabels(alert.labels));
    return rank < worst ? rank : worst;
  }, 4);
}

function titleOf(group: FlushedGroup): string {
  const [first] = group.firing;
  const name = commonLabels(group.firing)['alertname'] ?? group.groupLabels['alertname'] ?? 'Alerts';
  const summary = first && firstText(first.annotations, ['summary', 'title', 'message']);
  const sameSummary = group.firing.every(
    (alert) => firstText(alert.annotations, ['summary', 'title', 'message']) === summary,
  );
  if (summary && sameSummary) return clip(`${name}: ${summary}`);
  const where = Object.entries(group.groupLabels).filter(([label]) => label !== 'alertname');
  return clip(where.length === 0 ? name : `${name} ${formatLabelSet(Object.fromEntries(where))}`);
}

const LONGEST_TITLE = 200;
const clip = (text: string) => (text.length > LONGEST_TITLE ? `${text.slice(0, LONGEST_TITLE - 1)}…` : text);

function evidenceOf(group: FlushedGroup): string {
  const common = commonLabels(group.firing);
  const named = group.firing.slice(0, MOST_NAMED).map((alert) => {
    const own = Object.fromEntries(Object.entries(alert.labels).filter(([name]) => common[name] === undefined));
    const what = firstText(alert.annotations, ['description', 'summary', 'message']);
    return [Object.keys(own).length === 0 ? formatLabelSet(alert.labels) : formatLabelSet(own), what]
      .filter((part) => part !== undefined)
      .join(' ');
  });
  const count = group.firing.length === 1 ? '1 alert fires' : `${group.firing.length} alerts fire`;
  const more = group.firing.length > MOST_NAMED ? `; and ${group.firing.length - MOST_NAMED} more` : '';
  return clipEvidence(`${count}: ${named.join('; ')}${more}`);
}

const LONGEST_EVIDENCE = 2_000;
const clipEvidence = (text: string) =>
  text.length > LONGEST_EVIDENCE ? `${text.slice(0, LONGEST_EVIDENCE - 1)}…` : text;

function commonLabels(alerts: readonly Alert[]): LabelSet {
  const [first, ...others] = alerts;
  if (!first) return {};
  return Object.fromEntries(
    Object.entries(first.labels).filter(([name, value]) => others.every((alert) => alert.labels[name] === value)),
  );
}

function firstText(texts: LabelSet, names: readonly string[]): string | undefined {
  return names.map((name) => texts[name]).find((text) => text !== undefined && text !== '');
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
