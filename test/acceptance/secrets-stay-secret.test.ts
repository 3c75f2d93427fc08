import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterEach, expect, it, vi } from 'vitest';
import type { Run } from '../../src/contract/run.ts';
import { beginStory, type Story } from '../harness/story.ts';

vi.setConfig({ testTimeout: 90_000 });

const SECRET = 'p4ss/w&rd+"Zebra\'$quoted<tag> ü';
const TICKS = '```';

/** Every way a program may print it; each is printed whole, in two halves, and a byte at a time. */
const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (s) => s,
  json: (s) => JSON.stringify(s),
  'json in json': (s) => JSON.stringify(s).slice(1, -1),
  'json with escaped slashes': (s) => JSON.stringify(s).replaceAll('/', '\\/'),
  'json without non-ascii': (s) =>
    JSON.stringify(s).replaceAll(/[<>&'"\u007f-\uffff]/g, (c) =>
      c === '"' ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  'percent, as a component': (s) => encodeURIComponent(s),
  'percent, as an address': (s) => encodeURI(s),
  'percent, lower case': (s) => encodeURIComponent(s).replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  'percent, every byte': (s) =>
    [...Buffer.from(s)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join(''),
  'a form': (s) => new URLSearchParams({ k: s }).toString().slice(2),
  'single quotes of a shell': (s) => s.replaceAll("'", "'\\''"),
  html: (s) => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  hex: (s) => Buffer.from(s).toString('hex'),
  'hex, upper case': (s) => Buffer.from(s).toString('hex').toUpperCase(),
  base64: (s) => Buffer.from(s).toString('base64'),
  'base64 of more before': (s) => Buffer.from(`user:${s}`).toString('base64'),
  'base64 of more on both sides': (s) => Buffer.from(`{"a":"${s}","b":1}`).toString('base64'),
  'base64 for addresses': (s) => Buffer.from(s).toString('base64url'),
  'in an address': (s) => `postgres://app:${encodeURIComponent(s)}@db/shop`,
  'in a header': (s) => `Authorization: Bearer ${s}`,
};
const PRINTERS = ['whole', 'halves', 'bytes'] as const;

let story: Story;
let folder: string;
afterEach(async () => {
  await story.close();
  rmSync(folder, { recursive: true, force: true });
});

it(`a secret input is nowhere to be read, printed in ${Object.keys(ENCODINGS).length * PRINTERS.length} ways`, async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-secrets-'));
  const texts = Object.entries(ENCODINGS).map(([name, encode]) => ({ name, text: encode(SECRET) }));
  // The program has what to print from elsewhere, as one that reads its own configuration does.
  writeFileSync(join(folder, 'texts.json'), JSON.stringify(texts.map(({ text }) => text)));
  writeFileSync(
    join(folder, 'print.mjs'),
    `import { readFileSync, writeSync } from 'node:fs';
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
for (const text of JSON.parse(readFileSync('${folder}/texts.json', 'utf8'))) {
  const bytes = Buffer.from('[' + text + ']\\n');
  writeSync(1, bytes);
  writeSync(1, bytes.subarray(0, bytes.length / 2)); pause(); writeSync(1, bytes.subarray(bytes.length / 2));
  for (const byte of bytes) { writeSync(1, Buffer.of(byte)); if (byte % 16 === 0) pause(); }
}
`,
  );
  story = await beginStory({});
  const node = process.execPath;
  story.writeRunbook(
    'secret.md',
    `---\nparams:\n  key: {type: secret}\n---\n# Secret\n\n1. **Print**\n${TICKS}sh {name=print risk=change}\nPATH=${dirname(node)}:$PATH\nnode ${folder}/print.mjs\necho "own: $key"\nHANDED="x-$key"\nAPI_TOKEN=$(echo up-token-${process.pid} | sed s/^/made-/)\n${TICKS}\n\n2. **Use**\n${TICKS}sh {name=use risk=change}\necho "$HANDED and $API_TOKEN"; ls "/nonexistent/$key" || true; echo "$key" >&2\n${TICKS}\n\n3. **Ask**\n${TICKS}http {name=ask}\nGET http://127.0.0.1:9/?key=<key>\n${TICKS}\n`,
  );
  const started = await story.api<Run>('POST', '/api/v1/runs', { runbook: 'secret.md', inputs: { key: SECRET } });
  const run = await story.until(async () => {
    const found = await story.api<Run>('GET', `/api/v1/runs/${started.id}`);
    const asked = found.approvals.find((approval) => approval.status === 'pending');
    if (asked) await story.api('POST', `/api/v1/approvals/${asked.id}/approve`, { confirm: asked.effect.title });
    return found.endedAt === null ? null : found;
  });
  expect(run.steps.map((step) => step.status)).toEqual(['succeeded', 'succeeded', 'failed']);

  const places: Record<string, string> = {
    'the answer of the start': JSON.stringify(started),
    'the run': JSON.stringify(run),
    'its output': String((await story.call('GET', `/api/v1/runs/${run.id}/output?step=print`)).body),
    'the audit log': JSON.stringify((await story.call('GET', '/api/v1/audit?limit=500')).body),
    'the export': String((await story.call('GET', '/api/v1/audit/export')).body),
    ...(await dumpDatabase(story.connectionString)),
  };
  expect(Object.keys(places).length).toBeGreaterThan(20);
  const found = Object.entries(places).flatMap(([place, text]) => [
    ...texts.filter((each) => text.includes(each.text)).map(({ name }) => `${name} in ${place}`),
    ...(text.includes(`made-up-token-${process.pid}`) ? [`the token in ${place}`] : []),
  ]);
  expect(found).toEqual([]);
  // It was printed: what is kept shows where it stood.
  expect(places['its output']?.match(/\[redacted\]/g)?.length).toBeGreaterThan(texts.length);
});

/** Every row of every table as text; what is kept as bytes, as the text it is. */
async function dumpDatabase(connectionString: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
    );
    const dump: Record<string, string> = {};
    for (const { name } of tables.rows) {
      const { rows } = await client.query<Record<string, unknown>>(`select * from ${name}`);
      dump[`table ${name}`] = rows
        .map((row) =>
          Object.values(row)
            .map((value) =>
              Buffer.isBuffer(value)
                ? value.toString('utf8')
                : typeof value === 'string'
                  ? value
                  : JSON.stringify(value),
            )
            .join('\n'),
        )
        .join('');
    }
    return dump;
  } finally {
    await client.end();
  }
}
