export {
  chooseIncident,
  findActor,
  findCalledPage,
  findPageFor,
  listTextedIncidents,
  type PagedIncident,
  type PhoneAnswer,
  parsePhoneAnswer,
} from './answer-page.ts';
export { convertOnCall } from './apply-converted.ts';
export { addOverride, importIcal, removeOverride } from './change-overrides.ts';
export type { Channels, InsideChannel, OutgoingPage, OutsideChannel, SendResult } from './channel.ts';
export {
  addContactMethod,
  removeContactMethod,
  requireContactMethod,
  setNotificationRules,
  toContactMethod,
} from './contacts/change-contacts.ts';
export { createContactChannels } from './contacts/contact-channels.ts';
export { type ContactKinds, describeContactKinds } from './contacts/contact-kinds.ts';
export { type ContactMethodRow, listContactMethods, readNotificationRules } from './contacts/contact-store.ts';
export { type ContactDeps, sendCode, sendDirectly, verifyContact } from './contacts/verify-contact.ts';
export { changeDefinitions, type WantedDefinition } from './definitions/change-definitions.ts';
export { checkDefinitions } from './definitions/check-definitions.ts';
export {
  type Definition,
  type DefinitionKind,
  findDefinition,
  listDefinitions,
  ROUTES,
} from './definitions/definition-store.ts';
export { applyOnCallFile, renderOnCallFile } from './definitions/on-call-file.ts';
export { type KnownThings, readDefinitions, readWorld } from './definitions/read-world.ts';
export type { EscalationActionKinds } from './escalation/action-kinds.ts';
export { readSchemeChooser, type SchemeChooser } from './escalation/choose-scheme.ts';
export { readEscalations } from './escalation/describe-escalation.ts';
export { createEscalator, type Escalator } from './escalation/escalator.ts';
export { previewPolicy } from './escalation/preview-policy.ts';
export { SHIPPED_POLICIES } from './escalation/shipped-policies.ts';
export { findFeed, findFeedByToken, insertFeed, listFeeds, revokeFeed } from './ical/feed-store.ts';
export { renderFeed } from './ical/render-feed.ts';
export { listOverrides } from './override-store.ts';
export { queuePage } from './page-store.ts';
export { pageText, pageTitle } from './page-words.ts';
export { startPager } from './pager.ts';
export { listOnCallNow, readOnCallNow, readSchedule, readShifts } from './read-on-call.ts';
export { stopPages } from './stop-pages.ts';
export { tellOnCall } from './tell-on-call.ts';
