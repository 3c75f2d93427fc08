import { classifySql } from '../risk/classify-sql.ts';
import { HARMLESS, riskiest, type Verdict } from '../risk/verdict.ts';
import type { CallRule } from './call-rules.ts';
import { classOfName } from './call-words.ts';
import { classifyDialectSql } from './classify-dialect-sql.ts';
import type { ConsoleLanguage } from './console-language.ts';
import { MONGO_CALLS } from './mongo-calls.ts';
import { PYTHON_CALLS } from './python-calls.ts';
import { type CodeCall, readCalls } from './read-calls.ts';
import { RUBY_CALLS } from './ruby-calls.ts';
import { scanCode } from './scan-code.ts';
import { ERLANG_CALLS, JS_CALLS, PHP_CALLS } from './script-calls.ts';

const RULES: Partial<Record<ConsoleLanguage, readonly CallRule[]>> = {
  ruby: RUBY_CALLS,
  python: PYTHON_CALLS,
  js: JS_CALLS,
  mongo: MONGO_CALLS,
  php: PHP_CALLS,
  erlang: ERLANG_CALLS,
};
/** Calls that hand a text to a database. */
const RUNS_SQL =
  /(?:^|\.)(?:execute|exec_query|exec_sql|select_all|select_one|select_value|select_values|select_rows|find_by_sql|query|raw|statement|unprepared|fetch|async_exec)$/;
/** Calls that hand a text to a shell. */
const RUNS_SHELL =
  /^(?:system|exec|spawn|popen|shell_exec|passthru|Open3\.\w+|Kernel\.system|IO\.popen|os\.system|os\.popen|subprocess\.\w+|execSync|child_process\.\w+|os:cmd)$/;

/** How a script in a shell is judged; given from outside, because shells call consoles too. */
export type JudgeScript = (script: string) => Promise<Verdict>;

/** What code typed at a console would do: the riskiest of its calls. A call nobody knows makes it opaque. */
export async function classifyCode(
  text: string,
  language: ConsoleLanguage,
  judgeScript: JudgeScript,
): Promise<Verdict> {
  const tokens = scanCode(text, language);
  const calls = readCalls(tokens, language);
  const verdicts: Verdict[] = [];
  for (const call of calls) verdicts.push(await judgeCall(call, language, judgeScript));
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== 'name') continue;
    if (
      language === 'python' &&
      token.text === 'del' &&
      tokens[at - 1]?.text !== '.' &&
      tokens[at + 1]?.kind === 'name'
    )
      verdicts.push(HARMLESS);
    // `Settings.x = y` is in effect at once; `user.x = y` waits for its save.
    const isSetter =
      tokens[at - 1]?.text === '.' &&
      /^[A-Z]/.test(tokens[at - 2]?.text ?? '') &&
      tokens[at + 1]?.text === '=' &&
      token.text !== 'logger';
    if (isSetter) verdicts.push({ class: 'change', reason: `it sets ${tokens[at - 2]!.text}.${token.text}` });
  }
  if (language === 'mongo') verdicts.push(...judgeShellWords(text));
  return verdicts.length === 0 ? { class: 'read', reason: 'it only shows or computes values' } : riskiest(verdicts);
}

async function judgeCall(call: CodeCall, language: ConsoleLanguage, judgeScript: JudgeScript): Promise<Verdict> {
  const said = `${call.path}${call.hasArguments ? '(…)' : '()'}`;
  if (RUNS_SHELL.test(call.path)) {
    const script = call.texts.join(' ').trim();
    return script === ''
      ? { class: 'opaque', reason: `${said} runs a command only known when it runs` }
      : judgeScript(script);
  }
  const isQuery = RUNS_SQL.test(call.path) && call.texts.length > 0 && /^\s*[A-Za-z]+\s/.test(call.texts[0]!);
  if (isQuery) {
    const verdict = await classifySql(call.texts[0]!);
    return verdict.class === 'opaque' ? (classifyDialectSql(call.texts[0]!) ?? verdict) : verdict;
  }
  if (/^(?:send|public_send|try|__send__)$/.test(call.name) && call.args !== '')
    return judgeCall(
      { ...call, name: call.args.split(' ')[0]!, path: call.args.split(' ')[0]! },
      language,
      judgeScript,
    );
  const rule = (RULES[language] ?? JS_CALLS).find(
    (each) => each.path.test(call.path) && (each.args === undefined || each.args.test(call.args)),
  );
  if (rule !== undefined) return { class: rule.risk, reason: `${said}: ${rule.reason}` };
  const byName = classOfName(call.name, call.hasArguments);
  if (byName !== undefined) return { class: byName, reason: `${said} by its name ${WORDS[byName]}` };
  // A fact read off a record, shown or asked further: `user.namespace.path`.
  if (language === 'ruby' && call.on === 'value' && !call.hasArguments && call.isUsed && /^[a-z]\w*$/.test(call.name))
    return { class: 'read', reason: `${said} is only looked at` };
  if (language === 'ruby' && call.on === 'nothing' && !call.hasArguments && call.isUsed)
    return { class: 'read', reason: `${said} is only looked at` };
  // Classes are made into objects; what those do is said by the calls on them.
  if (/^[A-Z]\w*$/.test(call.name) && language !== 'erlang') return { class: 'read', reason: `${said} makes a value` };
  return { class: 'opaque', reason: `nothing is known about ${said}` };
}

const WORDS: Readonly<Record<string, string>> = {
  read: 'looks',
  check: 'checks',
  change: 'changes something',
  destroy: 'takes something away',
};

/** `show dbs`, `use admin`, `it` in the shell of MongoDB. */
function judgeShellWords(text: string): Verdict[] {
  return text
    .split('\n')
    .filter((line) => /^\s*(?:show|use|it|exit|quit|help|cls)\b(?!\s*[.(=])/.test(line))
    .map(() => ({ class: 'read' as const, reason: 'the shell of MongoDB shows something' }));
}
