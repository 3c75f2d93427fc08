import { SPECIAL_COMMANDS } from '../risk/special-commands.ts';
import { TOOLS } from '../risk-table/index.ts';

/** True for a program somebody knows how to judge, with or without its path. */
export function isKnownCommand(word: string): boolean {
  const name = word.replace(/^.*\//, '');
  return TOOLS.has(name) || Object.hasOwn(SPECIAL_COMMANDS, name);
}

/** `reboot`, `FLUSHALL`: takes a machine down or empties a store without another word. */
export const destroysAlone = (line: string): boolean =>
  /^(?:sudo\s+)?(?:reboot|poweroff|halt)$|^(?:FLUSHALL|FLUSHDB|flushall|flushdb)$/.test(line.trim());
