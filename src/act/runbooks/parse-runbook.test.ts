import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { BLOCK_CLASSES, runbookSchema } from '../../contract/runbook.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { parseRunbook } from './parse-runbook.ts';
import { toRunbookDocument } from './parsed-runbook.ts';
import { stopSyntaxThread } from './syntax/parse-syntax.ts';

afterAll(stopSyntaxThread);

const TICKS = '```';
const parse = (text: string) => parseRunbook({ file: 'x.md', text });
/** A wait between two commands of one fence: neither may run without it. */
const DRAIN = 'kubectl drain node-3\n# wait about 5 minutes until volumes are free\nkubectl delete node node-3';
const blockOf = async (info: string, text: string) =>
  (await parse(`# P\n\n${TICKS}${info}\n${text}\n${TICKS}\n`)).blocks[0]!;

/** Fragments of runbooks, whole and broken, in any order. */
const fragments = fc.constantFrom(
  '# Title',
  '## Steps',
  '**Steps:**',
  '**Symptoms**: slow',
  '1. Do',
  '2. **Check** `kubectl get pods`',
  '   - nested',
  '- [ ] check',
  '> quote',
  TICKS,
  `${TICKS}sh`,
  `${TICKS}bash {name=a}`,
  `${TICKS}sql`,
  '~~~',
  '   ```sh',
  'kubectl get pods',
  'rm -rf <dir>',
  "echo 'open",
  'cat <<EOF',
  'EOF',
  '$(',
  '"',
  "'",
  '|',
  '<pod-name>',
  '$UPPER',
  'select 1;',
  'drop table x',
  'psql $DATABASE_URL',
  '$ ls',
  '# Option 1: a',
  '# Option 2: b',
  '# or',
  '# wait 5 minutes',
  'watch ls',
  '| a | b |',
  '|---|---|',
  '---',
  'key: value',
  '<div>',
  '\uE000',
  '\u0000',
  '😀',
  '',
  '    indented',
  '\t',
  '0 2 * * * /x.sh',
  '{"a": 1}',
  '[link](#x)',
);

describe('what only looks like a question', () => {
  it('is a psql that is given its input, which nobody types', async () => {
    const text = `# P\n\n${TICKS}sh\npsql -d shop -v name=x <<'SQL'\nselect 1;\nSQL\n${TICKS}\n`;
    expect((await parse(text)).blocks).toMatchObject([{ class: 'read' }]);
  });

  it('is a variable read after assignments to the command alone', async () => {
    const text = `# P\n\n${TICKS}sh\nwhile IFS= read -r file; do ls -l "$file"; done < list\n${TICKS}\n`;
    expect((await parse(text)).inputs).toEqual([]);
  });
});

describe('what a reader has to work around', () => {
  it('is told with its line', async () => {
    const text = `# P\n\n--8<-- "common.md"\n\n${TICKS}sh\nls\n\nawk '$1 == "<name>"' f\n${TICKS}\n\n${TICKS}sh\n# systemctl stop web\n${TICKS}\n`;
    expect((await parse(text)).problems.map(({ rule, line }) => [rule, line])).toEqual([
      ['include', 3],
      ['no-safe-form', 8],
      ['root-or-comment', 12],
    ]);
  });

  it('is told of a declared input that bash would work on before it has a value', async () => {
    const written = (script: string) =>
      `---\nparams:\n  zone: {type: string}\n---\n# P\n\n${TICKS}sh\n${script}\n${TICKS}\n`;
    const rules = async (script: string) => (await parse(written(script))).problems.map(({ rule }) => rule);
    expect(await rules('dig "${zone%.}"')).toEqual(['no-safe-form']);
    expect(await rules('test "${#zone}" -lt 64')).toEqual(['no-safe-form']);
    expect(await rules('dig "${zone:-example.com}"')).toEqual(['no-safe-form']);
    expect(await rules('value=$zone\ndig "${value%.}" "${zone}"')).toEqual([]);
    expect(await rules('for zone in a. b.; do dig "${zone%.}"; done')).toEqual([]);
  });
});

