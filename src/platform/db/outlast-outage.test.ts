import { expect, it } from 'vitest';
import { outlastOutage } from './outlast-outage.ts';

const away = () => Object.assign(new Error('terminating connection'), { code: '57P01' });
/** Fails as told, then answers. */
const after = (...failures: Error[]) => {
  const left = [...failures];
  return async () => {
    const failure = left.shift();
    if (failure) throw failure;
    return 'answer';
  };
};

it('asks again until the database answers', async () => {
  expect(await outlastOutage(after(away(), away()))).toBe('answer');
});

it('passes on what is no outage, and the outage itself once the caller does not want to go on', async () => {
  const broken = Object.assign(new Error('relation does not exist'), { code: '42P01' });
  await expect(outlastOutage(after(away(), broken))).rejects.toBe(broken);
  const last = away();
  let asked = 0;
  await expect(outlastOutage(after(away(), last), () => ++asked < 2)).rejects.toBe(last);
});
