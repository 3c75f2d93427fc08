import { type CallRule, named } from './call-rules.ts';

/** JavaScript, PHP and Erlang: what their own libraries do nothing with. */
export const JS_CALLS: readonly CallRule[] = [
  {
    path: /^(?:console\.\w+|JSON\.\w+|Math\.\w+|Object\.(?:keys|values|entries|assign|fromEntries)|Array\.(?:from|isArray|of)|Date(?:\.\w+)?|Number|String|Boolean|parseInt|parseFloat|Set|Map|Promise\.\w+|require|setTimeout|process\.(?:exit|cwd|uptime|memoryUsage|nextTick)|isNaN)$/,
    risk: 'read',
    reason: 'it only shows or computes',
    examples: ['console.log(JSON.stringify(x))'],
  },
  {
    // `crypto`, `os`, `path`, `url` and their like, also as `require("crypto").randomBytes`.
    path: /(?:^|\.)(?:(?:require|crypto|webcrypto)\.)?(?:randomBytes|randomUUID|randomInt|getRandomValues|createHash|createHmac|getHashes|getCiphers|timingSafeEqual|pbkdf2Sync|scryptSync|hkdfSync)$|(?:^|\.)(?:createHash|createHmac)(?:\.update)?\.(?:update|digest)$|^(?:Buffer|require)(?:\.from|\.alloc|\.concat|\.byteLength|\.resolve)$|(?:^|\.)(?:require|os|path)\.(?:hostname|cpus|totalmem|freemem|loadavg|uptime|platform|arch|networkInterfaces|basename|dirname|extname|lookup|resolve4|resolve6)$/,
    risk: 'read',
    reason: 'it only shows or computes',
    examples: [
      'console.log(require("crypto").randomBytes(32).toString("hex"))',
      'crypto.createHash("sha256").digest("hex")',
    ],
  },
  {
    path: named(
      `then catch finally forEach map filter reduce some every find findIndex indexOf includes join split slice concat sort reverse keys values entries toString toFixed
       toISOString toUTCString getTime now trim padStart padEnd startsWith endsWith toLowerCase toUpperCase match test exec replace replaceAll flat flatMap push shift unshift
       charAt substring substr toLocaleString json text log stringify parse stat readFileSync readFile readdirSync existsSync getJobCounts getJobs getWaiting getActive getFailed getDelayed getJob`,
    ),
    risk: 'read',
    reason: 'it only looks, or works on values of its own',
    examples: ['items.map((x) => x.id).join(",")'],
  },
];

export const PHP_CALLS: readonly CallRule[] = [
  {
    path: named(
      `echo print_r var_dump phpinfo phpversion php_uname ini_get extension_loaded dump dd count strlen implode explode json_encode json_decode array_map array_filter array_keys array_values date time strtotime now config env get all first find findOrFail where whereIn
       whereNull whereNotNull whereDate orWhere orderBy orderByDesc latest take limit skip with has whereHas select selectRaw groupBy having join leftJoin pluck toArray toJson toSql exists sum avg max min table connection query
       firstWhere chunk each map filter sortBy keyBy collect make app resolve format subDay subDays subHours addDays diffForHumans value values keys`,
    ),
    risk: 'read',
    reason: 'it only looks, or works on values of its own',
    examples: ["User::where('active', 1)->count()", 'dd(config("app.env"))'],
  },
  {
    path: /(?:^|::)Artisan::call$/,
    risk: 'opaque',
    reason: 'what the command does is written in another place',
    examples: ["Artisan::call('reports:send')"],
  },
];

export const ERLANG_CALLS: readonly CallRule[] = [
  {
    path: /^(?:io:format|io_lib:format|lists:\w+|maps:\w+|erlang:(?:system_info|memory|statistics|processes|process_info|node|nodes|length|is_\w+)|rabbit_misc:\w+|recon:\w+|ets:(?:info|lookup|tab2list|i)|mnesia:(?:info|system_info|table_info)|inet:\w+|os:(?:timestamp|getenv|type)|application:(?:get_env|get_all_env|which_applications|info)|node|nodes|length|self|registered|size)$/,
    risk: 'read',
    reason: 'it only looks',
    examples: ['erlang:memory().', 'io:format("~p~n", [node()]).'],
  },
  {
    path: /^(?:init|application|erlang|rabbit):(?:stop|halt|restart|disconnect_node|suspend_process|exit)$/,
    risk: 'destroy',
    reason: 'it ends something that runs',
    examples: ['init:stop().'],
  },
];
