import { DYNAMIC } from './shell-words.ts';
import { HARMLESS, type Verdict } from './verdict.ts';

const HARMLESS_FILES = /^\/dev\/(?:null|stdout|stderr|tty|fd\/\d+)$/;

/** What writing to a file by this name does. */
export function judgeWrite(file: string, verb: 'writes' | 'appends to'): Verdict {
  const shown = file.replaceAll(DYNAMIC, '…');
  if (HARMLESS_FILES.test(file)) return HARMLESS;
  if (/^\/dev\/(?:tcp|udp)\//.test(file)) return { class: 'opaque', reason: `talks to ${shown}` };
  if (file.startsWith('/dev/')) return { class: 'destroy', reason: `overwrites the device ${shown}` };
  if (/^\/proc\/sysrq-trigger$/.test(file))
    return { class: 'destroy', reason: 'sends a command straight to the kernel' };
  return { class: 'change', reason: `${verb} the file ${shown}` };
}
