import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { BLOCK_CLASSES, runbookSchema } from '../../contract/runbook.ts';
import { HoldfastError } from '../../platform/errors/holdfast-error.ts';
import { parseRunbook } from './parse-runbook.ts';
import { toRunbookDocument } from './parsed-runbook.ts';
import { stopSyntaxThread } from './syntax/parse-syntax.ts';

const FOLDER = fileURLToPath(new URL('../../../test/fixtures/runbooks/', import.meta.url));
const TEXTS = readdirSync(FOLDER).map((name) => readFileSync(FOLDER + name, 'utf8'));
const FUZZ_MS = 10_000;
const TICKS = '```';

afterAll(stopSyntaxThread);

/** What real documents are made of and what breaks readers of them: frames, prompts, brackets, quotes, halves of things. */
const noise = fc.constantFrom(
  TICKS,
  `\n${TICKS}sh\n`,
  `\n${TICKS}ruby\n`,
  `\n${TICKS}console\n`,
  '\n~~~\n',
  '<pre><code>',
  '</code></pre>',
  '\n!!! note\n    ',
  '\n=== "A"\n\n    ',
  '\n{% tab x %}\n',
  '\n<details>\n',
  '\n+++\n',
  '\n$ ',
  '\n# ',
  '\n> ',
  '\nmysql> ',
  '\nirb(main):001:0> ',
  '\n[root@x ~]# ',
  '\nPS C:\\> ',
  '\npsql\n',
  '\nssh host\n',
  '\nbin/rails console\n',
  'Account.find(1).delete ',
  'do |x| ',
  '"#{',
  '`${',
  '<<~SQL\n',
  '%w[',
  '<name>',
  '{name}',
  '{{ name }}',
  '[the name]',
  '%NAME%',
  "'",
  '"',
  '`',
  '$(',
  '<<EOF\n',
  '\\\n',
  '\r\n',
  '\t',
  '\uE000',
  '\uFEFF',
  '\u0000',
  '| a | b |\n|---|---|\n',
  '<!--',
  '-->',
  'db.a.find({',
  'GET /_cat\n{',
);
const pieces = fc
  .array(
    fc.oneof(
      fc.tuple(fc.nat(TEXTS.length - 1), fc.nat(), fc.nat(1_200)).map(([which, from, length]) => {
        const text = TEXTS[which]!;
        const start = from % text.length;
        return text.slice(start, start + length);
      }),
      noise,
      fc.string({ unit: 'binary', maxLength: 30 }),
    ),
    { minLength: 1, maxLength: 14 },
  )
  .map((parts) => parts.join(''));

describe('any text', () => {
  it('is read without an error but one that names a line, in the promised shape, its lines in the document', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, async (text) => {
        const document = await parseRunbook({ file: 'x.md', text }).catch((thrown: unknown) => {
          if (!(thrown instanceof HoldfastError)) throw thrown;
          expect(thrown.message).toMatch(/^x\.md:\d+: /);
          return null;
        });
        if (document === null) return;
        const shown = toRunbookDocument(document);
        expect(runbookSchema.parse(shown)).toEqual(shown);
        const last = text.split(/\r\n|\r|\n/).length;
        const steps = document.procedures.flatMap((each) => each.phases.flatMap((phase) => phase.steps));
        for (const { line, endLine } of [...document.blocks, ...steps]) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(endLine).toBeGreaterThanOrEqual(line);
          expect(endLine).toBeLessThanOrEqual(last + 1);
        }
        for (const block of document.blocks) {
          expect(BLOCK_CLASSES).toContain(block.class);
          expect(block.reason).not.toBe('');
        }
        for (const input of document.inputs)
          for (const at of input.at) expect(at.line >= 1 && at.line <= last + 1 && at.column >= 1).toBe(true);
      }),
      { interruptAfterTimeLimit: FUZZ_MS, markInterruptAsFailure: false, numRuns: 100_000 },
    );
  }, 60_000);
});

/** Frames a fence can stand in, around its lines. */
const FRAMES: readonly ((fence: string[]) => string[])[] = [
  (fence) => fence,
  (fence) => ['1. Do this', '', ...fence.map((line) => `   ${line}`)],
  (fence) => ['1. Do this', ...fence],
  (fence) => ['- a', '  - b', '', ...fence.map((line) => `    ${line}`)],
  (fence) => fence.map((line) => `> ${line}`),
  (fence) => ['!!! note', '', ...fence.map((line) => `    ${line}`)],
  (fence) => ['=== "A"', '', ...fence.map((line) => `    ${line}`)],
  (fence) => ['<details>', '<summary>More</summary>', ...fence, '</details>'],
  (fence) => ['{% tabs %}', '{% tab title="x" %}', ...fence, '{% endtab %}', '{% endtabs %}'],
  (fence) => [':::tip', ...fence, ':::'],
];
const COMMANDS = [
  'kubectl get pods',
  'systemctl restart web',
  'df -h',
  'rm -rf /srv/old',
  'watch ls',
  'curl -f https://x/health',
];

describe('line numbers', () => {
  it('of blocks are those of their opening fences, and of steps those of their commands, in every frame', async () => {
    const part = fc.record({
      frame: fc.constantFrom(...FRAMES),
      marks: fc.constantFrom(TICKS, '~~~', `${TICKS}\``),
      lines: fc.array(fc.constantFrom(...COMMANDS, '', '# a comment'), { minLength: 1, maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('\n', '\r\n'),
        async (parts, end) => {
          const lines = ['# Title', ''];
          const openings: number[] = [];
          for (const [at, { frame, marks, lines: commands }] of parts.entries()) {
            const framed = frame([`${marks}sh`, ...commands, 'uptime', marks]);
            openings.push(lines.length + 1 + framed.findIndex((line) => line.includes(`${marks}sh`)));
            lines.push(...framed, '', `## Part ${at}`, '');
          }
          const document = await parseRunbook({ file: 'x.md', text: lines.join(end) });
          expect(document.blocks.map((block) => block.line)).toEqual(openings);
          const steps = document.procedures.flatMap((each) => each.phases.flatMap((phase) => phase.steps));
          for (const step of steps.filter((each) => each.kind === 'shell')) {
            const first = step.body.split('\n')[0]!.trim();
            expect(lines[step.line - 1]).toContain(first);
            expect(lines[step.endLine - 1]).toContain(step.body.trimEnd().split('\n').at(-1)!.trim());
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe('a long document', () => {
  it('says the same as its chapters one by one', async () => {
    const whole = TEXTS.join('\n\n');
    const document = await parseRunbook({ file: 'x.md', text: whole });
    let line = 0;
    const expected: [number, string][] = [];
    for (const text of TEXTS) {
      for (const block of (await parseRunbook({ file: 'x.md', text })).blocks)
        expected.push([block.line + line, block.class]);
      line += text.split('\n').length + 1;
    }
    expect(document.blocks.map((block) => [block.line, block.class])).toEqual(expected);
  });
});
