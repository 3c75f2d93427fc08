export type { InsideChannel, OutsideChannel, SendResult } from './channel.ts';
export { queuePage, stopPages } from './page-store.ts';
export { startPager } from './pager.ts';
