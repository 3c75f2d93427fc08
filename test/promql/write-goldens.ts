import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { askPromtool } from './promtool-answers.ts';
import { QUESTIONS } from './questions.ts';
import { INTERVAL_MS, SERIES } from './series.ts';

// node test/promql/write-goldens.ts PROMTOOL: what the promtool of a Prometheus 3 says to all questions, kept for where there is none.
const [promtool = 'promtool'] = process.argv.slice(2);
const answers = await askPromtool(promtool, { series: SERIES, intervalMs: INTERVAL_MS, questions: QUESTIONS });
const lines = answers.map((answer) => JSON.stringify(answer));
writeFileSync(fileURLToPath(new URL('prometheus-3.json', import.meta.url)), `[\n${lines.join(',\n')}\n]\n`);
