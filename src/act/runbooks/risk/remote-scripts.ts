import { classifyPowershell } from '../consoles/classify-powershell.ts';
import { TOOLS } from '../risk-table/index.ts';
import { judgePsql } from './database-clients.ts';
import { judgeByRules, readCalls } from './match-rule.ts';
import { ENTERED, type Judge, optionValue, valuesOf } from './special-call.ts';
import { classifyAnySql } from './sql-clients.ts';
import { riskiest, type Verdict } from './verdict.ts';
import { afterWrapper } from './wrappers.ts';

/**
 * Tools that carry a script to other machines inside an option or word: `gcloud compute ssh vm --command '…'`.
 * `verb` is looked for among the first words; `option` holds the script, or else the words after `skip` of them.
 */
type Carrier = { tool: string; verb: RegExp; options?: readonly string[]; rest?: { skip: number }; opens?: true };

const CARRIERS: readonly Carrier[] = [
  {
    tool: 'gcloud',
    verb: /^(?:compute ssh|compute tpus tpu-vm ssh|cloud-shell ssh)\b/,
    options: ['--command'],
    opens: true,
  },
  { tool: 'az', verb: /^(?:vm|vmss) run-command (?:invoke|create)\b/, options: ['--scripts', '--script'] },
  { tool: 'az', verb: /^aks command invoke\b/, options: ['-c', '--command'] },
  {
    tool: 'az',
    verb: /^(?:container exec|containerapp exec)\b/,
    options: ['--exec-command', '--command'],
    opens: true,
  },
  { tool: 'aws', verb: /^ecs execute-command\b/, options: ['--command'] },
  { tool: 'aws', verb: /^ssm send-command\b/, options: ['--parameters'] },
  { tool: 'doctl', verb: /^compute ssh\b/, options: ['--ssh-command'], opens: true },
  { tool: 'fly', verb: /^(?:ssh console|console)\b/, options: ['-C', '--command'], opens: true },
  { tool: 'flyctl', verb: /^(?:ssh console|console)\b/, options: ['-C', '--command'], opens: true },
  { tool: 'cf', verb: /^ssh\b/, options: ['-c', '--command'], opens: true },
  { tool: 'vagrant', verb: /^ssh\b/, options: ['-c', '--command'], opens: true },
  { tool: 'heroku', verb: /^(?:run|run:detached|ps:exec)\b/, rest: { skip: 1 }, opens: true },
  { tool: 'eb', verb: /^ssh\b/, options: ['-c', '--command'], opens: true },
  { tool: 'copilot', verb: /^svc exec\b/, options: ['-c', '--command'], opens: true },
  { tool: 'salt', verb: /(?:^|\s)cmd\.(?:run|shell|run_all|script)\b/, rest: { skip: 2 } },
  { tool: 'salt-call', verb: /^cmd\.(?:run|shell|run_all)\b/, rest: { skip: 1 } },
  { tool: 'salt-ssh', verb: /^\S+ cmd\.run\b/, rest: { skip: 2 } },
  { tool: 'knife', verb: /^(?:ssh|winrm)\b/, rest: { skip: 2 }, opens: true },
  { tool: 'bolt', verb: /^command run\b/, rest: { skip: 2 } },
  { tool: 'sops', verb: /^exec-(?:env|file)\b/, rest: { skip: 2 } },
  { tool: 'hcloud', verb: /^server ssh\b/, rest: { skip: 3 }, opens: true },
  { tool: 'virtctl', verb: /^ssh\b/, options: ['-c', '--command'], opens: true },
];

/** Calls of a cloud that carry SQL in an option. */
const SQL_CALLS: readonly { tool: string; verb: RegExp; options: readonly string[] }[] = [
  { tool: 'gcloud', verb: /^spanner databases execute-sql\b/, options: ['--sql'] },
  { tool: 'aws', verb: /^(?:rds-data|redshift-data) (?:batch-)?execute-statement\b/, options: ['--sql'] },
  { tool: 'aws', verb: /^athena start-query-execution\b/, options: ['--query-string'] },
];

/** A tool whose call may carry a script: that script's class, and the tool's own where it carries none. */
export const judgeCarrier: Judge = async (call) => {
  const { name, args, input, judging } = call;
  const tool = TOOLS.get(name)!;
  const given = valuesOf(args);
  if (name === 'heroku' && /^(?:pg:)?psql$/.test(given[0] ?? '')) return judgePsql({ ...call, args: args.slice(1) });
  if (name === 'heroku' && given[0] === 'redis:cli') return { ...ENTERED };
  for (const { positionals } of readCalls(tool, given)) {
    const said = positionals.join(' ');
    const sql = SQL_CALLS.find((each) => each.tool === name && each.verb.test(said));
    const statement = sql && optionValue(given, sql.options);
    if (statement !== undefined) return riskiest([await classifyAnySql(statement), CARRIES]);
    const carrier = CARRIERS.find((each) => each.tool === name && each.verb.test(said));
    if (carrier === undefined) continue;
    const dashes = given.indexOf('--');
    const script =
      (carrier.options && optionValue(given, carrier.options)) ??
      (dashes >= 0 ? given.slice(dashes + 1).join(' ') : undefined) ??
      (carrier.rest && positionals.slice(skipped(carrier.rest.skip, positionals)).join(' '));
    if (script === undefined || script === '') return carrier.opens ? { ...ENTERED } : judgeByRules(tool, given, name);
    return riskiest([await judging.script(commandsIn(script), input), CARRIES]);
  }
  return judgeByRules(tool, given, name);
};

