import type { ConsoleLanguage } from '../consoles/console-language.ts';
import { classifyCode } from '../consoles/judge-calls.ts';
import { TOOLS } from '../risk-table/index.ts';
import { classifyTask, TASK_RUNNERS } from '../risk-table/task-names.ts';
import { judgeByRules } from './match-rule.ts';
import { plainWord } from './shell-words.ts';
import { ENTERED, type Judge, type SpecialCall, valuesOf } from './special-call.ts';
import { HARMLESS, type Verdict } from './verdict.ts';

/** An interpreter: the options that hold code, and the language it is written in. */
type Interpreter = { says: RegExp; language: ConsoleLanguage; values: RegExp };
const INTERPRETERS: Readonly<Record<string, Interpreter>> = {
  python: { says: /^-[A-Za-z]*c$/, language: 'python', values: /^-[WX]$/ },
  ruby: { says: /^-[a-z]*e$/, language: 'ruby', values: /^-[rI]$/ },
  node: { says: /^(?:-[a-z]*[ep]|--eval|--print)$/, language: 'js', values: /^-r$/ },
  php: { says: /^-r$/, language: 'php', values: /^-[dc]$/ },
  mongo: {
    says: /^--eval$/,
    language: 'mongo',
    values: /^(?:-u|-p|--username|--password|--host|--port|--authenticationDatabase)$/,
  },
};
const ALSO: Readonly<Record<string, string>> = {
  python2: 'python',
  python3: 'python',
  nodejs: 'node',
  mongosh: 'mongo',
  ipython: 'python',
};
export const INTERPRETER_NAMES: readonly string[] = [...Object.keys(INTERPRETERS), ...Object.keys(ALSO), 'perl'];

export const judgeInterpreter: Judge = async (call) => {
  const { name, args, input } = call;
  const given = valuesOf(args);
  if (given.some((arg) => /^(?:--?version|-V|-v|--help|-h)$/.test(arg)) && given.length === 1) return HARMLESS;
  if (name === 'perl') return judgePerl(given);
  const kind = ALSO[name] ?? name;
  const interpreter = INTERPRETERS[kind]!;
  const code = (text: string) => judgeCode(text, interpreter.language, call);
  const at = given.findIndex((arg) => interpreter.says.test(arg));
  if (at >= 0) return code(given[at + 1] ?? '');
  const joined = given.find((arg) => /^--eval=/.test(arg));
  if (joined !== undefined) return code(joined.slice('--eval='.length));
  if (kind === 'python') {
    const module = given.findIndex((arg) => /^-[A-Za-z]*m/.test(arg) && !arg.startsWith('--'));
    if (module >= 0) {
      const glued = /^-[A-Za-z]*?m(.+)$/.exec(given[module]!)?.[1];
      return glued === undefined
        ? judgePythonModule(given[module + 1] ?? '', call, module + 2)
        : judgePythonModule(glued, call, module + 1);
    }
  }
  const rest = given.filter((arg, place) => !arg.startsWith('-') && !interpreter.values.test(given[place - 1] ?? ''));
  const file = kind === 'mongo' ? rest.find((arg) => /\.m?js$/.test(arg)) : rest[0];
  if (file !== undefined) {
    const runner = TASK_RUNNERS.find((each) => each.file?.test(file));
    if (runner !== undefined) return judgeTask(runner.name, { ...call, args: args.slice(given.indexOf(file) + 1) });
    return { class: 'opaque', reason: `${name} runs a program nobody here has read` };
  }
  if (input.text !== null) return code(input.text);
  if (input.from === 'nothing') return { ...ENTERED };
  return { class: 'opaque', reason: `${name} runs whatever is fed to it` };
};

