import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecretBox, MASTER_KEY_BYTES } from '../platform/identity/secret-box.ts';

export type MasterKeyState = 'not-needed' | 'right' | 'missing' | 'wrong';

/**
 * Whether a data folder holds the master key that opens what was sealed with a certain one. Looks only: a key is made
 * by the server's first start, and one made here would never open anything.
 */
export async function describeMasterKey(
  dataFolder: string,
  neededKeyId: string | null,
): Promise<{ state: MasterKeyState; text: string }> {
  if (neededKeyId === null) return { state: 'not-needed', text: 'Nothing was sealed with a master key.' };
  const file = join(dataFolder, 'keys', 'master.key');
  const text = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (text === '') {
    return {
      state: 'missing',
      text: `The secrets inside need master key ${neededKeyId}: put the installation's key file at ${file} (0600) before you start the server.`,
    };
  }
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  const keyId = key.length === MASTER_KEY_BYTES ? createSecretBox(key).keyId : 'unreadable';
  if (keyId === neededKeyId) return { state: 'right', text: `The master key at ${file} is the right one (${keyId}).` };
  return {
    state: 'wrong',
    text: `The secrets inside need master key ${neededKeyId}, and ${file} is ${keyId}: replace it before you start the server.`,
  };
}
