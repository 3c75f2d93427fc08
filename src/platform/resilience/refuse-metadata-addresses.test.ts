import { describe, expect, it } from 'vitest';
import { sendHttp } from './http-client.ts';
import { assertAddressAllowed, guardLookup } from './refuse-metadata-addresses.ts';

const REFUSED = [
  '169.254.169.254',
  '169.254.170.2',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  'fe80::1',
  'fd00:ec2::254',
  'fd20:ce::254',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '0:0:0:0:0:ffff:a9fe:a9fe',
  '::a9fe:a9fe',
  '64:ff9b::169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::1',
];
const ALLOWED = [
  '127.0.0.1',
  '10.0.0.1',
  '169.253.0.1',
  '::1',
  '2001:db8::1',
  '::ffff:10.0.0.1',
  '64:ff9b::8.8.8.8',
  'fd00::1',
];

describe('an address', () => {
  it.each(REFUSED)('%s is refused', (address) => {
    expect(() => assertAddressAllowed(address, 'there')).toThrow('link-local or metadata address');
  });
  it.each(ALLOWED)('%s is allowed', (address) => {
    expect(() => assertAddressAllowed(address, 'there')).not.toThrow();
  });
});

describe('a request', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[fe80::1]/',
  ])('to %s is never sent', async (url) => {
    await expect(sendHttp({ method: 'GET', url, timeoutMs: 2_000 })).rejects.toMatchObject({
      code: 'http.metadata-address',
    });
  });

  it.each([
    [[{ address: '93.184.216.34', family: 4 }], null],
    [
      [
        { address: '93.184.216.34', family: 4 },
        { address: '169.254.169.254', family: 4 },
      ],
      'http.metadata-address',
    ],
    [[{ address: '::ffff:a9fe:a9fe', family: 6 }], 'http.metadata-address'],
  ])('to a name that DNS answers with %j is refused: %s', async (answers, code) => {
    type Callback = (error: null, addresses: object) => void;
    const resolver = (_name: string, _options: object, callback: Callback) => callback(null, answers);
    const lookup = guardLookup(resolver as never);
    const thrown = await new Promise((resolve) => lookup('innocent.example', { all: true }, resolve));
    expect((thrown as { code?: string } | null)?.code ?? null).toBe(code);
  });
});
