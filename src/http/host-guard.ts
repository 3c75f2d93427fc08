import { isIP } from 'node:net';

/** By which names a server may be called, and whose pages may send it changes. */
export type HostRules = {
  loopback: boolean;
  /** Lower-case host names without port: the listen host, the external URL's, those allowed by configuration. */
  names: ReadonlySet<string>;
  /** Origins besides the one the request itself was sent to. */
  origins: ReadonlySet<string>;
};

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Suffixes of names that nobody on the internet can register, and so cannot point at us. */
const PRIVATE_SUFFIXES = ['.svc', '.cluster.local', '.internal', '.localhost'];

/** True for addresses that only this machine can reach. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

export function createHostRules(config: {
  listenHost: string;
  externalUrl: string | null;
  allowedHosts: readonly string[];
}): HostRules {
  const external = config.externalUrl === null ? null : new URL(config.externalUrl);
  const listen = config.listenHost.toLowerCase();
  const names = [isIP(listen) === 6 ? `[${listen}]` : listen, ...config.allowedHosts.map((host) => host.toLowerCase())];
  if (external) names.push(external.hostname);
  return {
    loopback: isLoopbackHost(config.listenHost),
    names: new Set(names),
    origins: new Set(external ? [external.origin] : []),
  };
}

/** `HOST[:PORT]` without its port, lower case; null when it is neither a name nor an address. */
export function hostName(hostHeader: string | undefined): string | null {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^\s:/@\\?#[\]]+)(?::\d{1,5})?$/.exec(hostHeader ?? '');
  return match?.[1]?.toLowerCase() ?? null;
}

/**
 * Whether a request may name this server so. A web page can make its own name resolve to 127.0.0.1 and then talk to a
 * loopback server as if it were its own (DNS rebinding); the `Host` header gives it away. The port does not matter for
 * that, and an SSH tunnel changes it. On other addresses, IP literals and names nobody outside can own are as safe.
 */
export function isHostAllowed(hostHeader: string | undefined, rules: HostRules): boolean {
  const name = hostName(hostHeader);
  if (name === null) return false;
  if (LOOPBACK_NAMES.has(name) || rules.names.has(name)) return true;
  if (rules.loopback) return false;
  return (
    isIP(name.replace(/^\[|\]$/g, '')) !== 0 ||
    !name.includes('.') ||
    PRIVATE_SUFFIXES.some((suffix) => name.endsWith(suffix))
  );
}

/**
 * Whether a browser may send this change: from a page of ours, or not from a page at all (`Origin` absent). `null`,
 * which sandboxed and redirected pages send, is nobody's.
 */
export function isOriginAllowed(
  request: { origin: string | undefined; fetchSite: string | undefined; host: string },
  rules: HostRules,
): boolean {
  if (request.fetchSite === 'cross-site') return false;
  if (request.origin === undefined) return true;
  if (rules.origins.has(request.origin)) return true;
  const from = URL.canParse(request.origin) ? new URL(request.origin) : null;
  if (from === null || (from.protocol !== 'http:' && from.protocol !== 'https:')) return false;
  const here = `${from.protocol}//${request.host}`;
  return URL.canParse(here) && new URL(here).host === from.host;
}
