import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What an expression is at an instant: its series as text with their values, or that it is an error. */
export type Answer = Record<string, string> | 'error';
type Question = { expr: string; atMs: number };

/**
 * Asks promtool: each expression is expected to be what it never is, so that it says what it is instead.
 * @param promtool path of the program
 */
export async function askPromtool(
  promtool: string,
  input: { series: readonly { series: string; values: string }[]; intervalMs: number; questions: readonly Question[] },
): Promise<Answer[]> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-promql-'));
  try {
    const file = join(folder, 'test.json');
    await writeFile(file, JSON.stringify(testFile(input)));
    const said = await new Promise<string>((done) => {
      execFile(promtool, ['test', 'rules', file], { maxBuffer: 1 << 30 }, (_thrown, stdout, stderr) =>
        done(`${stdout}${stderr}`),
      );
    });
    return readAnswers(said, input.questions);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const NEVER = { labels: 'never{there="never"}', value: 12_345 };

function testFile({ series, intervalMs, questions }: Parameters<typeof askPromtool>[1]): unknown {
  return {
    evaluation_interval: `${intervalMs}ms`,
    tests: [
      {
        interval: `${intervalMs}ms`,
        input_series: series,
        promql_expr_test: questions.map(({ expr, atMs }) => ({
          expr,
          eval_time: `${atMs}ms`,
          exp_samples: [NEVER],
        })),
      },
    ],
  };
}

/** Its answers stand in the order of the questions. */
function readAnswers(said: string, questions: readonly Question[]): Answer[] {
  const parts = said.split(/^ {4}expr: /m).slice(1);
  if (parts.length !== questions.length)
    throw new Error(`${parts.length} answers, not ${questions.length}: ${said.slice(0, 2_000)}`);
  return parts.map((part) => {
    const [, got] = /^ {8}got: ?(.*)$/m.exec(part) ?? [];
    return got === undefined ? 'error' : readSamples(got.trim());
  });
}

function readSamples(got: string): Record<string, string> {
  if (got === 'nil') return {};
  const pattern = /(\{(?:"(?:[^"\\]|\\.)*"|[^"{}])*\}) ([-+\w.]+)(?:, )?/y;
  const samples: Record<string, string> = {};
  while (pattern.lastIndex < got.length) {
    const at = pattern.lastIndex;
    const [, labels = '', value = ''] = pattern.exec(got) ?? [];
    if (labels === '') throw new Error(`cannot be read: ${got.slice(at, at + 200)}`);
    samples[labels] = value;
  }
  return samples;
}
