import { Writable } from 'node:stream';

/** Fields every line of ours has and nobody asked for in logfmt. */
const LEFT_OUT = new Set(['pid', 'time', 'level', 'msg']);

/**
 * Turns lines of JSON into logfmt, `time=… level=INFO msg="Listening on" address=127.0.0.1:9093`: what tools made for
 * Prometheus's family expect.
 */
export function createLogfmtStream(write: (line: string) => void): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      for (const line of String(chunk).split('\n')) if (line !== '') write(`${toLogfmt(line)}\n`);
      done();
    },
  });
}

function toLogfmt(line: string): string {
  const fields = JSON.parse(line) as Record<string, unknown>;
  const pairs: [string, unknown][] = [
    ['time', fields['time']],
    ['level', String(fields['level']).toUpperCase()],
    ['msg', fields['msg']],
    ...Object.entries(fields).filter(([name]) => !LEFT_OUT.has(name)),
  ];
  return pairs
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${formatValue(value)}`)
    .join(' ');
}

function formatValue(value: unknown): string {
  if (typeof value === 'object' && value !== null && typeof (value as { message?: unknown }).message === 'string')
    return quoteIfNeeded(String((value as { message: string }).message));
  return quoteIfNeeded(typeof value === 'string' ? value : JSON.stringify(value));
}

function quoteIfNeeded(text: string): string {
  return text !== '' && /^[^\s"=\\\p{C}]+$/u.test(text) ? text : JSON.stringify(text);
}
