import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';

it('writes JSON lines with the level in words, and no field that holds a secret', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-log-'));
  const file = join(folder, 'log');
  const fd = openSync(file, 'w');
  try {
    const logger = createLogger({ level: 'INFO', fd });
    logger.debug('not this');
    logger.info(
      { token: 'hf_key', webhook: { secret: 'shh', url: 'https://x' }, headers: { authorization: 'Bearer x' } },
      'said',
    );
    const [line, ...rest] = readFileSync(file, 'utf8').trim().split('\n');
    expect(rest).toEqual([]);
    expect(JSON.parse(line ?? '')).toMatchObject({
      level: 'info',
      msg: 'said',
      token: '[redacted]',
      webhook: { secret: '[redacted]', url: 'https://x' },
      headers: { authorization: '[redacted]' },
    });
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  }
});
