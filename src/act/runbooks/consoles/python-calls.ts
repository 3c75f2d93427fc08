import { type CallRule, ENDS_ACCESS, named } from './call-rules.ts';

export const PYTHON_CALLS: readonly CallRule[] = [
  {
    path: /^(?:json|secrets|base64|hashlib|hmac|random|string|uuid|datetime|time|math|re|statistics|urllib\.parse|itertools|collections|pprint|textwrap|struct|binascii|zlib|csv|calendar|platform|sys\.(?:stdin|stdout|stderr|argv)|socket\.(?:create_connection|getaddrinfo|gethostby\w+|getfqdn))\.?(?:\.\w+)*$|^sys\.(?:exit|getsizeof)$/,
    risk: 'read',
    reason: 'it computes a value',
    examples: ['json.load(sys.stdin)', 'secrets.token_urlsafe(32)', 'base64.b64encode(x)'],
  },
  {
    path: /(?:^|\.)requests\.(?:get|head|options)$|(?:^|\.)urllib\.request\.urlopen$|(?:^|\.)httpx\.get$/,
    risk: 'read',
    reason: 'it asks another server',
    examples: ['requests.get("http://x/health").json()'],
  },
  {
    path: /(?:^|\.)(?:requests|httpx)\.delete$/,
    risk: 'destroy',
    reason: 'it sends a DELETE',
    examples: ['requests.delete("http://x/items/1")'],
  },
  {
    path: /(?:^|\.)update$/,
    args: ENDS_ACCESS,
    risk: 'destroy',
    reason: 'it ends what these records give access to',
    examples: ['Token.objects.filter(user=3).update(expires_at=timezone.now())'],
  },
  {
    path: /(?:^|\.)objects(?:\.\w+)*\.update$|(?:^|\.)(?:save|bulk_create|bulk_update|get_or_create|update_or_create|set_password|apply_async|delay|send_task)$/,
    risk: 'change',
    reason: 'it writes records or gives work to workers',
    examples: ['user.save()', 'Order.objects.filter(state="x").update(state="y")', 'rebuild.delay(1)'],
  },
  {
    path: /^(?:[\w.]+\.)?open$/,
    args: /(?:^|\s)[rbt]*[wax+][bt+]*(?:\s|$)/,
    risk: 'change',
    reason: 'it opens a file to write into it',
    examples: ['open("/tmp/x", "w")'],
  },
  {
    path: /^call_command$|\.call_command$/,
    args: /^(?:check|showmigrations|sqlmigrate|dbshell|diffsettings|inspectdb|dumpdata|version|findstatic)\b/,
    risk: 'read',
    reason: 'this management command only shows',
    examples: ['call_command("showmigrations")'],
  },
  {
    path: /^call_command$|\.call_command$/,
    args: /^(?:migrate|loaddata|collectstatic|createcachetable|makemigrations|compilemessages|rebuild_index|update_index)\b/,
    risk: 'change',
    reason: 'this management command changes the database or files',
    examples: ['call_command("migrate")'],
  },
  {
    path: /(?:^|\.)control\.inspect(?:\.\w+)?$/,
    risk: 'read',
    reason: 'it asks the workers what they do',
    examples: ['app.control.inspect().active()'],
  },
  {
    path: named(
      `print len list dict set tuple sorted range str int float bool repr type dir help sum min max any all enumerate zip map filter
       isinstance issubclass hasattr getattr vars locals globals id hash iter next reversed round abs hex chr ord input format bytes bytearray frozenset super object open
       dumps loads sleep now utcnow today fromtimestamp timedelta strftime strptime isoformat timestamp getenv environ listdir getcwd isfile isdir basename dirname exists
       objects filter exclude get all count values values_list first last latest earliest aggregate annotate order_by distinct select_related prefetch_related only defer using in_bulk iterator
       append extend items keys values copy index split rsplit join strip lstrip rstrip lower upper title replace startswith endswith find encode decode
       format most_common Counter defaultdict OrderedDict namedtuple deepcopy pprint pp
       client resource Session paginate get_paginator cursor fetchone fetchall fetchmany connect json text raise_for_status
       ping info llen lrange hgetall hget smembers scan scan_iter ttl dbsize mget get_model get_user_model apps.get_model
       Q F Count Sum Avg Max Min Path read readlines readline splitlines group groups search match findall compile setup basicConfig getLogger debug warning error exit quit exc_info print_exc`,
    ),
    risk: 'read',
    reason: 'it only looks, or works on values of its own',
    examples: ['print(len(User.objects.filter(is_active=True)))', 'json.dumps(x)'],
  },
];
