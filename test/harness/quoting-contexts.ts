import { markPlaceholders } from '../../src/act/runbooks/parameters/mark-inputs.ts';
import { markVariables } from '../../src/act/runbooks/parameters/mark-variables.ts';
import { rewriteShell } from '../../src/act/runbooks/parameters/rewrite-shell.ts';

/** Everything a shell could trip over. It tries to leave a file behind wherever it is taken for code. */
export const NASTY = `a b  c"d'e$(touch broken-1)\`touch broken-2\`; touch broken-3 & | > broken-4 < x \\ * ? [a-z] {1,2} ~ #no !! $HOME \${HOME} %s \\n`;
const KNOWN = { assigned: new Set<string>(), expanded: new Set<string>(), declared: new Map() };

/** Each context, and what comes out of it for a value. */
export const QUOTING_CONTEXTS: readonly { name: string; script: string; prints: (value: string) => string }[] = [
  { name: 'bare', script: "printf '%s' <name>", prints: (value) => value },
  { name: 'bare inside a longer word', script: "printf '%s' pre-<name>-post", prints: (value) => `pre-${value}-post` },
  { name: 'double quotes', script: 'printf \'%s\' "x <name> y"', prints: (value) => `x ${value} y` },
  { name: 'single quotes', script: "printf '%s' 'x <name> y'", prints: (value) => `x ${value} y` },
  { name: 'single quotes in a longer word', script: "printf '%s' a='<name>'b", prints: (value) => `a=${value}b` },
  { name: 'a command substitution', script: 'printf \'%s\' "$(printf %s <name>)"', prints: (value) => value },
  { name: 'backticks', script: 'printf \'%s\' "`printf %s <name>`"', prints: (value) => value },
  { name: 'an assignment', script: 'v=<name>; printf \'%s\' "$v"', prints: (value) => value },
  { name: 'a loop list', script: 'for v in <name> z; do printf \'%s\' "$v"; done', prints: (value) => `${value}z` },
  { name: 'a test', script: "[[ <name> == x ]] || printf '%s' <name>", prints: (value) => value },
  { name: 'an unquoted variable', script: "printf '%s' $NAME_OF_IT", prints: (value) => value },
  { name: 'a braced variable', script: "printf '%s' pre${NAME_OF_IT}post", prints: (value) => `pre${value}post` },
  { name: 'a quoted variable', script: 'printf \'%s\' "a $NAME_OF_IT b"', prints: (value) => `a ${value} b` },
  { name: 'a variable between quotes', script: "printf '%s' 'a\"'$NAME_OF_IT'\"b'", prints: (value) => `a"${value}"b` },
  {
    name: 'a script for another shell in single quotes',
    script: "bash -c 'printf %s <name>'",
    prints: (value) => value,
  },
  {
    name: 'a script for another shell in double quotes',
    script: 'bash -c "printf %s <name>"',
    prints: (value) => value,
  },
  {
    name: 'double quotes in a script for another shell',
    script: 'bash -c \'printf %s "x <name> y"\'',
    prints: (value) => `x ${value} y`,
  },
  {
    name: 'double quotes in a script in double quotes',
    script: 'bash -c "printf %s \\"x <name> y\\""',
    prints: (value) => `x ${value} y`,
  },
  {
    name: 'single quotes in a script in double quotes',
    script: 'bash -c "printf %s \'x <name> y\'"',
    prints: (value) => `x ${value} y`,
  },
  {
    name: 'a variable in a script for another shell',
    script: 'bash -c "printf %s $NAME_OF_IT"',
    prints: (value) => value,
  },
  { name: 'eval', script: "eval 'printf %s <name>'", prints: (value) => value },
  { name: 'braces', script: "printf '%s' {name}", prints: (value) => value },
  {
    name: 'double braces in double quotes',
    script: 'printf \'%s\' "a {{ name }} b"',
    prints: (value) => `a ${value} b`,
  },
  { name: 'square brackets', script: "printf '%s' [the-name]", prints: (value) => value },
  { name: 'percent signs', script: "printf '%s' %NAME%", prints: (value) => value },
  { name: 'a stand-in', script: "printf '%s' YOUR_NAME", prints: (value) => value },
  { name: 'a name in another script', script: "printf '%s' <имя>", prints: (value) => value },
  { name: 'a lower-case variable', script: "printf '%s' $name_of_it", prints: (value) => value },
  { name: 'an option', script: "printf '%s' --x=<name>", prints: (value) => `--x=${value}` },
  { name: 'a here-string', script: 'cat <<< <name>', prints: (value) => `${value}\n` },
  { name: 'a case', script: "case <name> in *) printf '%s' <name>;; esac", prints: (value) => value },
  { name: 'a function', script: "f() { printf '%s' <name>; }; f", prints: (value) => value },
  { name: 'a subshell in a pipe', script: "(printf '%s' <name>) | cat", prints: (value) => value },
  { name: 'an array', script: 'a=(<name> z); printf \'%s\' "${a[0]}"', prints: (value) => value },
  { name: 'sh -c behind env', script: "env sh -c 'printf %s <name>'", prints: (value) => value },
];

/** What a script of a runbook becomes before it is run. */
export async function rewrite(script: string) {
  const marked = markPlaceholders(script);
  const { numbers } = await markVariables(marked, KNOWN);
  return rewriteShell(marked.text, marked.marks, numbers);
}
