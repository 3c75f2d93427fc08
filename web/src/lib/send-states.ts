import type { SendOutcome } from '../../../src/contract/contacts.ts';
import type { StateWords } from './words.ts';

/** How sending by a contact method went. */
export const SEND_STATES: Record<SendOutcome['outcome'], StateWords> = {
  sent: { word: 'Sent', tone: 'good', shape: 'tick' },
  uncertain: { word: 'Uncertain', tone: 'ask', shape: 'question' },
  refused: { word: 'Not sent', tone: 'bad', shape: 'cross' },
  'try-later': { word: 'Not sent yet', tone: 'ask', shape: 'ring' },
};
