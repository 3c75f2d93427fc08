import pg from 'pg';
import { VerdictDigest } from '../../src/detect/anomaly/index.ts';
import { unpackScores } from '../../src/detect/anomaly/streams/score-block.ts';

/**
 * What is kept of a stream's verdicts, as everybody can compute it again.
 * @throws Error when one is there twice or missing
 */
export async function storedDigest(connectionString: string, service: string): Promise<string> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ first_n: string; events: number; body: Buffer }>(
      `select b.first_n, b.events, b.body from stream_scores b join streams s on s.id = b.stream_id
       where s.service = $1 order by b.first_n`,
      [service],
    );
    const digest = new VerdictDigest();
    let next = 1;
    for (const { first_n, events, body } of rows) {
      if (Number(first_n) !== next) throw new Error(`${service}: after event ${next - 1} comes ${first_n}`);
      const { score, p, anomaly } = unpackScores(body, events);
      for (let index = 0; index < events; index += 1, next += 1) {
        const chance = p[index] ?? Number.NaN;
        digest.add(next, score[index] ?? 0, Number.isNaN(chance) ? null : chance, anomaly[index] === 1);
      }
    }
    return digest.hex();
  } finally {
    await client.end();
  }
}

/** A batch of lines as OTLP in JSON, a millisecond apart. */
export function otlpLogs(service: string, from: number, lines: readonly string[]): string {
  return JSON.stringify({
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeLogs: [
          {
            logRecords: lines.map((line, index) => ({
              timeUnixNano: `${1_700_000_000_000 + from + index}000000`,
              body: { stringValue: line },
            })),
          },
        ],
      },
    ],
  });
}
