import { REDIS_CLUSTER } from '../risk-table/data-stores.ts';
import { TOOLS } from '../risk-table/index.ts';
import { classifySql } from './classify-sql.ts';
import { judgeByRules, readCalls } from './match-rule.ts';
import { ENTERED, type Judge, valuesOf } from './special-call.ts';
import { riskiest, type Verdict } from './verdict.ts';

/** psql: its `-c` texts and its standard input are SQL; a file is SQL nobody here has read. */
export const judgePsql: Judge = async ({ args, input }) => {
  const verdicts: Verdict[] = [];
  for (let at = 0; at < args.length; at++) {
    const value = args[at]!.value;
    const short = /^-[a-zA-Z]*c(.*)$/s.exec(value);
    if (value === '-c' || value === '--command' || (short !== null && short[1] === '' && !value.startsWith('--'))) {
      verdicts.push(await classifyPsql(args[++at]?.value ?? ''));
    } else if (value.startsWith('--command=')) verdicts.push(await classifyPsql(value.slice('--command='.length)));
    else if (/^-c./s.test(value)) verdicts.push(await classifyPsql(value.slice(2)));
    else if (/^(?:-f.*|--file(?:=.*)?)$/s.test(value)) {
      verdicts.push({ class: 'destroy', reason: 'psql runs a file of SQL that is not shown here' });
    } else if (/^(?:-l|--list|--version|-V|--help)$/.test(value))
      verdicts.push({ class: 'read', reason: 'psql lists databases' });
  }
  if (verdicts.length > 0) return riskiest(verdicts);
  if (input.text !== null) return classifyPsql(input.text);
  if (input.from === 'nothing') return { ...ENTERED };
  return { class: 'destroy', reason: 'psql runs whatever SQL is fed to it' };
};

/** What is typed at PgBouncer's console, which psql talks to as well. */
const PGBOUNCER: readonly { begins: RegExp; verdict: Verdict }[] = [
  {
    begins: /^(?:pause|disable|kill|suspend|shutdown|wait_close)\b/i,
    verdict: { class: 'destroy', reason: 'PgBouncer lets clients wait or ends their connections' },
  },
  {
    begins: /^(?:resume|enable|reload|reconnect)\b/i,
    verdict: { class: 'change', reason: 'PgBouncer goes on, or reads its settings again' },
  },
];

async function classifyPsql(text: string): Promise<Verdict> {
  const verdict = await classifySql(text);
  if (verdict.class !== 'opaque') return verdict;
  const statements = text
    .split(';')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const known = statements.map((each) => PGBOUNCER.find(({ begins }) => begins.test(each))?.verdict);
  return statements.length > 0 && known.every((each) => each !== undefined) ? riskiest(known) : verdict;
}

export const judgeRedis: Judge = async ({ name, args, input }) => {
  const tool = TOOLS.get('redis-cli')!;
  const judgeLine = (words: readonly string[]) =>
    judgeByRules(
      tool,
      words.map((word) => (word.startsWith('-') ? word : word.toUpperCase())),
    );
  const [call] = readCalls(tool, valuesOf(args));
  if (call?.options.includes('--cluster')) return judgeByRules(REDIS_CLUSTER, ['--cluster', ...call.positionals]);
  if (call !== undefined && call.positionals.length > 0) return judgeLine(call.positionals);
  if (call?.options.some((option) => /^--(?:bigkeys|memkeys|hotkeys|scan|stat|latency.*|version|help)$/.test(option))) {
    return { class: 'read', reason: 'redis-cli samples keys and timings' };
  }
  if (call?.options.includes('--eval'))
    return { class: 'opaque', reason: 'redis-cli runs a script that is not shown here' };
  if (input.text !== null) {
    const lines = input.text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
    return riskiest(lines.map((line) => judgeLine(line.trim().split(/\s+/))));
  }
  if (call?.options.includes('--pipe')) return { class: 'opaque', reason: `${name} --pipe runs whatever is fed to it` };
  return input.from === 'nothing' ? { ...ENTERED } : { class: 'opaque', reason: `${name} runs whatever is fed to it` };
};
