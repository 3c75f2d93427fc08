import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type LintFinding, lintFindingSchema } from '../../src/contract/runbook-lint.ts';
import { beginStory } from '../harness/story.ts';
import { type CliOptions, parseJson, runHoldfast } from './cli-process.ts';

// Each command is a process of its own, and machines of continuous integration are busy.
vi.setConfig({ testTimeout: 60_000 });
const folder = mkdtempSync(join(tmpdir(), 'holdfast-lint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lint = (args: string[], options: Partial<CliOptions> = {}) =>
  runHoldfast(['runbook', 'lint', ...args], { cwd: folder, ...options });
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return name;
};

const BACKUP = '# Backup\n\n1. Dump it:\n   ```bash\n   pg_dump shop | gzip > shop.sql.gz\n   ```\n';
const CLEAN = '# Look\n\n```bash\nuptime\n```\n';

describe('holdfast runbook lint', () => {
  it('--json gives every finding with its place, why it matters and its fix', async () => {
    const result = await lint([write('backup.md', BACKUP), '--json']);
    expect(result).toMatchObject({ code: 1, stderr: '' });
    const findings = z.array(lintFindingSchema).parse(JSON.parse(result.stdout));
    expect(findings).toEqual([
      {
        file: 'backup.md',
        line: 5,
        column: 4,
        endLine: 5,
        endColumn: 23,
        rule: 'pipe-hides-failure',
        severity: 'error',
        message: 'when pg_dump fails, gzip still succeeds and the step with it',
        why: expect.stringContaining('the backup is empty'),
        fix: {
          title: 'Set pipefail before it',
          edits: [{ line: 5, column: 4, endLine: 5, endColumn: 4, text: 'set -o pipefail\n   ' }],
        },
      },
    ]);
  });

  it('shows people the line, what of it is meant, and what to do next', async () => {
    const { stdout, stderr, code } = await lint([write('backup.md', BACKUP)]);
    expect(code).toBe(1);
    expect(stdout).toBe(
      [
        'backup.md',
        '  ✗ 5:4  error  pipe-hides-failure  (--fix)',
        '    when pg_dump fails, gzip still succeeds and the step with it',
        '    | pg_dump shop | gzip > shop.sql.gz',
        `    | ${'^'.repeat(19)}`,
        '',
        '✗ 1 error in 1 file; 1 can be mended by --fix',
        '',
      ].join('\n'),
    );
    expect(stderr).toContain('holdfast runbook lint --explain pipe-hides-failure');
    const explained = await lint(['--explain', 'pipe-hides-failure']);
    expect(explained).toMatchObject({ code: 0, stdout: expect.stringContaining('set -o pipefail') });
  });

  it('--fix writes what is safe into the file and leaves the rest alone', async () => {
    const name = write('fix.md', BACKUP);
    expect(await lint([name, '--fix'])).toMatchObject({ code: 0, stdout: expect.stringContaining('1 mistake mended') });
    expect(readFileSync(join(folder, name), 'utf8')).toBe(
      BACKUP.replace('   pg_dump', '   set -o pipefail\n   pg_dump'),
    );
  });

  it('reads folders and standard input, and goes on past a file it cannot read', async () => {
    mkdirSync(join(folder, 'books/deep'), { recursive: true });
    write('books/deep/a.md', BACKUP);
    write('books/b.md', CLEAN);
    const both = await lint(['books', 'missing.md', '--json']);
    expect(both.code).toBe(2);
    expect(parseJson<LintFinding[]>(both).map((finding) => finding.file)).toEqual(['books/deep/a.md']);
    expect(JSON.parse(both.stderr)).toMatchObject({ error: { code: 'runbook.missing' } });
    const piped = await lint(['-', '--json'], { input: BACKUP });
    expect(parseJson<LintFinding[]>(piped)).toMatchObject([{ file: '<stdin>', line: 5 }]);
  });

  it('exit codes: 0 without errors, 1 with too many warnings, 2 for a rule that does not exist', async () => {
    const warned = write('warned.md', '```bash\nkill -9 1\ngit push --force origin main\nchmod 777 /srv\n```\n');
    expect((await lint([write('clean.md', CLEAN)])).code).toBe(0);
    expect((await lint([write('old.md', '```bash\napt-key add x\n```\n')])).code).toBe(0);
    expect((await lint(['old.md', '--max-warnings', '0'])).code).toBe(1);
    expect((await lint([warned, '--rule', 'no-such-rule'])).code).toBe(2);
    expect((await lint([])).code).toBe(2);
    expect((await lint(['backup.md', '--ignore', 'pipe-hides-failure'])).code).toBe(0);
  });

  it('--format github escapes what GitHub would read as its own', async () => {
    const name = write('a,b.md', BACKUP);
    const { stdout } = await lint([name, '--format', 'github']);
    expect(stdout).toBe(
      '::error file=a%2Cb.md,line=5,endLine=5,col=4,endColumn=23,title=pipe-hides-failure::when pg_dump fails, gzip still succeeds and the step with it\n',
    );
  });

  it('--format sarif names each rule once and points at the place and the fix', async () => {
    const { stdout } = await lint([write('with blank.md', BACKUP), '--format', 'sarif']);
    const sarif = JSON.parse(stdout) as { version: string; runs: Record<string, unknown>[] };
    expect(sarif).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          columnKind: 'utf16CodeUnits',
          results: [
            {
              ruleId: 'pipe-hides-failure',
              level: 'error',
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'with%20blank.md' },
                    region: { startLine: 5, startColumn: 4, endLine: 5, endColumn: 23 },
                  },
                },
              ],
              fixes: [{ artifactChanges: [{ replacements: [{ insertedContent: { text: 'set -o pipefail\n   ' } }] }] }],
            },
          ],
        },
      ],
    });
    const { tool, results } = sarif.runs[0] as {
      tool: { driver: { rules: { id: string; helpUri: string }[] } };
      results: { ruleIndex: number }[];
    };
    const ids = tool.driver.rules.map((rule) => rule.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[results[0]!.ruleIndex]).toBe('pipe-hides-failure');
    expect(tool.driver.rules[0]!.helpUri).toBe(`docs/lint/${ids[0]}.md`);
  });

  it('keeps quiet where the document says so, and only there', async () => {
    const silenced = `<!-- holdfast-lint-disable pipe-hides-failure: read back below -->\n${'```bash\npg_dump a | gzip > a.gz\n```\n'}\n${'```bash\npg_dump b | gzip > b.gz\n```\n'}`;
    const result = await lint([write('silenced.md', silenced), '--json']);
    expect(parseJson<LintFinding[]>(result).map((finding) => finding.line)).toEqual([7]);
    const all = silenced.replace('disable pipe', 'disable-file pipe');
    expect(parseJson<LintFinding[]>(await lint([write('silent.md', all), '--json']))).toEqual([]);
  });
});

describe('GET /api/v1/runbooks/lint', () => {
  it('tells the same findings to the web UI', async () => {
    const story = await beginStory({});
    try {
      story.writeRunbook('backup.md', BACKUP);
      const { items } = await story.api<{ items: LintFinding[] }>('GET', '/api/v1/runbooks/lint?path=backup.md');
      const told = parseJson<LintFinding[]>(await lint([write('backup.md', BACKUP), '--json']));
      expect(items).toEqual(told);
      expect(items).toHaveLength(1);
    } finally {
      await story.close();
    }
  });
});
