import { DYNAMIC } from './shell-words.ts';
import { HARMLESS, type Verdict } from './verdict.ts';

const HARMLESS_FILES = /^\/dev\/(?:null|stdout|stderr|tty|fd\/\d+)$/;
/** Where a file is a note for the next command and gone after the next start. */
const SCRATCH = /^(?:\/var)?\/tmp\/|^\/dev\/shm\//;

/** What writing to a file by this name does. */
export function judgeWrite(file: string, verb: 'writes' | 'appends to'): Verdict {
  const shown = file.replaceAll(DYNAMIC, '…');
  if (HARMLESS_FILES.test(file)) return HARMLESS;
  if (/^\/dev\/(?:tcp|udp)\//.test(file)) return { class: 'opaque', reason: `talks to ${shown}` };
  if (SCRATCH.test(file) && !file.includes('/../')) return { class: 'read', reason: `notes down in ${shown}` };
  if (file.startsWith('/dev/')) return { class: 'destroy', reason: `overwrites the device ${shown}` };
  if (
    /^\/proc\/sysrq-trigger$|\/device\/delete$|\/(?:un)?bind$|\/cpu\d+\/online$|\/remove$/.test(file) &&
    /^\/(?:proc|sys)\//.test(file)
  )
    return { class: 'destroy', reason: 'sends a command straight to the kernel' };
  return { class: 'change', reason: `${verb} the file ${shown}` };
}
