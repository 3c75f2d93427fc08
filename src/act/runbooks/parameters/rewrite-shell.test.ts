import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NASTY, QUOTING_CONTEXTS, rewrite } from '../../../../test/harness/quoting-contexts.ts';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rewrite-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await stopSyntaxThread();
});

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

describe('a value in a script', () => {
  for (const { name, script, prints } of QUOTING_CONTEXTS) {
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
        fc.constantFrom(...QUOTING_CONTEXTS),
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
