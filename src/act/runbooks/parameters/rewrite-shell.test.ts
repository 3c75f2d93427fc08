import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import { markPlaceholders } from './mark-inputs.ts';
import { markVariables } from './mark-variables.ts';
import { rewriteShell } from './rewrite-shell.ts';

/** Everything a shell could trip over. It tries to leave a file behind wherever it is taken for code. */
const NASTY = `a b  c"d'e$(touch broken-1)\`touch broken-2\`; touch broken-3 & | > broken-4 < x \\ * ? [a-z] {1,2} ~ #no !! $HOME \${HOME} %s \\n`;
const KNOWN = { assigned: new Set<string>(), expanded: new Set<string>(), declared: new Map() };

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rewrite-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await stopSyntaxThread();
});

async function rewrite(script: string) {
  const marked = markPlaceholders(script);
  const { numbers } = await markVariables(marked, KNOWN);
  return rewriteShell(marked.text, marked.marks, numbers);
}

/** Rewrites, runs bash with the value in the environment, and returns what it printed. */
async function run(script: string, value: string): Promise<{ out: string; status: number | null; err: string }> {
  const rewritten = await rewrite(script);
  if (!rewritten.ok) throw new Error(rewritten.reason);
  const env = {
    PATH: process.env['PATH'] ?? '',
    ...Object.fromEntries(Object.keys(rewritten.parameters).map((name) => [name, value])),
  };
  const done = spawnSync('bash', ['--noprofile', '--norc', '-euo', 'pipefail', '-c', rewritten.script], {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { out: done.stdout, status: done.status, err: done.stderr };
}

/** Each context, and what comes out of it for a value. */
const CONTEXTS: readonly { name: string; script: string; prints: (value: string) => string }[] = [
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

describe('a value in a script', () => {
  for (const { name, script, prints } of CONTEXTS) {
    it(`arrives whole and cannot break out of ${name}`, async () => {
      const { out, err } = await run(script, NASTY);
      expect(err).toBe('');
      expect(out).toBe(prints(NASTY));
      expect(readdirSync(folder)).toEqual([]);
    });
  }

  it('arrives whole whatever it is', async () => {
    const printable = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((value) => !/\p{Cc}|\p{Cs}/u.test(value));
    const awkward = fc
      .array(fc.constantFrom(...`'"\\$\`;&|<>(){}[]*?!~# %=a-`), { minLength: 1, maxLength: 20 })
      .map((chars) => chars.join(''));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...CONTEXTS),
        fc.oneof(printable, awkward),
        async ({ script, prints }, value) => {
          const { out } = await run(script, value);
          expect(out).toBe(prints(value));
        },
      ),
      { numRuns: 120 },
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('arrives in a heredoc only if it cannot change the document around it', async () => {
    expect((await run('cat <<EOF\nname: <name>\nEOF', 'orders-v2')).out).toBe('name: orders-v2\n');
    expect((await run("cat <<'EOF'\nname: <name> $HOME `x` \\\nEOF", 'orders-v2')).out).toBe(
      'name: orders-v2 $HOME `x` \\\n',
    );
    const refused = await run('cat <<EOF\nname: <name>\nEOF', 'x\nevil: true');
    expect(refused.status).toBe(64);
    expect(refused.err).toContain('name');
  });

  it('arrives in a script on the standard input of another shell', async () => {
    expect((await run('bash <<EOF\nprintf %s <name>\nEOF', NASTY)).out).toBe(NASTY);
    expect((await run("bash <<'EOF'\nprintf %s <name>\nEOF", NASTY)).out).toBe(NASTY);
  });

  it('is refused inside JSON when it would end the text it stands in', async () => {
    const script = `printf '%s' '{"routing_key": "YOUR_ROUTING_KEY"}'`;
    expect((await run(script, 'R$(x)123;')).out).toBe('{"routing_key": "R$(x)123;"}');
    expect((await run(script, 'x", "admin": "y')).status).toBe(64);
  });

  it('is refused in arithmetic unless it is a number, because bash would run code in it', async () => {
    expect((await run("printf '%s' $((HOW_MANY + 1))", '41')).out).toBe('42');
    expect((await run("printf '%s' $((HOW_MANY + 1))", 'a[$(touch broken-5)]')).status).toBe(64);
    expect((await run('[[ $HOW_MANY -gt 3 ]] && printf yes', 'a[$(touch broken-5)]')).status).toBe(64);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('goes into a file of its own name', async () => {
    const target = join(folder, "out ' $(x)");
    expect((await run('printf hello > <file>; cat <file>; rm <file>', target)).out).toBe('hello');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused inside an address when it would end a part of it', async () => {
    const script = "printf '%s' https://api.local/v1/<id>?x=<y>";
    expect((await run(script, 'order-7')).out).toBe('https://api.local/v1/order-7?x=order-7');
    for (const value of ['a b', 'a#b', 'a?b=c', 'a&b', "a'b", 'a\nb'])
      expect((await run(script, value)).status).toBe(64);
    expect((await run("printf '%s' <url>", 'https://x/?a=b&c')).out).toBe('https://x/?a=b&c');
  });

  it('reaches a shell in a container or on another host quoted for it', async () => {
    for (const script of [
      "kubectl exec web -- sh -c 'ls <dir>'",
      "ssh h 'ls <dir>'",
      'ssh h "ls <dir>"',
      'docker exec web bash -c "ls <dir>"',
    ]) {
      const rewritten = await rewrite(script);
      expect(rewritten).toMatchObject({ ok: true });
      expect(rewritten.ok && rewritten.script).toContain('HOLDFAST_QUOTED_INPUT_DIR');
    }
  });

  it('keeps two names apart that look the same in capitals', async () => {
    const rewritten = await rewrite('cp <a-b> <a_b> <имя> <имя2>');
    expect(rewritten.ok && Object.values(rewritten.parameters).sort()).toEqual(['a-b', 'a_b', 'имя', 'имя2']);
  });

  it('never stands in for PATH or another variable programs obey', async () => {
    const rewritten = await rewrite('ls <path>');
    expect(rewritten).toMatchObject({ ok: true, parameters: { INPUT_PATH: 'path' } });
  });

  it('in a comment is left alone', async () => {
    expect(await rewrite('ls # of <name>')).toEqual({ ok: true, script: 'ls # of <name>', parameters: {} });
  });

  for (const script of [
    '<command> x',
    'awk \'$1 == "<name>"\' f',
    'jq ".items[] | select(.name == \\"<name>\\")" f',
    "sed 's/a/<name>/' f",
    'psql -c "select * from t where a = \'<name>\'"',
    'python3 -c \'print("<name>")\'',
    'ssh h \'psql -c "select <name>"\'',
    'bash -c \'bash -c "ls <name>"\'',
    'psql <<EOF\nselect <name>;\nEOF',
    'echo ${list[<name>]}',
    'echo $((<name> + 1))',
    'ssh h \'bash -c "ls <name>"\'',
    'mysql -e "select \'<name>\'"',
    "rails runner 'Cart.find(<id>).destroy'",
    "rabbitmqctl eval 'f(<name>).'",

    "echo $'x<name>'",
  ]) {
    it(`has no safe form in ${script.split('\n')[0]}`, async () => {
      expect(await rewrite(script)).toMatchObject({ ok: false });
    });
  }
});