/** Salt's `-G role:web cmd.run …` has one word less before its command than `'*' cmd.run …`. */
function skipped(words: number, positionals: readonly string[]): number {
  const at = positionals.findIndex((word) => word.startsWith('cmd.'));
  return at < 0 ? words : at + 1;
}

const CARRIES: Verdict = { class: 'read', reason: 'carries a command to another machine' };

/** `commands=["a","b"]` and `{"commands":["a"]}` as lines; any other text is the script itself. */
function commandsIn(script: string): string {
  const list = /commands"?\s*[=:]\s*(\[[\s\S]*\])/.exec(script)?.[1];
  if (list === undefined) return script.replace(/^commands=/, '').replace(/^"([\s\S]*)"$/, '$1');
  try {
    const parsed: unknown = JSON.parse(list);
    return Array.isArray(parsed) ? parsed.join('\n') : script;
  } catch {
    return list
      .slice(1, -1)
      .split(',')
      .map((each) => each.trim().replace(/^['"]|['"]$/g, ''))
      .join('\n');
  }
}

export const CARRYING_TOOLS: readonly string[] = [...new Set(CARRIERS.map((carrier) => carrier.tool))];

const PARALLEL_OPTIONS =
  '-w -x -g -h -H -l -f -t -u -p -o -e -i -O -b --hosts --host --user --timeout --inline --fanout -R -N'.split(' ');

/** pdsh, clush, pssh and their like: options that name the hosts, then the command. */
export const judgeParallelShell: Judge = async ({ name, args, input, judging }) => {
  const isFlag = (option: string) =>
    name === 'clush' ? /^-[bBLNSqG]$/.test(option) : name !== 'pdsh' && option === '-i';
  const inner = afterWrapper({ valueOptions: PARALLEL_OPTIONS.filter((option) => !isFlag(option)) }, args);
  return inner.length === 0 ? { ...ENTERED } : judging.script(valuesOf(inner).join(' '), input);
};

/** Ansible's ad-hoc modules: `-m shell -a '…'` carries a script, the others are known by name. */
export const judgeAnsible: Judge = async ({ args, judging }) => {
  const given = valuesOf(args);
  const module = (optionValue(given, ['-m', '--module-name']) ?? 'command').replace(
    /^ansible\.(?:builtin|legacy)\./,
    '',
  );
  const said = optionValue(given, ['-a', '--args']) ?? '';
  if (given.some((arg) => /^--(?:version|help|list-hosts)$/.test(arg)))
    return { class: 'read', reason: 'ansible tells what it knows' };
  if (given.includes('--check') || given.includes('-C'))
    return { class: 'check', reason: 'ansible --check only says what it would do' };
  if (/^(?:command|shell|raw)$/.test(module)) {
    if (said === '') return { class: 'opaque', reason: 'which command ansible runs is not written here' };
    return judging.script(said.replace(/\b(?:chdir|creates|removes|executable)=\S+\s*/g, ''));
  }
  if (/^(?:ansible\.windows\.)?win_(?:shell|command|powershell)$/.test(module)) {
    if (said === '') return { class: 'opaque', reason: 'which command ansible runs is not written here' };
    return classifyPowershell(said, (script) => judging.script(script));
  }
  if (
    /^(?:ansible\.windows\.)?win_(?:ping|wait_for)$/.test(module) ||
    module === 'ping' ||
    module === 'wait_for' ||
    module === 'wait_for_connection'
  )
    return { class: 'check', reason: `ansible asks with ${module}` };
  if (/^(?:setup|debug|stat|slurp|fetch|gather_facts|service_facts|package_facts|find)$/.test(module))
    return { class: 'read', reason: `ansible looks with ${module}` };
  if (module === 'script') return { class: 'opaque', reason: 'ansible runs a script nobody here has read' };
  if (
    /^(?:ansible\.windows\.)?(?:win_)?reboot$/.test(module) ||
    /state=(?:absent|stopped)|enabled=(?:no|false)/.test(said)
  )
    return { class: 'destroy', reason: `ansible takes something away with ${module}` };
  if (/^[a-z_.]+$/.test(module)) return { class: 'change', reason: `ansible changes hosts with ${module}` };
  return { class: 'opaque', reason: 'which ansible module runs is only known when it runs' };
};
