import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { requireRedis, startRedis, type TestRedis } from '../harness/servers/redis.ts';
import type { Story } from '../harness/story.ts';
import { beginLibraryStory, carryOut, outputOf, rollBack, transcript } from './carry-out.ts';

vi.setConfig({ testTimeout: 60_000 });
const availability = await requireRedis();
let redis: TestRedis;
let story: Story;
beforeAll(async () => {
  if (!availability.there) return;
  redis = await startRedis();
  story = await beginLibraryStory({});
});
afterAll(async () => {
  await story?.close();
  await redis?.stop();
});
beforeEach((context) => availability.skipUnlessThere(context));

const inputs = (more: Record<string, string> = {}) => ({
  redis_host: redis.host,
  redis_port: String(redis.port),
  ...more,
});

describe('the procedures for the cache, on a real Redis', () => {
  it('say what it holds and what it does when it is full', async () => {
    await redis.say('SET', 'price:1', '10');
    const run = await carryOut(story, 'cache.md#see-how-the-cache-is', inputs());
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(outputOf(run, 'memory')).toContain('maxmemory_policy:noeviction');
    expect(outputOf(run, 'evictions')).toContain('db0:keys=1');
  });

  it('give it memory until it takes writes again, and take that back', async () => {
    await redis.say('CONFIG', 'SET', 'maxmemory', '1');
    expect(await redis.say('SET', 'a', '1')).toContain('OOM');
    const run = await carryOut(story, 'cache.md#give-the-cache-more-memory', inputs({ maxmemory_mib: '64' }));
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(await redis.say('CONFIG', 'GET', 'maxmemory')).toBe(`maxmemory\n${64 * 1_024 * 1_024}`);
    expect(await redis.say('SET', 'a', '1')).toBe('OK');
    const undone = await rollBack(story, run);
    expect(undone.status, transcript(undone)).toBe('rolled-back');
    expect(await redis.say('CONFIG', 'GET', 'maxmemory')).toBe('maxmemory\n1');
    await redis.say('CONFIG', 'SET', 'maxmemory', '0');
  });

  it('refuse a limit below the one before, which throws keys away', async () => {
    await redis.say('CONFIG', 'SET', 'maxmemory', '64mb');
    const run = await carryOut(story, 'cache.md#give-the-cache-more-memory', inputs({ maxmemory_mib: '32' }));
    expect(run.status).toBe('failed');
    expect(await redis.say('CONFIG', 'GET', 'maxmemory')).toBe(`maxmemory\n${64 * 1_024 * 1_024}`);
    await redis.say('CONFIG', 'SET', 'maxmemory', '0');
  });

  it('remove one kind of key and no other, whatever is in its name', async () => {
    await redis.say('MSET', ...Array.from({ length: 250 }, (_, n) => [`session:${n} 'quoted"`, 'x']).flat());
    await redis.say('SET', 'price:1', '10');
    const run = await carryOut(story, 'cache.md#remove-one-kind-of-key', inputs({ pattern: 'session:*' }));
    expect(run.status, transcript(run)).toBe('succeeded');
    expect(outputOf(run, 'count')).toContain('250 keys match session:*');
    expect(await redis.say('KEYS', 'session:*')).toBe('');
    expect(await redis.say('GET', 'price:1')).toBe('10');
  });

  it('remove nothing when too many keys match', async () => {
    await redis.say('MSET', 'a:1', '1', 'a:2', '2', 'a:3', '3');
    const tooWide = await carryOut(
      story,
      'cache.md#remove-one-kind-of-key',
      inputs({ pattern: 'a:*', most_keys: '2' }),
    );
    const all = await carryOut(story, 'cache.md#remove-one-kind-of-key', inputs({ pattern: '*' }));
    expect([tooWide.status, all.status]).toEqual(['failed', 'failed']);
    expect(outputOf(tooWide, 'count')).toContain('more than 2');
    expect(await redis.say('KEYS', 'a:*')).not.toBe('');
  });
});
