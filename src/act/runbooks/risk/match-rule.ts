import type { RiskRule, RiskTool } from '../risk-table/rule.ts';
import { DYNAMIC } from './shell-words.ts';
import { isRiskier, type Verdict } from './verdict.ts';

/** Longer command lines are not matched against patterns: that takes long and nobody reads them either. */
const MAX_JUDGED_CHARS = 20_000;

/** A tool's command line, taken apart under one reading of its unknown options. */
export type Call = { positionals: string[]; options: string[]; joined: string };

/**
 * Takes a command line apart. An option the table does not know may or may not eat the next word; both readings are
 * returned, so that `--foo x delete y` cannot hide its verb behind either.
 */
export function readCalls(tool: RiskTool, args: readonly string[]): Call[] {
  const careless = readCall(tool, args, false);
  const greedy = readCall(tool, args, true);
  return careless.positionals.join('\0') === greedy.positionals.join('\0') ? [careless] : [careless, greedy];
}

function readCall(tool: RiskTool, args: readonly string[], unknownTakesValue: boolean): Call {
  const positionals: string[] = [];
  const options: string[] = [];
  let onlyWords = false;
  for (let at = 0; at < args.length; at++) {
    const word = args[at]!;
    if (onlyWords || !word.startsWith('-') || word === '-') {
      positionals.push(word);
      continue;
    }
    if (word === '--') {
      onlyWords = true;
      continue;
    }
    const name = word.split('=', 1)[0]!;
    const takesValue =
      !word.includes('=') &&
      (tool.valueOptions?.includes(name) ||
        (unknownTakesValue && !isBare(tool, name) && !(args[at + 1] ?? '-').startsWith('-')));
    if (takesValue && at + 1 < args.length) {
      options.push(name, `${name}=${args[at + 1]}`);
      at++;
      continue;
    }
    options.push(name);
    if (word !== name) options.push(word);
    else if (tool.bundled && /^-[A-Za-z0-9]{2,}$/.test(word))
      for (const letter of word.slice(1)) options.push(`-${letter}`);
  }
  return { positionals, options, joined: args.join(' ') };
}

function isBare(tool: RiskTool, name: string): boolean {
  if (tool.bareOptions?.includes(name)) return true;
  return tool.bundled === true && /^-[A-Za-z0-9]+$/.test(name);
}

/** The verdict of a tool's rules on one command line (without the tool's name). */
export function judgeByRules(tool: RiskTool, args: readonly string[], name = tool.names[0]!): Verdict {
  let worst: Verdict | undefined;
  for (const call of readCalls(tool, args)) {
    const verdict = judgeCall(tool, call, name);
    if (worst === undefined || isRiskier(verdict.class, worst.class)) worst = verdict;
  }
  return worst!;
}

function judgeCall(tool: RiskTool, call: Call, name: string): Verdict {
  if (call.joined.length > MAX_JUDGED_CHARS)
    return { class: 'opaque', reason: `the arguments of ${name} are too long to judge` };
  const rule = tool.rules.find((candidate) => ruleMatches(candidate, call));
  if (rule !== undefined)
    return { class: rule.risk, reason: rule.reason, ...(rule.byHand && { byHand: true as const }) };
  if (tool.otherwise !== undefined) return { class: tool.otherwise.risk, reason: tool.otherwise.reason };
  const said = [name, ...call.positionals.slice(0, 2)].join(' ').replaceAll(DYNAMIC, '…');
  return { class: 'opaque', reason: `nothing is known about \`${said}\`` };
}

function ruleMatches(rule: RiskRule, call: Call): boolean {
  if (rule.flags !== undefined && !rule.flags.some((flag) => hasOption(call, flag))) return false;
  if (rule.args !== undefined && !rule.args.test(call.joined)) return false;
  if (rule.sub === undefined) return true;
  const wanted = rule.sub.split(' ');
  if (wanted[0] === '-') return call.positionals.length === 0;
  return wanted.every((pattern, place) => {
    const word = call.positionals[place];
    // A verb only known at run time matches no verb: it could be any of them.
    return word !== undefined && pattern.split('|').some((one) => globMatches(one, word));
  });
}

function hasOption(call: Call, flag: string): boolean {
  return call.options.includes(flag) && !call.options.includes(`${flag}=false`);
}

function globMatches(pattern: string, word: string): boolean {
  if (pattern === '*') return true;
  if (word.includes(DYNAMIC)) return false;
  if (!pattern.includes('*')) return pattern === word;
  const [before = '', after = ''] = pattern.split('*');
  return word.length >= before.length + after.length && word.startsWith(before) && word.endsWith(after);
}
