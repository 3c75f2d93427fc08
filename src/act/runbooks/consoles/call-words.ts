import type { RunClass } from '../risk/verdict.ts';

const list = (text: string) => new Set(text.split(' '));

/** Words that begin the name of a call which only looks. */
const LOOKS = list(
  'get gets list find describe show count counts size length len is has have can exist exists inspect print printf puts dump to as read select filter reject map flat reduce inject fold sort order group min max sum avg first last all any none one each every where limit offset pluck lookup search query scan view stat stats status info information help explain check test verify validate valid compare diff format parse json yaml encode decode join split strip lower upper lowercase uppercase trim slice iter keys values items entries now today yesterday ago since until parse time date datetime version latency latest tap then log debug peek head tail sample zip tally uniq unique distinct aggregate collect detect include includes contain contains start_with end_with starts ends match matches equal equals round floor ceil abs percent pretty display report summary summarize current calculate estimate dig fetch try with from into used free total size sizeof name names id ids type kind class methods columns tables schema schemas attributes errors description instance year month day hour minute second hours minutes seconds days weeks months',
);
/** Words of a call that changes something which can be changed back. */
const CHANGES = list(
  'set update save create insert add append put post write push enqueue enable activate start restart reload resume retry requeue reschedule schedule perform deliver send publish trigger import sync refresh recalculate rebuild reindex reconcile assign approve grant unlock unblock unban increment incr increase decrement decr decrease toggle touch transfer move rename migrate upsert apply attach register invite build process reset_counters configure reconfig promote mark replace warm rehash resize scale rotate generate notify mail email commit freeze pause unpause rearm receive poll',
);
/** Words of a call that loses data, traffic or access. */
const DESTROYS = list(
  'flushdb flushall delete destroy remove drop truncate purge flush clear wipe erase kill cancel terminate shutdown stop disable deactivate block ban lock revoke expire evict reset prune unlink unregister deregister detach failover demote stepdown drain quit abort discard empty rollback uninstall deprovision nuke quarantine suspend del rm rmtree unset unassign unsubscribe forget dequeue invalidate bust vacuum clean cleanup gc trim restore overwrite force halt exit_all takeover',
);
/** Words that make a name that of a fact: `import_status`, `token_expires_at`. */
const FACTS =
  /^(?:at|on|by|id|ids|iid|name|names|status|state|count|counts|size|type|kind|key|path|url|uri|date|time|seconds|ms|options|data|info|result|results|error|errors|message|messages|log|logs|reason|version|level|limit|code|email|username|host|port|address|title|body|payload|class|klass|args|jid|queue|latency|storage|repository|project|user|users|owner|namespace|group|groups|parent|value|values|config|settings|attempts|bytes|total|rate|ratio|percent|enabled|disabled|locked|deleted|active|pending|failed|running|projects|jobs|queues|workers|processes|members|records|items|nodes|shards|builds|runners|pipelines|statistics|metadata|attributes|description|sha|ref|refs|ttl|lag|only|readonly|read_only|public|private|visibility|role|roles|limits|quota|duration|interval|timeout|region|zone|ip|hostname|domain|timestamp|window|weight|score|number|position|index|hash|token|secret)$/;

/** `find_or_create_by!` → find, or, create, by. */
function wordsOfName(name: string): string[] {
  return name
    .replace(/[!?]$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_$\W]+/)
    .filter((word) => word !== '');
}

/**
 * What a call's name alone says it does, or undefined where it says nothing. A verb of loss or change anywhere counts,
 * unless the name is that of a fact.
 */
export function classOfName(name: string, hasArguments: boolean): RunClass | undefined {
  const words = wordsOfName(name);
  if (words.length === 0) return undefined;
  if (name.endsWith('?')) return 'read';
  const isFact =
    !name.endsWith('!') && words.length > 1 && FACTS.test(words.at(-1)!) && (!hasArguments || LOOKS.has(words[0]!));
  if (!isFact && words.some((word) => DESTROYS.has(word))) return 'destroy';
  if (!isFact && words.some((word, place) => CHANGES.has(word) && (place === 0 || words[0] !== 'get'))) return 'change';
  if (name.endsWith('!')) return undefined;
  if (LOOKS.has(words[0]!)) return 'read';
  if (!hasArguments && FACTS.test(words.at(-1)!)) return 'read';
  return isFact ? 'read' : undefined;
}
