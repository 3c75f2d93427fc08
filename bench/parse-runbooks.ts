import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseRunbook } from '../src/act/runbooks/index.ts';
import { report } from './report.ts';

// Reading Markdown: the five runbooks together in a process that has read nothing yet, then documents of 100 kB to 1 MB
// made of them. Reading must stay linear: ten times the text takes about ten times as long.

const FOLDER = fileURLToPath(new URL('../test/fixtures/runbooks/', import.meta.url));
const texts = readdirSync(FOLDER)
  .sort()
  .map((file) => readFileSync(FOLDER + file, 'utf8'));
const SIZES_KB = [100, 200, 500, 1_000];

/** A document of about so many kB: the runbooks over and over, each time with names of its own. */
function documentOf(sizeKb: number): string {
  let text = '';
  for (let round = 0; text.length < sizeKb * 1_000; round++)
    text += `\n${texts[round % texts.length]!.replaceAll('kubectl get', `kubectl get --request-timeout=${round}s`)}\n`;
  return text.slice(0, text.lastIndexOf('\n', sizeKb * 1_000));
}

async function secondsFor(text: string): Promise<number> {
  const startedAt = performance.now();
  await parseRunbook({ file: 'bench.md', text });
  return (performance.now() - startedAt) / 1_000;
}

const coldAt = performance.now();
for (const text of texts) await parseRunbook({ file: 'bench.md', text });
const cold = (performance.now() - coldAt) / 1_000;

const seconds: number[] = [];
for (const sizeKb of SIZES_KB) seconds.push(await secondsFor(documentOf(sizeKb)));
report('reading runbooks', [
  { name: 'the five runbooks, parsers cold', value: cold, unit: 's', bar: '≤ 1' },
  ...SIZES_KB.map((sizeKb, at) => ({
    name: `${sizeKb} kB`,
    value: seconds[at]!,
    unit: 's',
    ...(sizeKb === 1_000 && { bar: '≤ 5' }),
  })),
  {
    name: 'time for 1 MB as a multiple of that for 100 kB (linear: 10)',
    value: seconds.at(-1)! / seconds[0]!,
    unit: '×',
    bar: '≤ 15',
  },
]);
