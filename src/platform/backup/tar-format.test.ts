import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTar, TAR_END, tarHeader, tarPadding } from './tar-format.ts';

type File = { name: string; bytes: Buffer };

const files = fc.array(
  fc.record({
    name: fc.stringMatching(/^[a-z][a-z0-9/_.]{0,60}$/),
    bytes: fc.uint8Array({ maxLength: 1_500 }).map((bytes) => Buffer.from(bytes)),
  }),
  { maxLength: 6 },
);

function archive(of: readonly File[]): Buffer {
  const pieces = of.flatMap(({ name, bytes }) => [
    tarHeader(name, bytes.length, new Date(0)),
    bytes,
    tarPadding(bytes.length),
  ]);
  return Buffer.concat([...pieces, TAR_END]);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(source: AsyncIterable<Buffer>): Promise<File[]> {
  const found: File[] = [];
  for await (const entry of readTar(source)) {
    const pieces: Buffer[] = [];
    for await (const piece of entry.body) pieces.push(piece);
    found.push({ name: entry.name, bytes: Buffer.concat(pieces) });
  }
  return found;
}

describe('the archive of a backup', () => {
  it('gives back the files it was made of, however its bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.integer({ min: 1, max: 2_000 }), async (of, size) => {
        expect(await readAll(inPieces(archive(of), size))).toEqual(of);
      }),
    );
  });

  it('passes over what nobody read of a file', async () => {
    const of = [
      { name: 'a', bytes: Buffer.alloc(1_000, 1) },
      { name: 'b', bytes: Buffer.from('b') },
    ];
    const names: string[] = [];
    for await (const entry of readTar(inPieces(archive(of), 7))) names.push(entry.name);
    expect(names).toEqual(['a', 'b']);
  });

  it('says so wherever it was cut short', async () => {
    const whole = archive([{ name: 'a', bytes: Buffer.alloc(700, 7) }]);
    for (const size of [0, 1, 511, 512, 600, 1_300, 1_536]) {
      await expect(readAll(inPieces(whole.subarray(0, size), 64))).rejects.toThrow(RangeError);
    }
  });

  it('can be looked into with tar', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-tar-'));
    try {
      writeFileSync(
        join(folder, 'x.tar'),
        archive([{ name: 'tables/runs/000001.copy', bytes: Buffer.from('1\t2\n') }]),
      );
      const listed = execFileSync('tar', ['-tf', join(folder, 'x.tar')], { encoding: 'utf8' });
      expect(listed).toBe('tables/runs/000001.copy\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
