export type {
  Channel,
  Channels,
  InsideChannel,
  OutgoingPage,
  OutsideChannel,
  PageMessage,
  SendResult,
} from './channel.ts';
export { cancelPages, listPages, queuePage } from './page-store.ts';
export { startPager } from './pager.ts';
