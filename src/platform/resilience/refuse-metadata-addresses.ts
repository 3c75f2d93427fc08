import { lookup as dnsLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { BlockList, isIP } from 'node:net';
import { HoldfastError } from '../errors/holdfast-error.ts';

/** Addresses that hand out credentials to whoever asks from this machine: no runbook or probe may be led there. */
const refused = new BlockList();
refused.addSubnet('169.254.0.0', 16, 'ipv4');
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addAddress('fd00:ec2::254', 'ipv6');
refused.addAddress('fd20:ce::254', 'ipv6');
refused.addAddress('100.100.100.200', 'ipv4');
refused.addAddress('192.0.0.192', 'ipv4');
refused.addAddress('168.63.129.16', 'ipv4');

/** IPv6 forms that a network may carry to an IPv4 address: what that address is then counts. Bytes before and after it. */
const EMBEDDINGS: readonly { prefix: string; at: number }[] = [
  { prefix: '00000000000000000000ffff', at: 12 }, // mapped
  { prefix: '000000000000000000000000', at: 12 }, // compatible
  { prefix: '0064ff9b0000000000000000', at: 12 }, // NAT64
  { prefix: '2002', at: 2 }, // 6to4
];

/** The 16 bytes of an IPv6 address in hexadecimal. */
function expandIpv6(address: string): string {
  const dotted = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = '', tail] = dotted.replace(/%.*$/, '').split('::');
  const groups = (text: string | undefined) => (text ? text.split(':') : []);
  const front = groups(head);
  const back = groups(tail);
  const filled = [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back];
  return filled.map((group) => group.padStart(4, '0').toLowerCase()).join('');
}

function isRefused(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (family === 4) return refused.check(address, 'ipv4');
  const hex = expandIpv6(address);
  const inside = EMBEDDINGS.filter(({ prefix }) => hex.startsWith(prefix)).map(({ at }) =>
    [0, 2, 4, 6].map((digit) => Number.parseInt(hex.slice(at * 2 + digit, at * 2 + digit + 2), 16)).join('.'),
  );
  return refused.check(address.replace(/%.*$/, ''), 'ipv6') || inside.some((ipv4) => refused.check(ipv4, 'ipv4'));
}

/** @throws HoldfastError denied `http.metadata-address` for a link-local or cloud metadata address */
export function assertAddressAllowed(address: string, host: string): void {
  if (!isRefused(address)) return;
  throw new HoldfastError({
    code: 'http.metadata-address',
    kind: 'denied',
    message: `${host} is ${address}, a link-local or metadata address`,
    hint: 'Holdfast never sends requests there.',
  });
}

/** A DNS lookup for sockets that refuses such answers, so that a name cannot lead there either. */
export const guardedLookup: LookupFunction = guardLookup(dnsLookup);

/** Any of the answers being refused refuses the name: the socket would try them one after another. */
export function guardLookup(lookup: typeof dnsLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, address, family) => {
      if (error) return callback(error, address as string, family);
      try {
        const answers = Array.isArray(address) ? address.map((answer) => answer.address) : [address as string];
        for (const answer of answers) assertAddressAllowed(answer, hostname);
      } catch (thrown) {
        return callback(thrown as NodeJS.ErrnoException, address as string, family);
      }
      callback(null, address as string, family);
    });
  };
}
