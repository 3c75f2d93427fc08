import { LRUCache } from 'lru-cache';
import type { Channel } from '../channel.ts';
import { findContactMethod } from './contact-store.ts';
import { type ContactDeps, openContact } from './verify-contact.ts';

const MOST_OPEN = 1_000;

/**
 * Opens people's own channels for the pager. One stays open so that its breaker remembers failures; that the method is
 * still there and verified is asked each time.
 */
export function createContactChannels(
  deps: Omit<ContactDeps, 'clock'>,
): (contactMethodId: string) => Promise<Channel | null> {
  const open = new LRUCache<string, Channel>({ max: MOST_OPEN });
  return async (id) => {
    const method = await findContactMethod(deps.database.db, id);
    if (!method || method.verifiedAt === null) return null;
    const channel = open.get(id) ?? openContact(deps, method);
    if (channel) open.set(id, channel);
    return channel;
  };
}
