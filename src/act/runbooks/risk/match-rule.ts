import { COMMON_VERB_RULES } from '../risk-table/common-verbs.ts';
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
  let first: Call | undefined;
  for (const call of readCalls(tool, args)) {
    first ??= call;
    if (call.joined.length > MAX_JUDGED_CHARS)
      return { class: 'opaque', reason: `the arguments of ${name} are too long to judge` };
    const verdict = judgeCall(tool, call);
    // A reading no rule speaks of says nothing; the other one may still have found the verb.
    if (verdict !== undefined && (worst === undefined || isRiskier(verdict.class, worst.class))) worst = verdict;
  }
  worst ??= judgeByVerb(tool, first!);
  if (worst !== undefined) return worst;
  if (tool.otherwise !== undefined) return { class: tool.otherwise.risk, reason: tool.otherwise.reason };
  const said = [name, ...first!.positionals.slice(0, 2)].join(' ').replaceAll(DYNAMIC, '…');
  return { class: 'opaque', reason: `nothing is known about \`${said}\`` };
}

function judgeCall(tool: RiskTool, call: Call): Verdict | undefined {
  const rule = tool.rules.find((candidate) => ruleMatches(tool, candidate, call));
  // Of a tool whose verbs can do harm, a rule for all the rest says nothing of a verb only known when it runs.
  if (rule !== undefined && call.positionals[0]?.includes(DYNAMIC) && isForTheRest(rule) && hasHarmfulVerbs(tool))
    return undefined;
  // Nor may it call a removal harmless that no rule of such a tool foresaw.
  if (
    rule !== undefined &&
    (rule.risk === 'read' || rule.risk === 'check') &&
    isForTheRest(rule) &&
    hasHarmfulVerbs(tool)
  ) {
    const byVerb = judgeByVerb(tool, call);
    if (byVerb?.class === 'destroy') return byVerb;
  }
  if (rule !== undefined)
    return { class: rule.risk, reason: rule.reason, ...(rule.byHand && { byHand: true as const }) };
  if (isHelp(call)) return { class: 'read', reason: 'it only explains itself' };
  return undefined;
}

const isForTheRest = (rule: RiskRule) =>
  rule.flags === undefined && rule.args === undefined && (rule.sub === undefined || rule.sub === '*');

function hasHarmfulVerbs(tool: RiskTool): boolean {
  let known = harmfulVerbs.get(tool);
  if (known === undefined) {
    known = tool.rules.some(
      (rule) =>
        rule.risk === 'destroy' &&
        rule.sub !== undefined &&
        patternOf(rule.sub).some(
          ({ words, anywhere }) =>
            anywhere.length > 0 || (words[0] !== undefined && !words[0].some((glob) => glob.any)),
        ),
    );
    harmfulVerbs.set(tool, known);
  }
  return known;
}

const harmfulVerbs = new WeakMap<RiskTool, boolean>();

/** The common verbs among the first words, as far as these are known before it runs. */
function judgeByVerb(tool: RiskTool, call: Call): Verdict | undefined {
  const first = call.positionals.slice(0, tool.verbDepth ?? DEFAULT_VERB_DEPTH);
  if (first.some((word) => word.includes(DYNAMIC))) return undefined;
  const rule = COMMON_VERB_RULES.find((candidate) => ruleMatches(tool, candidate, call));
  return rule && { class: rule.risk, reason: rule.reason };
}

/** `TOOL VERB --help`, where no rule of the tool speaks of the verb. */
const isHelp = (call: Call) => call.options.includes('--help') || call.options.includes('--version');

function ruleMatches(tool: RiskTool, rule: RiskRule, call: Call): boolean {
  if (rule.flags !== undefined && !rule.flags.some((flag) => hasOption(call, flag))) return false;
  if (rule.sub !== undefined && !patternOf(rule.sub).some((one) => onePatternMatches(tool, one, call))) return false;
  return rule.args === undefined || rule.args.test(call.joined);
}

/** One alternative of a rule's `sub`, taken apart once. */
type CallPattern = { none: boolean; words: Glob[][]; flags: string[][]; anywhere: Glob[] };
type Glob = { any: boolean; exact: string | null; before: string; after: string };
const patterns = new Map<string, CallPattern[]>();

function patternOf(sub: string): CallPattern[] {
  let known = patterns.get(sub);
  if (known === undefined) {
    known = sub.split(' / ').flatMap(splitMixed).map(readPattern);
    patterns.set(sub, known);
  }
  return known;
}

/** `list|--version` is the word or the option. */
function splitMixed(text: string): string[] {
  const tokens = text.split(' ');
  const at = tokens.findIndex((token) => token !== '-' && /(?:^|\|)@?-/.test(token) && /(?:^@?|\|)[^-|@]/.test(token));
  if (at < 0) return [text];
  const isAnywhere = tokens[at]!.startsWith('@');
  const choices = tokens[at]!.replace(/^@/, '').split('|');
  const wordsOnly = choices.filter((choice) => !choice.startsWith('-')).join('|');
  const optionsOnly = choices.filter((choice) => choice.startsWith('-')).join('|');
  return [`${isAnywhere ? '@' : ''}${wordsOnly}`, optionsOnly].map((token) => tokens.with(at, token).join(' '));
}

function readPattern(text: string): CallPattern {
  const pattern: CallPattern = { none: false, words: [], flags: [], anywhere: [] };
  for (const token of text.split(' ')) {
    if (token === '-') pattern.none = true;
    else if (token.startsWith('-')) pattern.flags.push(token.split('|'));
    else if (token.startsWith('@')) pattern.anywhere.push(...token.slice(1).split('|').map(globOf));
    else pattern.words.push(token.split('|').map(globOf));
  }
  return pattern;
}

function onePatternMatches(tool: RiskTool, pattern: CallPattern, call: Call): boolean {
  if (pattern.none && call.positionals.length > 0) return false;
  if (!pattern.flags.every((group) => group.some((flag) => hasOption(call, flag)))) return false;
  // A verb only known at run time matches no verb: it could be any of them.
  if (
    !pattern.words.every((globs, place) => {
      const word = call.positionals[place];
      // `osd *` is any verb of a group, but not one that is only known when it runs.
      const isLast = place > 0 && place === pattern.words.length - 1 && pattern.flags.length === 0;
      if (isLast && word?.includes(DYNAMIC) && pattern.anywhere.length === 0) return false;
      return word !== undefined && globs.some((glob) => globMatches(glob, word));
    })
  ) {
    return false;
  }
  if (pattern.anywhere.length === 0) return true;
  return call.positionals
    .slice(0, tool.verbDepth ?? DEFAULT_VERB_DEPTH)
    .some((word) => pattern.anywhere.some((glob) => globMatches(glob, word)));
}

const DEFAULT_VERB_DEPTH = 3;

function hasOption(call: Call, flag: string): boolean {
  return call.options.includes(flag) && !call.options.includes(`${flag}=false`) && !call.options.includes(`${flag}=no`);
}

function globOf(pattern: string): Glob {
  const star = pattern.indexOf('*');
  return {
    any: pattern === '*',
    exact: star < 0 ? pattern : null,
    before: star < 0 ? '' : pattern.slice(0, star),
    after: star < 0 ? '' : pattern.slice(star + 1),
  };
}

function globMatches(glob: Glob, word: string): boolean {
  if (glob.any) return true;
  if (word.includes(DYNAMIC)) return false;
  if (glob.exact !== null) return glob.exact === word;
  return (
    word.length >= glob.before.length + glob.after.length && word.startsWith(glob.before) && word.endsWith(glob.after)
  );
}
