import { judgeHttpClient } from './classify-http.ts';
import { judgeContainerTool, REMOTE } from './container-commands.ts';
import { judgePsql, judgeRedis } from './database-clients.ts';
import { judgeWrite } from './judge-write.ts';
import { judgeEval, judgeShell, judgeSsh, judgeSu, judgeTrap, judgeWatch } from './shells.ts';
import { type Judge, NO_INPUT, openBraces } from './special-call.ts';
import { riskiest, type Verdict } from './verdict.ts';
import { judgeWrapped, WRAPPERS } from './wrappers.ts';

const judgeFind: Judge = async ({ args, judging }) => {
  const verdicts: Verdict[] = [{ class: 'read', reason: 'find lists files' }];
  for (let at = 0; at < args.length; at++) {
    const value = args[at]!.value;
    if (value === '-delete') verdicts.push({ class: 'destroy', reason: 'find -delete removes the files it finds' });
    if (/^-fprint|^-fls$/.test(value)) verdicts.push({ class: 'change', reason: 'find writes a file' });
    if (!/^-(?:exec|execdir|ok|okdir)$/.test(value)) continue;
    const until = args.findIndex((arg, place) => place > at && (arg.value === ';' || arg.value === '+'));
    const inner = args.slice(at + 1, until < 0 ? args.length : until).map(openBraces);
    verdicts.push(await judging.command(inner, NO_INPUT));
  }
  return riskiest(verdicts);
};

const judgeTee: Judge = ({ args }) =>
  riskiest(args.filter((arg) => !arg.value.startsWith('-')).map((arg) => judgeWrite(arg.value, 'writes')));

const judgeDd: Judge = ({ args }) => {
  const out = args.find((arg) => arg.value.startsWith('of='));
  if (out === undefined) return { class: 'read', reason: 'dd reads' };
  return judgeWrite(out.value.slice(3), 'writes');
};

/** Commands whose class depends on another command, script or statement inside them. */
export const SPECIAL_COMMANDS: Readonly<Record<string, Judge>> = {
  ...Object.fromEntries(Object.keys(WRAPPERS).map((name) => [name, judgeWrapped])),
  ...Object.fromEntries(['bash', 'sh', 'zsh', 'dash', 'ksh', 'ash'].map((name) => [name, judgeShell])),
  ...Object.fromEntries(Object.keys(REMOTE).map((name) => [name, judgeContainerTool])),
  ssh: judgeSsh,
  eval: judgeEval,
  su: judgeSu,
  runuser: judgeSu,
  watch: judgeWatch,
  trap: judgeTrap,
  find: judgeFind,
  psql: judgePsql,
  'redis-cli': judgeRedis,
  curl: judgeHttpClient,
  wget: judgeHttpClient,
  tee: judgeTee,
  dd: judgeDd,
};
