import { lookup as dnsLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { BlockList, isIP } from 'node:net';
import { HoldfastError } from '../errors/holdfast-error.ts';

/** Addresses that hand out credentials to whoever asks from this machine: no runbook or probe may be led there. */
const refused = new BlockList();
refused.addSubnet('169.254.0.0', 16, 'ipv4');
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addAddress('fd00:ec2::254', 'ipv6');
refused.addAddress('100.100.100.200', 'ipv4');

/** @throws HoldfastError denied `http.metadata-address` for a link-local or cloud metadata address */
export function assertAddressAllowed(address: string, host: string): void {
  const bare = address.replace(/^::ffff:/i, '');
  const family = isIP(bare);
  if (family === 0 || !refused.check(bare, family === 4 ? 'ipv4' : 'ipv6')) return;
  throw new HoldfastError({
    code: 'http.metadata-address',
    kind: 'denied',
    message: `${host} is ${bare}, a link-local or metadata address`,
    hint: 'Holdfast never sends requests there.',
  });
}

/** A DNS lookup for sockets that refuses such answers, so that a name cannot lead there either. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, options, (error, address, family) => {
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
