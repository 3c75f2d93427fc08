export type { InsideChannel, OutsideChannel, SendResult } from './channel.ts';
export { cancelPages, queuePage } from './page-store.ts';
export { startPager } from './pager.ts';
