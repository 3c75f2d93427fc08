import { expect, test } from 'vitest';
import { settingsFor, settingsFromConfig } from './server-settings.ts';

const GIB = 1024 ** 3;

test('an ordinary machine gets the documented settings', () => {
  expect(settingsFor(8 * GIB)).toMatchObject({
    shared_buffers: '256MB',
    effective_cache_size: '1GB',
    work_mem: '4MB',
    maintenance_work_mem: '64MB',
    max_connections: '100',
    fsync: 'on',
    listen_addresses: '',
  });
});

test.each([
  [0.25 * GIB, '32MB', '50'],
  [1 * GIB, '64MB', '50'],
  [2 * GIB, '128MB', '100'],
])('%d bytes of memory give shared_buffers %s and max_connections %s', (memoryBytes, sharedBuffers, connections) => {
  expect(settingsFor(memoryBytes)).toMatchObject({ shared_buffers: sharedBuffers, max_connections: connections });
});

test('what an operator configures is written in the units of PostgreSQL', () => {
  expect(settingsFromConfig({ sharedBuffersBytes: 64 * 1024 ** 2, maxConnections: 40 })).toEqual({
    shared_buffers: '65536kB',
    max_connections: '40',
  });
  expect(settingsFromConfig({ sharedBuffersBytes: null, maxConnections: null })).toEqual({});
});

test('what the caller says wins', () => {
  expect(settingsFor(8 * GIB, { max_connections: '7', jit: 'off' })).toMatchObject({
    max_connections: '7',
    jit: 'off',
  });
});
