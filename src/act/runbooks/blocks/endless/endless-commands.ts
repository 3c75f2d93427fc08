import { CLUSTER_COMMANDS } from './cluster-commands.ts';
import { DISPLAY_COMMANDS } from './display-commands.ts';
import type { EndlessCommand } from './endless-command.ts';
import { NETWORK_COMMANDS } from './network-commands.ts';
import { SERVER_COMMANDS } from './server-commands.ts';
import { STREAM_COMMANDS } from './stream-commands.ts';

/**
 * Commands that never end by themselves, and the bounded form of each. Tried in order on the words of a command, its
 * name first (`sudo`, `time` and `… --` before it are skipped).
 */
export const ENDLESS_COMMANDS: readonly EndlessCommand[] = [
  ...CLUSTER_COMMANDS,
  ...DISPLAY_COMMANDS,
  ...NETWORK_COMMANDS,
  ...SERVER_COMMANDS,
  ...STREAM_COMMANDS,
];
