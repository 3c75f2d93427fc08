import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { stopSyntaxThread } from '../../syntax/parse-syntax.ts';
import { classifyScript } from '../classify-shell.ts';

afterAll(stopSyntaxThread);

type Line = { labelled: string; command: string };

/** Lines of `class command`; `⏎` stands for a new line. */
function readLines(file: string): Line[] {
  return readFileSync(new URL(file, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => /^(\S+)\s+(.*)$/.exec(line)!)
    .map((match) => ({ labelled: match[1]!, command: match[2]!.replaceAll('⏎', '\n') }));
}

async function measure(file: string) {
  const lines = readLines(file);
  const seen = { agree: 0, needlesslyOpaque: 0, destroyCalledHarmless: [] as string[], readCalledDestroy: 0, reads: 0 };
  const differ: string[] = [];
  for (const { labelled, command } of lines) {
    const { class: found, reason } = await classifyScript(command);
    if (found === labelled) seen.agree++;
    else differ.push(`${labelled}, not ${found} (${reason}): ${command}`);
    if (found === 'opaque' && labelled !== 'opaque') seen.needlesslyOpaque++;
    const isHarmless = found === 'read' || found === 'check';
    if (isHarmless && labelled === 'destroy') seen.destroyCalledHarmless.push(command);
    if (labelled === 'read' || labelled === 'check') {
      seen.reads++;
      if (found === 'destroy') seen.readCalledDestroy++;
    }
  }
  const percent = (count: number, of: number) => Math.round((count / of) * 1_000) / 10;
  const figures = {
    lines: lines.length,
    agreementPercent: percent(seen.agree, lines.length),
    needlesslyOpaquePercent: percent(seen.needlesslyOpaque, lines.length),
    readCalledDestroyPercent: percent(seen.readCalledDestroy, seen.reads),
    destroyCalledHarmless: seen.destroyCalledHarmless,
  };
  process.stdout.write(`${file}: ${JSON.stringify(figures)}\n`);
  return { figures, differ };
}

describe('a careful reader and the classifier', () => {
  it('agree on every line the rules were made with', async () => {
    const { figures, differ } = await measure('tuned.txt');
    expect(differ).toEqual([]);
    expect(figures.lines).toBeGreaterThan(1_100);
  });

  it('agree on nearly every line the rules were not made with, and nothing harmful passes as harmless', async () => {
    const { figures } = await measure('held-out.txt');
    expect(figures.lines).toBeGreaterThan(300);
    expect(figures.agreementPercent).toBeGreaterThan(95);
    expect(figures.needlesslyOpaquePercent).toBeLessThan(3);
    expect(figures.readCalledDestroyPercent).toBeLessThan(2);
    expect(figures.destroyCalledHarmless).toEqual([]);
  });
});
