import { TOOLS } from '../risk-table/index.ts';
import { TASK_RUNNERS } from '../risk-table/task-names.ts';
import { judgeHttpClient } from './classify-http.ts';
import { judgeContainerTool, REMOTE } from './container-commands.ts';
import { judgePsql, judgeRedis } from './database-clients.ts';
import { judgeForgeApi, judgeGrpcurl, judgeHttpie } from './http-tools.ts';
import { INTERPRETER_NAMES, judgeInterpreter, judgeJava, judgeTaskRunner } from './interpreters.ts';
import { judgeWrite } from './judge-write.ts';
import { judgeByRules } from './match-rule.ts';
import { CARRYING_TOOLS, judgeAnsible, judgeCarrier, judgeParallelShell } from './remote-scripts.ts';
import { DYNAMIC, plainWord } from './shell-words.ts';
import { judgeAlias, judgeEval, judgeShell, judgeSsh, judgeSu, judgeTrap, judgeWatch } from './shells.ts';
import { judgeSocket } from './socket-commands.ts';
import { ENTERED, type Judge, NO_INPUT, openBraces, optionValue, valuesOf } from './special-call.ts';
import { judgeSqlClient, SQL_CLIENT_NAMES } from './sql-clients.ts';
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

const judgeTee: Judge = ({ args, input }) => {
  const adds = args.some((arg) => arg.value === '-a' || arg.value === '--append');
  const files = args.filter((arg) => !arg.value.startsWith('-'));
  const verdicts = files.map((file) => judgeWrite(file.value, adds ? 'appends to' : 'writes'));
  // `: | tee log`, `cat /dev/null | tee log`: nothing is written over everything.
  const empties = !adds && (input.closed === true || (input.from === 'pipe' && input.text?.trim() === ''));
  return empties && verdicts.some((verdict) => verdict.class === 'change')
    ? { class: 'destroy', reason: 'empties the file' }
    : riskiest(verdicts);
};

const judgeDd: Judge = ({ args }) => {
  const out = args.find((arg) => arg.value.startsWith('of='));
  if (out === undefined) return { class: 'read', reason: 'dd reads' };
  const onto = out.value.slice(3);
  const verdict = judgeWrite(onto, 'writes');
  // `of=${DISK}1`: only the person at the machine knows that it is a disk.
  const isPath = onto.replaceAll(DYNAMIC, '').includes('/') || /\.\w+$/.test(onto);
  return verdict.class === 'change' && onto.includes(DYNAMIC) && !isPath
    ? { class: 'destroy', reason: 'dd overwrites a file or device that is only known when it runs' }
    : verdict;
};

const judgeForge: Judge = ({ name, args }) => {
  const given = valuesOf(args);
  return given[0] === 'api' ? judgeForgeApi(given) : judgeByRules(TOOLS.get(name)!, given, name);
};

/** `script -c COMMAND file` records what a command prints. */
const judgeScriptRecorder: Judge = ({ args, input, judging }) => {
  const script = optionValue(valuesOf(args), ['-c', '--command', '-qc']);
  return script === undefined ? { ...ENTERED } : judging.script(script, input);
};

/** `echo COMMAND | at now`: what is to run later counts now. */
const judgeAt: Judge = async ({ name, args, input, judging }) => {
  const given = valuesOf(args);
  if (given.some((arg) => /^-[lcrdV]/.test(arg))) return judgeByRules(TOOLS.get(name)!, given, name);
  const later: Verdict = { class: 'change', reason: `${name} plans a job` };
  if (input.text !== null) return riskiest([await judging.script(input.text), later]);
  return input.from === 'nothing' && !given.includes('-f')
    ? { ...ENTERED }
    : { class: 'opaque', reason: `${name} runs later what is not written here` };
};

/** Programs whose package in npm's registry has their very name: fetched or installed, it is this program that runs. */
const NPM_PROGRAMS = new Set(
  'prisma knex sequelize typeorm drizzle-kit migrate-mongo sequelize-cli pm2 wrangler vercel netlify serverless cdk firebase supabase eslint tsc vite jest vitest nx turbo lerna'.split(
    ' ',
  ),
);

