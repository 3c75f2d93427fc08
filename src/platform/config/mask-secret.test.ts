import { expect, test } from 'vitest';
import { maskUrlPassword, maskUrlPath } from './mask-secret.ts';

test.each([
  ['postgres://user:pw@host:1/db', 'postgres://user:***@host:1/db'],
  ['postgres://user:p@w:x@host/db', 'postgres://user:***@host/db'],
  ['postgres://user@host/db', 'postgres://user@host/db'],
  ['postgresql://u:pw@/db?host=/tmp', 'postgresql://u:***@/db?host=/tmp'],
  ['postgres://host/db?user=u&password=pw&sslmode=require', 'postgres://host/db?user=u&password=***&sslmode=require'],
  ['http://h/a@b:c', 'http://h/a@b:c'],
])('the password of %s is not shown', (url, shown) => {
  expect(maskUrlPassword(url)).toBe(shown);
});

test('of a webhook address only the host is shown', () => {
  expect(maskUrlPath('https://u:p@hooks.example.com/T0/B0/secret?x=1')).toBe('https://hooks.example.com/***');
  expect(maskUrlPath('nonsense')).toBe('***');
});
