import { expect, test, vi } from 'vitest';
import { programOnPath, requireServer } from './require-server.ts';

test('a server that is there is used', async () => {
  const server = await requireServer('node', () => null);
  expect(server).toMatchObject({ there: true, reason: '' });
});

test('one that is not there skips the test with the reason', async () => {
  vi.stubEnv('HOLDFAST_TEST_REQUIRE', 'other');
  const server = await requireServer('redis', () => 'no program redis-server on the PATH');
  const skip = vi.fn();
  server.skipUnlessThere({ skip } as never);
  expect(skip).toHaveBeenCalledWith(true, 'needs redis: no program redis-server on the PATH');
});

test.each(['redis', 'psql, redis', 'all'])(
  'one that HOLDFAST_TEST_REQUIRE=%s names must be there',
  async (required) => {
    vi.stubEnv('HOLDFAST_TEST_REQUIRE', required);
    await expect(requireServer('redis', () => 'gone')).rejects.toThrow(/redis is required .* but not there: gone/);
  },
);

test('a program is looked for on the PATH', async () => {
  expect(await programOnPath('sh')()).toBeNull();
  expect(await programOnPath('no-such-program')()).toBe('no program no-such-program on the PATH');
});
