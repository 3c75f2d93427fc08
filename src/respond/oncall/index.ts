export type { Channels, InsideChannel, OutsideChannel, SendResult } from './channel.ts';
export { createContactChannels } from './contacts/contact-channels.ts';
export type { ContactKinds } from './contacts/contact-kinds.ts';
export type { EscalationActionKinds } from './escalation/action-kinds.ts';
export { createEscalator, type Escalator } from './escalation/escalator.ts';
export { queuePage } from './page-store.ts';
export { startPager } from './pager.ts';
export { stopPages } from './stop-pages.ts';