describe('reading any text', () => {
  it('never fails but by an error that names a line, classifies every fence, and says the same again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fragments, fc.string({ maxLength: 30 })), { maxLength: 30 }),
        async (lines) => {
          const text = lines.join('\n');
          try {
            const document = await parse(text);
            const shown = toRunbookDocument(document);
            expect(runbookSchema.parse(shown)).toEqual(shown);
            for (const block of document.blocks) {
              expect(BLOCK_CLASSES).toContain(block.class);
              expect(block.reason).not.toBe('');
              expect(block.endLine).toBeGreaterThanOrEqual(block.line);
            }
            expect(toRunbookDocument(await parse(text))).toEqual(shown);
          } catch (thrown) {
            if (!(thrown instanceof HoldfastError)) throw thrown;
            expect(thrown.message).toMatch(/^x\.md:\d+: /);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes a fence to the end of the document when its end was never written', async () => {
    const document = await parse(`# P\n\n${TICKS}sh\nkubectl delete pod x\n`);
    expect(document.blocks).toMatchObject([
      { line: 3, class: 'destroy', reason: expect.stringContaining('never written') as string },
    ]);
  });

  it('refuses what is no runbook', async () => {
    await expect(parse('x'.repeat(1_048_577))).rejects.toMatchObject({
      message: expect.stringContaining('1 MiB') as string,
    });
    await expect(parse(`${TICKS}sh\nls\n${TICKS}\n\n`.repeat(10_001))).rejects.toMatchObject({
      message: expect.stringContaining('code blocks') as string,
    });
  });

  it('survives deep nesting and large fences', async () => {
    expect((await parse(`${'> '.repeat(2_000)}x`)).blocks).toEqual([]);
    expect((await blockOf('sh', `${'$('.repeat(20_000)}`)).class).toBe('opaque');
    expect((await blockOf('sh', '<a> '.repeat(16_000))).class).toBe('opaque');
    expect((await blockOf('sql', `select ${'('.repeat(20_000)}`)).class).toBe('opaque');
    expect((await blockOf('', `a@${'a'.repeat(200_000)}`)).class).toBe('other');
  });
});

describe('a fence', () => {
  it.each([
    ['yaml', 'replicas: 0', 'config'],
    ['', '{"a": 1}', 'config'],
    ['', 'host = x\nport = 1', 'config'],
    ['promql', 'rate(x[5m])', 'read'],
    ['python', 'print(1)', 'read'],
    ['python', 'frobnicate(1)', 'opaque'],
    ['mermaid', 'graph TD', 'other'],
    ['', '┌──┐\n└──┘', 'other'],
    ['markdown', '# Report', 'template'],
    ['', 'Status: [Describe status]', 'template'],
    ['', 'kubectl delete pod x', 'destroy'],
    ['', 'DELETE FROM orders;', 'destroy'],
    ['', 'my-site-tool remove --all', 'opaque'],
    ['text', 'systemctl stop x', 'destroy'],
    ['console', '$ kubectl get pods\nNAME READY\nx    1/1', 'read'],
    ['bash', '$ kubectl get pods\n$ kubectl delete pod x\npod "x" deleted', 'destroy'],
    ['', 'root@db1:~# systemctl stop postgresql', 'destroy'],
    ['', '[root@db1 ~]# reboot', 'destroy'],
    ['console', '# systemctl stop postgresql', 'destroy'],
    ['bash', '# kubectl delete pod x', 'destroy'],
    ['', 'shop=> select pg_terminate_backend(1);\n t', 'destroy'],
    ['', 'shop=# select 1;\n 1', 'read'],
    ['bash', '# Only words here', 'other'],
    ['sh', '0 3 * * * /usr/bin/x', 'config'],
    ['sql', 'select a from t', 'read'],
    ['sql', 'selec a', 'opaque'],
    ['sql', 'select my_function()', 'opaque'],
    ['sql', "select dblink('x', 'drop table y')", 'opaque'],
    ['sql', 'with d as (delete from t returning *) select count(*) from d', 'destroy'],
    ['sh', '', 'other'],
  ])('%s %s is %s', async (info, text, expected) => {
    expect(await blockOf(info, text)).toMatchObject({ class: expected });
  });

  it('below an item belongs to it however it is indented, and a fence below a heading to the heading', async () => {
    const text = `# P\n\n1. **One**\n   ${TICKS}sh\n   ls a\n   ${TICKS}\n2. **Two**\n${TICKS}sh\nls b\n${TICKS}\n\n3. **Three**\n\n## Q\n\n${TICKS}sh\nls c\n${TICKS}\n`;
    const { procedures } = await parse(text);
    expect(
      procedures.map((each) =>
        each.phases.flatMap((phase) => phase.steps.map((step) => [step.number, step.title, step.kind, step.body])),
      ),
    ).toEqual([
      [
        ['1', 'One', 'shell', 'ls a'],
        ['2', 'Two', 'shell', 'ls b'],
        ['3', 'Three', 'manual', 'Three'],
      ],
      [[null, 'Q', 'shell', 'ls c']],
    ]);
  });

  it('of several parts is several steps, unless they share a shell', async () => {
    const count = async (text: string) => (await blockOf('sh', text)).steps.length;
    expect(await count('ls a\n\nls b')).toBe(2);
    expect(await count('cd /x\n\nls b')).toBe(1);
    expect(await count('D=$(date)\n\nls "$D"')).toBe(1);
    expect(await count('export A=b\n\nls b')).toBe(1);
    expect(await count('for a in b; do\n\n  ls\n\ndone')).toBe(1);
    expect(await count('cat <<EOF\n\nEOF\n\nls')).toBe(2);
    expect((await blockOf('sh {timeout=5m}', 'ls a\n\nls b')).steps).toHaveLength(1);
  });

  it("of its author's own kind needs no shell", async () => {
    const text = [
      'http\nDELETE https://x.example/y',
      'check\nprobe: shop\nwithin: 10s',
      'wait\n90s',
      'input\nname: count\ntype: integer',
      'approval\nGo on?',
      'manual\nCall them.',
      'notify\nAll done',
    ]
      .map((fence) => `${TICKS}${fence}\n${TICKS}`)
      .join('\n\n');
    const { procedures } = await parse(`# P\n\n${text}`);
    expect(procedures[0]!.phases[0]!.steps.map((step) => [step.kind, step.risk])).toEqual([
      ['http', 'destroy'],
      ['check', 'check'],
      ['wait', null],
      ['input', null],
      ['approval', null],
      ['manual', null],
      ['notify', null],
    ]);
  });

  it.each([
    ['check', 'within: 3s', 'names no probe'],
    ['check', 'probe: x\nretries: 3', 'means nothing here'],
    ['wait', 'a while', 'no duration'],
    ['http', 'fetch x', 'does not begin with a request'],
    ['input', 'type: integer', 'names no input'],
    ['input', 'name: x\ntype: colour', 'no type'],
    ['notify', 'channel: x', 'says nothing'],
  ])("of its author's own kind that does not hold together names the line: %s %s", async (info, text, says) => {
    await expect(blockOf(info, text)).rejects.toMatchObject({
      code: 'runbook.invalid',
      message: expect.stringMatching(new RegExp(`^x\\.md:4: .*${says}`)) as string,
    });
  });
});

describe('front matter', () => {
  const withHead = (head: string) => parse(`---\n${head}\n---\n# P\n\n1. Look\n`);

  it('declares inputs, severity and triggers, and leaves strangers alone', async () => {
    const document = await withHead(
      'title: T\nseverity: P2\ntags: [a]\nparams:\n  a: 5\n  b: {type: port}\ntriggers:\n  - {x: 1}',
    );
    expect(document).toMatchObject({ title: 'T', triggers: [{ x: '1' }], frontMatter: { tags: ['a'] } });
    expect(document.inputs.map((input) => [input.name, input.type, input.default, input.required])).toEqual([
      ['a', 'string', '5', false],
      ['b', 'port', null, true],
    ]);
    expect(document.procedures[0]!.severity).toBe('P2');
  });

  it('of another tool that cannot be read is left alone, and said', async () => {
    const document = await withHead('title: Restart: the easy way\nweight: 20');
    expect(document).toMatchObject({ title: 'Restart: the easy way', frontMatter: null });
    expect(document.problems).toMatchObject([{ rule: 'front-matter', line: 2 }]);
  });

  it.each([
    ['a: [', 'not YAML'],
    ['- a', 'not a list of keys'],
    ['x: y\nparams: 3', 'x.md:3: `params` is not a list'],
    ['params: {a b: 1}', 'no name for an input'],
    ['params: {a: {type: colour}}', 'unknown type `colour`'],
    ['params: [{name: a}, {name: a}]', 'declared twice'],
    ['params: {a: {type: secret, default: hunter2}}', 'is a secret and stands in the document'],
    ['params:\n  a: {type: secret, default: 7}', 'is a secret and stands in the document'],
    ['triggers: x', 'not a list'],
    ['triggers: [{}]', 'no labels'],
    ['triggers: [{a: [b]}]', 'no plain value'],
  ])('that cannot be used names the line: %s', async (head, says) => {
    await expect(withHead(head)).rejects.toMatchObject({
      code: 'runbook.invalid',
      message: expect.stringContaining(says) as string,
    });
  });
});

describe('what a comment asks for between two commands', () => {
  it('is a step of its own', async () => {
    const { procedures } = await parse(`# P\n\n${TICKS}bash\n${DRAIN}\n${TICKS}\n`);
    const steps = procedures[0]!.phases.flatMap((phase) => phase.steps);
    expect(steps.map((step) => [step.kind, step.risk])).toEqual([
      ['shell', 'destroy'],
      ['wait', null],
      ['shell', 'destroy'],
    ]);
  });
});

describe('TypeScript that only declares', () => {
  it.each([
    ['export const FLAGS = {\n  pins: { on: false },\n};', 'sample'],
    ["await db.table('carts').delete();", 'destroy'],
  ])('%s is %s', async (text, expected) => {
    expect((await blockOf('typescript', text)).class).toBe(expected);
  });
});

describe('Python that only defines functions', () => {
  it.each([
    ['def empty(queue):\n    queue.delete_message(1)', 'destroy'],
    ['def total(rows):\n    return sum(rows)', 'sample'],
    ['def handle(event):\n    return frobnicate(event)', 'sample'],
  ])('%s is %s', async (text, expected) => {
    expect((await blockOf('python', text)).class).toBe(expected);
  });
});
