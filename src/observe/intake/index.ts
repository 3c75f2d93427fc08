/** What other programs send: events and alerts in shapes of theirs, and signs of life. */
export { type Heartbeat, listHeartbeats, markMissed, noteBeat, removeHeartbeat } from './heartbeat-store.ts';
export { readAlertmanagerWebhook } from './read-alertmanager-webhook.ts';
export { type EventMapping, readMappedEvents } from './read-mapped-event.ts';
export { readPagerdutyEvent } from './read-pagerduty-event.ts';
export { type SentAlert, UnreadableEvent } from './sent-alert.ts';
export { keepSentEvent, takeSentEvent } from './sent-event-store.ts';
