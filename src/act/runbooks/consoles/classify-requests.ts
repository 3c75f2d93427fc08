import { type RunClass, riskiest, type Verdict } from '../risk/verdict.ts';

/** Requests as they are typed into Elasticsearch's console, or shown as HTTP: `GET _cat/indices?v`, then maybe a body. */
type RequestRule = {
  method: RegExp;
  path: RegExp;
  body?: RegExp;
  risk: RunClass;
  reason: string;
  examples: readonly string[];
};

export const REQUEST_RULES: readonly RequestRule[] = [
  {
    method: /^(?:GET|HEAD|OPTIONS)$/,
    path: /(?:^|[/_.?=&-])(?:delete|purge|drop|flush|shutdown|kill|failover|drain|disable)(?:[/_.?=&-]|$)/i,
    risk: 'opaque',
    reason: 'its address sounds like more than a read',
    examples: ['GET /admin/flush'],
  },
  {
    method: /^(?:GET|HEAD|OPTIONS)$/,
    path: /./,
    risk: 'read',
    reason: 'it reads',
    examples: ['GET _cat/indices?v', 'GET /_cluster/health'],
  },
  {
    method: /^DELETE$/,
    path: /./,
    risk: 'destroy',
    reason: 'it removes what is there',
    examples: ['DELETE /logs-2024'],
  },
  {
    method: /./,
    path: /\/?_(?:search|msearch|count|validate|explain|analyze|field_caps|mget|termvectors|rank_eval|render|eql|sql|async_search|knn_search|simulate|terms_enum|mtermvectors|query_rules)(?:[/?]|$)|\/api\/v1\/(?:query|query_range|series|labels)/,
    risk: 'read',
    reason: 'it only asks',
    examples: ['POST /orders/_search\n{"query": {}}'],
  },
  {
    method: /./,
    path: /_cluster\/reroute.*\bdry_run(?:=true|&|$)|\/_simulate|_cluster\/allocation\/explain/,
    risk: 'read',
    reason: 'it only tries',
    examples: ['POST _cluster/reroute?dry_run=true'],
  },
  {
    method: /./,
    path: /_delete_by_query|\/_close(?:[?/]|$)|_nodes\/[^?]*shutdown|\/_cancel(?:[?/]|$)|_ml\/.*\/_(?:reset|stop|close)|_ilm\/(?:stop|remove)|_snapshot\/[^/]+\/_cleanup|\/_(?:shrink|split|downsample|unfollow|pause_follow)|_dangling/,
    risk: 'destroy',
    reason: 'it takes data or an index out of use',
    examples: ['POST /logs/_delete_by_query\n{}', 'POST logs-1/_close'],
  },
  {
    method: /./,
    path: /_cluster\/reroute/,
    body: /accept_data_loss|allocate_(?:empty|stale)_primary|cancel/,
    risk: 'destroy',
    reason: 'it gives shards up',
    examples: ['POST _cluster/reroute\n{"commands":[{"allocate_stale_primary":{"accept_data_loss":true}}]}'],
  },
  {
    method: /./,
    path: /\/_restore|_settings|_cluster\/settings/,
    body: /read_only|blocks|allocation\.enable"?\s*:\s*"?none|exclude|number_of_replicas"?\s*:\s*"?0/,
    risk: 'destroy',
    reason: 'this setting keeps data or shards out',
    examples: ['PUT _cluster/settings\n{"transient":{"cluster.routing.allocation.enable":"none"}}'],
  },
  {
    method: /^(?:PUT|POST|PATCH)$/,
    path: /(?:^|[/_.?=&-])(?:delete|purge|drop|flushall|wipe|truncate|terminate|destroy|remove|shutdown|kill|failover|drain|disable|revoke|ban|block)(?:[/_.?=&-]|$)/i,
    risk: 'destroy',
    reason: 'its address says that something is taken away',
    examples: ['POST /api/users/3/block'],
  },
  {
    method: /^(?:PUT|POST|PATCH)$/,
    path: /./,
    risk: 'change',
    reason: 'it changes something',
    examples: ['PUT _cluster/settings\n{"transient":{}}', 'POST /logs/_forcemerge'],
  },
];

const REQUEST_LINE = /^\s*(GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE)\s+(\S+)(?:\s+HTTP\/[\d.]+)?\s*$/;

/** True for a text whose first line (comments aside) is a request. */
export function looksLikeRequests(text: string): boolean {
  const first = text.split('\n').find((line) => line.trim() !== '' && !/^\s*(?:#|\/\/)/.test(line));
  return first !== undefined && REQUEST_LINE.test(first);
}

/** The riskiest of the requests of a text; null where there is none. */
export function classifyRequests(text: string): Verdict | null {
  const requests: { method: string; path: string; body: string[] }[] = [];
  for (const line of text.split('\n')) {
    const match = REQUEST_LINE.exec(line.replace(/\s+#.*$/, ''));
    if (match !== null) requests.push({ method: match[1]!, path: match[2]!, body: [] });
    else requests.at(-1)?.body.push(line);
  }
  if (requests.length === 0) return null;
  return riskiest(
    requests.map(({ method, path, body }) => {
      const said = body.join('\n');
      const plain = path.replace(/^[a-z]+:\/\/[^/?#]*/i, '') || '/';
      const rule = REQUEST_RULES.find(
        (each) =>
          each.method.test(method) && each.path.test(plain) && (each.body === undefined || each.body.test(said)),
      )!;
      return { class: rule.risk, reason: `${method} ${path}: ${rule.reason}` };
    }),
  );
}
