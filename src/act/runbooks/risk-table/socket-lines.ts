import type { RunClass } from '../risk/verdict.ts';

/** A line people send into an administrative socket with nc, socat or telnet. The first that fits decides. */
export type SocketLine = { line: RegExp; risk: RunClass; reason: string; examples: readonly string[] };

export const SOCKET_LINES: readonly SocketLine[] = [
  {
    line: /^set\s+server\s+\S+\s+(?:state\s+(?:drain|maint)|weight\s+0%?$|agent\s+down|health\s+(?:down|stopping))/i,
    risk: 'destroy',
    reason: 'HAProxy sends no more traffic to that server',
    examples: ['set server web/s1 state maint', 'set server web/s1 weight 0'],
  },
  {
    line: /^set\s+weight\s+\S+\s+0%?$|^set\s+maxconn\s+.*\s0$/i,
    risk: 'destroy',
    reason: 'HAProxy sends no more traffic there',
    examples: ['set weight web/s1 0', 'set weight web/s1 0%'],
  },
  {
    line: /^(?:disable|shutdown)\s+|^clear\s+(?:table|acl|map)|^del\s+(?:acl|map|server|ssl|backend)|^(?:expert-mode|commit\s+del)/i,
    risk: 'destroy',
    reason: 'HAProxy takes servers, sessions or entries out of use',
    examples: ['disable server web/s1', 'shutdown sessions server web/s1', 'clear table fe', 'disable frontend fe'],
  },
  { line: /^flush_all\b/i, risk: 'destroy', reason: 'memcached forgets everything', examples: ['flush_all'] },
  {
    line: /^(?:flushall|flushdb|del|unlink|shutdown|delete|kill|crst|debug\s|config\s+(?:set|resetstat)|slaveof|replicaof|failover|expire)\b/i,
    risk: 'destroy',
    reason: 'the server drops data, connections or itself',
    examples: ['FLUSHALL', 'delete key', 'kill'],
  },
  {
    line: /^(?:enable\s|set\s|add\s|clear\s+counters|commit\s|update\s|prepare\s|new\s|abort\s|operator\s|incr\b|decr\b|touch\b|append\b|prepend\b|cas\b|replace\b|srst\b|verbosity\b|slabs\b|lru\b|cache_memlimit|mail\s+from|rcpt\s+to|data$|reload\b|auth\s)/i,
    risk: 'change',
    reason: 'the server changes a setting, a counter or a value',
    examples: ['enable server web/s1', 'set maxconn frontend fe 500', 'clear counters all', 'srst'],
  },
  {
    line: /^(?:show\s|stats?\b|version\b|ruok$|mntr$|srvr$|conf$|cons$|envi$|wch[scp]$|isro$|dump$|dirs$|gtmk$|stmk$|reqs$|get\s|gets\s|mget\s|keys\s|scan\s|ttl\s|help\b|info\b|ping\b|quit\b|exit\b|noop\b|prompt$|ehlo\b|helo\b|mn\b|me\s|client\s+list|dbsize\b|role\b|config\s+get\b|select\s+\d|@1\s+show|me$|memory\s|slowlog\s+get)/i,
    risk: 'read',
    reason: 'asks the server about itself',
    examples: ['show stat', 'stats items', 'ruok', 'mntr', 'version', 'PING'],
  },
  {
    line: /^(?:GET|HEAD|OPTIONS)\s+\S+(?:\s+HTTP\/[\d.]+)?$/,
    risk: 'read',
    reason: 'reads over HTTP',
    examples: ['GET / HTTP/1.0'],
  },
  { line: /^(?:DELETE)\s+\S+\s+HTTP/, risk: 'destroy', reason: 'removes over HTTP', examples: ['DELETE /x HTTP/1.1'] },
  { line: /^[A-Za-z-]+:\s/, risk: 'read', reason: 'a header of a request', examples: ['Host: localhost'] },
];
