import { expect, test } from 'vitest';
import { isAddressRange, isLoopback, parseHostPort } from './parse-host-port.ts';

test.each([
  ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  ['localhost:65535', { host: 'localhost', port: 65_535 }],
  ['db-1.internal_net.example:5432', { host: 'db-1.internal_net.example', port: 5432 }],
])('%s is an address', (text, address) => {
  expect(parseHostPort(text)).toEqual(address);
});

test.each([
  '',
  '8080',
  ':8080',
  'host:',
  'host:65536',
  '::1:8080',
  '[::1]',
  '[nonsense]:1',
  '999.1.1.1:1',
  'a b:1',
  'http://x:1',
  '-x:1',
])('%j is no address', (text) => {
  expect(parseHostPort(text)).toBeNull();
});

test('loopback is where only this machine can connect', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].filter(isLoopback)).toHaveLength(4);
  expect(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'localhost.example'].filter(isLoopback)).toEqual([]);
});

test('a range is an address with a prefix length it can have', () => {
  expect(['10.0.0.0/8', '10.1.2.3', 'fd00::/64'].filter(isAddressRange)).toHaveLength(3);
  expect(['10.0.0.0/33', 'x', '10.0.0.0/8/8', '10.0.0.0/', 'fd00::/129'].filter(isAddressRange)).toEqual([]);
});
