import { readFile } from 'node:fs/promises';
import { snappyCompress } from 'hysnappy';

const WRITE_TIMEOUT_MS = 10_000;
/** Series in one request; servers have limits of their own, this is below all known ones. */
const MOST_SERIES = 2_000;
const SHOWN_CHARS = 300;
/** Prometheus's mark of a series that is gone: a NaN of its own. */
const STALE_BITS = 0x7ff0000000000002n;

/** A sample to write; null is the mark that its series is gone. */
export type WrittenSample = { labels: Readonly<Record<string, string>>; value: number | null; atMs: number };

/**
 * Writes samples by Prometheus's remote write, version 1.
 * https://prometheus.io/docs/specs/prw/remote_write_spec/
 * @throws Error with what the server said
 */
export async function writeRemotely(
  target: { url: string; tokenFile: string | null },
  samples: readonly WrittenSample[],
): Promise<void> {
  const token = target.tokenFile === null ? null : (await readFile(target.tokenFile, 'utf8')).trim();
  for (let from = 0; from < samples.length; from += MOST_SERIES) {
    const response = await fetch(target.url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
        'user-agent': 'holdfast',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: new Uint8Array(snappyCompress(encodeWriteRequest(samples.slice(from, from + MOST_SERIES)))),
      signal: AbortSignal.timeout(WRITE_TIMEOUT_MS),
    });
    const said = (await response.text()).trim().slice(0, SHOWN_CHARS);
    if (!response.ok) throw new Error(`remote write: HTTP ${response.status}${said === '' ? '' : `: ${said}`}`);
  }
}

/** `WriteRequest { repeated TimeSeries { repeated Label { name, value }, repeated Sample { value, timestamp } } }` */
export function encodeWriteRequest(samples: readonly WrittenSample[]): Buffer {
  return Buffer.concat(samples.map((sample) => encodeBytes(1, encodeSeries(sample))));
}

function encodeSeries({ labels, value, atMs }: WrittenSample): Buffer {
  const sorted = Object.entries(labels).sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  const pairs = sorted.map(([name, text]) =>
    encodeBytes(1, Buffer.concat([encodeBytes(1, Buffer.from(name)), encodeBytes(2, Buffer.from(text))])),
  );
  const number = Buffer.alloc(8);
  if (value === null) number.writeBigUInt64LE(STALE_BITS);
  else number.writeDoubleLE(value);
  const sample = Buffer.concat([
    Buffer.from([(1 << 3) | 1]),
    number,
    Buffer.from([2 << 3]),
    encodeVarint(BigInt(atMs)),
  ]);
  return Buffer.concat([...pairs, encodeBytes(2, sample)]);
}

function encodeBytes(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2]), encodeVarint(BigInt(bytes.length)), bytes]);
}

function encodeVarint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
