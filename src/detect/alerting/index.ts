/** Alerts: routing, grouping, inhibition, silences and what receivers are told, with Alertmanager's semantics. */

export type { Alert } from './alert.ts';
export { type AlertEngine, type AlertSetup, openAlertEngine } from './alert-engine.ts';
export type { AlertLimits } from './alert-limits.ts';
export type { AlertPlan } from './alert-plan.ts';
export { type AlertFilter, type AlertView, type GroupView, listAlerts, listGroups } from './alert-queries.ts';
export type { FlushedGroup, SuppressedReason } from './dispatcher.ts';
export { formatLabelSet, type LabelSet } from './labels/label-set.ts';
export { compileAnchored, type Matcher, MatcherError } from './matchers/matcher.ts';
export { type MatcherMode, parseMatcher } from './matchers/parse-matchers.ts';
export type { GroupNotification, Notifier } from './notifier.ts';
export { PostedAlertsError, readPostedAlerts } from './read-posted-alerts.ts';
export { PostedSilenceError, readPostedSilence } from './read-posted-silence.ts';
export { groupKeyOf, groupLabelsOf, type Route } from './route.ts';
export type { SendReport } from './send-with-retries.ts';
export { type Silence, SilenceError, sortSilences, stateOfSilence } from './silence.ts';