/** `npx -y prisma@5 migrate status`: the program, where its name says which that is. */
const judgeFetched: Judge = async ({ name, args, input, judging }) => {
  const at = args.findIndex((arg) => !arg.value.startsWith('-'));
  const program = args[at]?.value.replace(/(?<=.)@[\w.^~-]+$/, '') ?? '';
  const options = args.slice(0, at).every((arg) => /^(?:-y|--yes|-q|--quiet|--no-install|--bun|--)$/.test(arg.value));
  if (!options || !NPM_PROGRAMS.has(program)) return judgeByRules(TOOLS.get(name)!, valuesOf(args), name);
  return judging.command([plainWord(program), ...args.slice(at + 1)], input);
};

/** tmux and screen: a session is entered, listed, or started around a command. */
const judgeMultiplexer: Judge = ({ name, args, input, judging }) => {
  const given = valuesOf(args);
  if (
    given.some((arg) =>
      /^(?:ls|list-\w+|lsw|lsp|show-\w+|display-message|-ls|-list|-V|-v|capture-pane|has-session|-wipe)$/.test(arg),
    )
  )
    return { class: 'read', reason: `${name} lists sessions` };
  if (given.some((arg) => /^kill-|^quit$|^detach/.test(arg)))
    return { class: 'destroy', reason: `${name} ends what runs in a session` };
  const sent = given.findIndex((arg) => arg === 'send-keys' || arg === 'send' || arg === 'stuff');
  if (sent >= 0) {
    const keys = given
      .slice(sent + 1)
      .filter((arg, at, all) => !/^(?:-t|-l|Enter|C-m|KPEnter)$/.test(arg) && all[at - 1] !== '-t');
    return judging.script(keys.join(' '), input);
  }
  const words = given.filter((arg, at) => !arg.startsWith('-') && !/^-[A-Za-z]*[nstcSL]$/.test(given[at - 1] ?? ''));
  const command = /^new/.test(words[0] ?? '') ? words.slice(1) : name === 'tmux' ? [] : words;
  return command.length > 0 ? judging.script(command.join(' '), input) : { ...ENTERED };
};

/** Commands whose class depends on another command, script or statement inside them. */
export const SPECIAL_COMMANDS: Readonly<Record<string, Judge>> = {
  ...Object.fromEntries(Object.keys(WRAPPERS).map((name) => [name, judgeWrapped])),
  ...Object.fromEntries(['bash', 'sh', 'zsh', 'dash', 'ksh', 'ash'].map((name) => [name, judgeShell])),
  ...Object.fromEntries(Object.keys(REMOTE).map((name) => [name, judgeContainerTool])),
  ...Object.fromEntries(CARRYING_TOOLS.map((name) => [name, judgeCarrier])),
  ...Object.fromEntries(['pdsh', 'clush', 'pssh', 'parallel-ssh', 'dsh'].map((name) => [name, judgeParallelShell])),
  ...Object.fromEntries(SQL_CLIENT_NAMES.map((name) => [name, judgeSqlClient])),
  ...Object.fromEntries(INTERPRETER_NAMES.map((name) => [name, judgeInterpreter])),
  ...Object.fromEntries(
    TASK_RUNNERS.flatMap((each) => [each.name, ...(each.also ?? [])]).map((name) => [name, judgeTaskRunner]),
  ),
  ...Object.fromEntries(['nc', 'ncat', 'netcat', 'telnet', 'socat'].map((name) => [name, judgeSocket])),
  ...Object.fromEntries(['http', 'https', 'xh', 'xhs'].map((name) => [name, judgeHttpie])),
  ...Object.fromEntries(['redis-cli', 'valkey-cli', 'keydb-cli', 'gitlab-redis-cli'].map((name) => [name, judgeRedis])),
  npx: judgeFetched,
  bunx: judgeFetched,
  at: judgeAt,
  batch: judgeAt,
  ansible: judgeAnsible,
  grpcurl: judgeGrpcurl,
  evans: judgeGrpcurl,
  gh: judgeForge,
  glab: judgeForge,
  autossh: judgeSsh,
  slogin: judgeSsh,
  mosh: judgeSsh,
  script: judgeScriptRecorder,
  java: judgeJava,
  tmux: judgeMultiplexer,
  screen: judgeMultiplexer,
  byobu: judgeMultiplexer,
  alias: judgeAlias,
  'gitlab-psql': judgePsql,
  'gitlab-geo-psql': judgePsql,
  ssh: judgeSsh,
  eval: judgeEval,
  su: judgeSu,
  runuser: judgeSu,
  watch: judgeWatch,
  trap: judgeTrap,
  find: judgeFind,
  psql: judgePsql,
  curl: judgeHttpClient,
  wget: judgeHttpClient,
  tee: judgeTee,
  dd: judgeDd,
};
