import { expect, test } from 'vitest';
import { explainFailure } from './explain-failure.ts';

test.each([
  [
    '2026-11-21 09:10:06.195 UTC [6426] FATAL:  could not extend file "base/1/2691": No space left on device\nPANIC: x',
    'data.disk-full',
  ],
  ['could not extend file "base/16384/2610_fsm": wrote only 4096 of 8192 bytes at block 2', 'data.disk-full'],
  ["EROFS: read-only file system, mkdir '/x'", 'data.read-only'],
  ["EACCES: permission denied, open '/x/holdfast.lock'", 'data.unwritable'],
  ['FATAL:  data directory "/x/postgres" has invalid permissions', 'data.unwritable'],
  ['FATAL:  database files are incompatible with server', 'data.version'],
  ['FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use', 'data.in-use'],
  ['PANIC:  could not locate a valid checkpoint record at 0/1000028', 'data.damaged'],
  ['FATAL:  could not map anonymous shared memory: Cannot allocate memory', 'database.no-memory'],
  ['something nobody foresaw', 'database.start-failed'],
])('%j is %s', (text, code) => {
  const error = explainFailure('start PostgreSQL in /x/postgres', text);
  expect(error).toMatchObject({ code, kind: code === 'data.in-use' ? 'conflict' : 'unavailable' });
  expect(error.message).toMatch(/^could not start PostgreSQL in \/x\/postgres: /);
  expect(error.hint).toBeTruthy();
});

test('the message carries the line that gave the reason, without its timestamp, and the hint names the log', () => {
  const text = [
    '2026-11-21 09:10:06.195 UTC [6426] LOG:  starting PostgreSQL',
    '2026-11-21 09:10:06.195 UTC [6426] FATAL:  could not write lock file "postmaster.pid": No space left on device',
    '2026-11-21 09:10:06.196 UTC [6426] LOG:  database system is shut down',
  ].join('\n');
  const error = explainFailure('start PostgreSQL in /x', text, '/x/postgres.log');
  expect(error.message).toBe(
    'could not start PostgreSQL in /x: the disk is full: FATAL:  could not write lock file "postmaster.pid": No space left on device',
  );
  expect(error.hint).toContain('/x/postgres.log');
});

test('silence is said to be silence', () => {
  expect(explainFailure('start', '\n \n').message).toBe('could not start: it said nothing');
});