/** A statement, a function or a method that is only known when it runs; a value that is hides nothing. */
const UNKNOWN_CODE = /(?:^|[;\n{])\s*\uFFFC[^\w\n]*(?:$|[;\n}])|\uFFFC\s*\(|\.\s*\uFFFC/;

async function judgeCode(text: string, language: ConsoleLanguage, { judging }: SpecialCall): Promise<Verdict> {
  if (UNKNOWN_CODE.test(text)) return { class: 'opaque', reason: 'which code runs is only known when it runs' };
  return classifyCode(text, language, (script) => judging.script(script));
}

function judgePythonModule(module: string, call: SpecialCall, from: number): Verdict | Promise<Verdict> {
  if (
    /^(?:json\.tool|platform|sysconfig|site|this|timeit|calendar|zipfile|tarfile|base64|http\.server|pprint|ast|tokenize|dis)$/.test(
      module,
    )
  )
    return { class: 'read', reason: `python -m ${module} shows or serves` };
  if (/^(?:py_compile|compileall|unittest|pytest|doctest|flake8|mypy|pylint)$/.test(module))
    return { class: 'check', reason: `python -m ${module} checks` };
  if (module === 'venv' || module === 'virtualenv') return { class: 'change', reason: 'makes a folder of its own' };
  const program = module.replaceAll('_', '-');
  if (TOOLS.has(program) || /^pip3?$/.test(program))
    return call.judging.command([plainWord(program), ...call.args.slice(from)], call.input);
  return { class: 'opaque', reason: `python -m ${module} runs a program nobody here has read` };
}

/** Perl on the command line is mostly a better sed; one that opens, runs or removes is not judged. */
function judgePerl(given: readonly string[]): Verdict {
  const at = given.findIndex((arg) => /^-[a-zA-Z0-9]*[eE]$/.test(arg));
  if (at < 0) return { class: 'opaque', reason: 'perl runs a program nobody here has read' };
  const code = given[at + 1] ?? '';
  if (/\b(?:unlink|rmtree|remove_tree|rmdir)\b/.test(code) && !/\b(?:system|exec|qx|eval)\b|`/.test(code))
    return { class: 'destroy', reason: 'the perl program removes files' };
  if (/\b(?:system|exec|unlink|qx|open|rename|rmdir|kill|require|fork|do|eval|socket)\b|`/.test(code))
    return { class: 'opaque', reason: 'the perl program runs or opens something' };
  return given.some((arg) => /^-[a-zA-Z0-9]*i/.test(arg) && !arg.startsWith('--'))
    ? { class: 'change', reason: 'perl -i rewrites the file in place' }
    : { class: 'read', reason: 'edits a stream' };
}

/** Runners of named tasks: rake, artisan, manage.py and their like, by the task's name. */
export const judgeTaskRunner: Judge = (call) => judgeTask(call.name, call);

async function judgeTask(name: string, call: SpecialCall): Promise<Verdict> {
  const runner = TASK_RUNNERS.find((each) => each.name === name || each.also?.includes(name))!;
  const given = valuesOf(call.args);
  const words = given.filter((arg) => !arg.startsWith('-') && !/^[A-Za-z_]\w*=/.test(arg));
  const code = runner.code === undefined ? -1 : given.findIndex((arg) => runner.code!.test(arg));
  if (runner.language !== undefined && code >= 0) {
    const language = runner.language;
    const said = given
      .slice(code + 1)
      .filter(
        (arg, at, all) =>
          !/^(?:-e|--environment|--execute|-c|--command)$/.test(arg) &&
          !/^(?:-e|--environment)$/.test(all[at - 1] ?? ''),
      );
    const text = said.find((arg) => !arg.startsWith('--')) ?? call.input.text ?? undefined;
    if (text !== undefined && /^[\w./-]+\.(?:rb|php|py)$/.test(text))
      return { class: 'opaque', reason: `${name} runs a program nobody here has read` };
    if (text !== undefined) return judgeCode(text.replace(/^--(?:execute|command)=/, ''), language, call);
  }
  if (runner.opens?.test(words[0] ?? '')) {
    if (call.input.text !== null && runner.language !== undefined)
      return judgeCode(call.input.text, runner.language, call);
    return { ...ENTERED };
  }
  const tool = TOOLS.get(runner.name);
  const known = tool === undefined ? undefined : judgeByRules(tool, given, name);
  if (known !== undefined && known.class !== 'opaque') return known;
  if (given.includes('--help') || given.includes('--version')) return HARMLESS;
  const verdicts = words.slice(0, runner.several ? undefined : 2).map((word) => classifyTask(word));
  const found = verdicts.filter((verdict) => verdict !== undefined);
  const worst =
    found.find((each) => each.class === 'destroy') ?? found.find((each) => each.class === 'change') ?? found[0];
  return worst ?? { class: 'opaque', reason: `nothing is known about \`${[name, ...words.slice(0, 1)].join(' ')}\`` };
}

/** `java -jar jenkins-cli.jar VERB` is the tool in that archive; any other program in Java is one nobody here has read. */
export const judgeJava: Judge = ({ args, input, judging }) => {
  const given = valuesOf(args);
  if (given.some((arg) => /^--?(?:version|help|showversion|list-modules)$|^-X(?:shareclasses:help)?$/.test(arg)))
    return HARMLESS;
  const at = given.indexOf('-jar');
  const archive = at < 0 ? undefined : given[at + 1]?.replace(/^.*\//, '');
  if (archive !== undefined && TOOLS.has(archive))
    return judging.command([plainWord(archive), ...args.slice(at + 2)], input);
  return { class: 'opaque', reason: 'java runs a program nobody here has read' };
};
