import { isIPv4, isIPv6 } from 'node:net';

/** A network address as a socket takes it: an IPv6 host without its brackets. */
export type HostPort = { host: string; port: number };

/** `HOST:PORT`, an IPv6 host in brackets; null for anything else. */
export function parseHostPort(text: string): HostPort | null {
  const match = /^(?:\[([^[\]]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text);
  if (match === null) return null;
  const [, inBrackets, plain, digits] = match;
  const port = Number(digits);
  if (port > 65_535) return null;
  if (inBrackets !== undefined) return isIPv6(inBrackets) ? { host: inBrackets, port } : null;
  if (plain === undefined || !isHostName(plain)) return null;
  return { host: plain, port };
}

/** Whether only programs on this machine can connect to an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** An IP address, alone or with a prefix length: `10.0.0.0/8`. */
export function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (rest.length > 0) return false;
  const longest = isIPv4(address) ? 32 : isIPv6(address) ? 128 : null;
  if (longest === null) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest);
}

function isHostName(text: string): boolean {
  // All digits and dots looks like an address and must then be one.
  if (/^[\d.]+$/.test(text)) return isIPv4(text);
  return (
    text.length <= 253 &&
    text.split('.').every((label) => /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label))
  );
}
