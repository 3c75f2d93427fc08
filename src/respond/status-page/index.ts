/** What the public is told: components, incidents, maintenances; nothing private reaches it. */

export { draftNotice, listDrafts, removeDraft } from './draft-store.ts';
export {
  openMaintenances,
  overallStatus,
  type PublicComponent,
  type PublicNotice,
  type PublicState,
  unresolved,
} from './public-state.ts';
export { publishIncident, scheduleMaintenance, statusPageTimers, updateNotice } from './publish-notice.ts';
export {
  changeComponent,
  findOpenNoticeOf,
  insertComponent,
  listNotices,
  readComponentChanges,
  readPublicComponents,
  readPublicNotices,
  removeComponent,
  toComponent,
} from './status-store.ts';
export {
  componentsJson,
  incidentsJson,
  maintenancesJson,
  statusJson,
  summaryJson,
  webhookJson,
} from './statuspage-json.ts';
export { readFailures } from './subscribers/delivery-store.ts';
export { type SubscriberMessage, type SubscriberSenders, startSubscriberSender } from './subscribers/send-updates.ts';
export { confirmByToken, openAddress, subscribe, unsubscribeByToken } from './subscribers/subscribe.ts';
export { deleteSubscriber, listSubscribers, type SubscriberRow } from './subscribers/subscriber-store.ts';
export { type UptimeDay, uptimeDays, uptimeShare } from './uptime.ts';
