import { type RiskTool, tool, words } from './rule.ts';

const dump = (name: string, example: string): RiskTool => ({
  names: [name],
  rules: [
    {
      flags: ['-f', '--file', '--out', '-o', '--archive', '--result-file'],
      risk: 'change',
      reason: `${name} writes a backup`,
      examples: [],
    },
    {
      args: /(?:^|\s)-f\S|--(?:file|out|result-file)=/,
      risk: 'change',
      reason: `${name} writes a backup`,
      examples: [],
    },
    { risk: 'read', reason: `${name} reads a database`, examples: [example] },
  ],
});

export const DATA_STORE_TOOLS: readonly RiskTool[] = [
  dump('pg_dump', 'pg_dump driftmgr'),
  dump('pg_dumpall', 'pg_dumpall'),
  dump('mysqldump', 'mysqldump db'),
  {
    names: ['pg_basebackup', 'pg_receivewal'],
    rules: [{ risk: 'change', reason: 'writes a copy of the database', examples: ['pg_basebackup -D /b'] }],
  },
  {
    names: ['pg_restore'],
    rules: [
      {
        flags: ['-l', '--list'],
        risk: 'read',
        reason: 'pg_restore lists a backup',
        examples: ['pg_restore -l b.dump'],
      },
      {
        args: /^(?!.*(?:^|\s)(?:-d|--dbname)).*(?:^|\s)(?:--file=|--file\s+|-f\s*)(?:-|\/dev\/(?:null|stdout))(?:\s|$)/,
        risk: 'read',
        reason: 'pg_restore prints a backup as SQL',
        examples: ['pg_restore --file=- b.dump', 'pg_restore -f /dev/null b.dump'],
      },
      { risk: 'destroy', reason: 'pg_restore writes a backup over the database', examples: ['pg_restore -d d b.dump'] },
    ],
  },
  {
    names: ['dropdb', 'dropuser'],
    rules: [{ risk: 'destroy', reason: 'overwrites or removes a database', examples: ['dropdb d'] }],
  },
  {
    names: words('createdb createuser vacuumdb reindexdb clusterdb pg_repack pgbench'),
    rules: [{ risk: 'change', reason: 'creates or maintains a database', examples: ['createdb d', 'vacuumdb -a'] }],
  },
  {
    names: ['pg_ctl', 'pg_ctlcluster'],
    valueOptions: ['-D', '-l', '-m', '-o', '-t'],
    rules: [
      { sub: 'status', risk: 'check', reason: 'asks whether PostgreSQL runs', examples: ['pg_ctl status -D d'] },
      {
        sub: 'start|reload|init|initdb',
        risk: 'change',
        reason: 'starts or reloads PostgreSQL',
        examples: ['pg_ctl -D d reload'],
      },
      {
        risk: 'destroy',
        reason: 'stops, restarts or promotes PostgreSQL',
        examples: ['pg_ctl -D d stop', 'pg_ctl promote -D d'],
      },
    ],
  },
  {
    names: ['redis-cli', 'valkey-cli', 'keydb-cli', 'gitlab-redis-cli'],
    valueOptions: words('-h -p -s -a -u -r -i -n -d --user --pass --cacert --cert --key --sni --pattern'),
    bareOptions: words(
      '--tls --no-auth-warning --raw --no-raw --csv -c -x -3 -2 --insecure --json --bigkeys --memkeys --hotkeys --scan --stat --latency',
    ),
    rules: [
      {
        sub: 'PING|INFO|GET|MGET|STRLEN|EXISTS|TTL|PTTL|TYPE|KEYS|SCAN|SSCAN|HSCAN|ZSCAN|DBSIZE|HGET|HGETALL|HMGET|HLEN|HKEYS|HVALS|HEXISTS|LLEN|LRANGE|LINDEX|SCARD|SMEMBERS|SISMEMBER|ZCARD|ZRANGE|ZRANGEBYSCORE|ZREVRANGE|ZSCORE|ZRANK|ZCOUNT|XLEN|XRANGE|XREVRANGE|XINFO|XPENDING|MONITOR|TIME|ROLE|LASTSAVE|OBJECT|ECHO|RANDOMKEY|COMMAND|GETRANGE|BITCOUNT|PFCOUNT|LOLWUT|AUTH|SELECT|SUBSCRIBE|PSUBSCRIBE|WAIT|DUMP|TOUCH',
        risk: 'read',
        reason: 'redis-cli looks',
        examples: ['redis-cli ping', 'redis-cli -h r -p 6379 INFO memory', 'redis-cli MONITOR'],
      },
      {
        sub: 'SLOWLOG|LATENCY|MEMORY|CLIENT|CONFIG|CLUSTER|ACL|MODULE|SCRIPT|PUBSUB GET|LEN|USAGE|STATS|DOCTOR|LIST|INFO|NODES|SLOTS|SHARDS|KEYSLOT|COUNTKEYSINSLOT|HISTORY|LATEST|GRAPH|ID|WHOAMI|EXISTS|MALLOC-STATS|GETNAME|CHANNELS|NUMSUB|NUMPAT|HELP|CAT|LOG|GETUSER|USERS|MYID|LINKS|SLAVES|REPLICAS|COUNT-FAILURE-REPORTS|MYSHARDID|SLOT-STATS|GENPASS|TRACKINGINFO|GETREDIR|SHARDCHANNELS|SHARDNUMSUB',
        risk: 'read',
        reason: 'redis-cli looks',
        examples: [
          'redis-cli SLOWLOG GET 10',
          'redis-cli CLIENT LIST',
          'redis-cli CONFIG GET maxmemory',
          'redis-cli -p 7001 cluster replicas 97d7d0',
        ],
      },
      {
        sub: 'DEBUG OBJECT|JMAP|HELP|STRINGMATCH-LEN',
        risk: 'read',
        reason: 'redis-cli looks',
        examples: ['redis-cli debug object k'],
      },
      {
        sub: 'SENTINEL MASTERS|MASTER|REPLICAS|SLAVES|SENTINELS|GET-MASTER-ADDR-BY-NAME|CKQUORUM|INFO-CACHE|MYID|IS-MASTER-DOWN-BY-ADDR|PENDING-SCRIPTS|CONFIG|DEBUG',
        risk: 'read',
        reason: 'redis-cli looks',
        examples: ['redis-cli -p 26379 sentinel masters'],
      },
      {
        sub: 'SENTINEL MONITOR|SET|FLUSHCONFIG|RESET',
        risk: 'change',
        reason: 'redis-cli changes what the sentinels watch',
        examples: ['redis-cli -p 26379 SENTINEL SET m quorum 2'],
      },
      {
        sub: 'EXPIRE|PEXPIRE|EXPIREAT|PEXPIREAT|SETEX|PSETEX',
        risk: 'destroy',
        reason: 'redis-cli sets when keys vanish',
        examples: ['redis-cli EXPIRE k 0'],
      },
      {
        sub: 'CONFIG SET',
        args: /requirepass|maxclients|maxmemory|save|appendonly|protected-mode|bind/i,
        risk: 'destroy',
        reason: 'this setting can evict data or lock clients out',
        examples: ['redis-cli CONFIG SET maxmemory 1mb'],
      },
      {
        sub: 'CONFIG SET|REWRITE',
        risk: 'change',
        reason: "redis-cli changes the server's settings",
        examples: ['redis-cli CONFIG SET slowlog-log-slower-than 1000'],
      },
      {
        sub: 'SET|MSET|SETNX|INCR|INCRBY|DECR|DECRBY|HSET|HMSET|HINCRBY|LPUSH|RPUSH|SADD|ZADD|XADD|APPEND|PUBLISH|PERSIST|BGSAVE|SAVE|BGREWRITEAOF|XGROUP|XACK|SPUBLISH|COPY|PFADD|SETBIT|ZINCRBY',
        risk: 'change',
        reason: 'redis-cli writes',
        examples: ['redis-cli SET k v', 'redis-cli BGSAVE'],
      },
      {
        sub: 'CLIENT PAUSE|UNPAUSE|SETNAME|NO-EVICT|TRACKING',
        risk: 'change',
        reason: 'redis-cli changes how clients are served',
        examples: ['redis-cli CLIENT PAUSE 100'],
      },
      {
        sub: 'CLUSTER MEET|ADDSLOTS|REPLICATE|SETSLOT',
        risk: 'destroy',
        reason: 'redis-cli rearranges the cluster',
        examples: ['redis-cli CLUSTER MEET h 1'],
      },
      {
        sub: 'CONFIG|FLUSHDB|FLUSHALL|DEL|UNLINK|SHUTDOWN|DEBUG|REPLICAOF|SLAVEOF|FAILOVER|MIGRATE|RESTORE|RENAME|RENAMENX|SWAPDB|MOVE|LTRIM|XTRIM|XDEL|SREM|ZREM|HDEL|LREM|LPOP|RPOP|SPOP|GETDEL|GETSET|GETEX|CLUSTER|CLIENT|SCRIPT|ACL|MODULE|SLOWLOG|LATENCY|ZREMRANGEBYRANK|ZREMRANGEBYSCORE|ZPOPMIN|ZPOPMAX|RPOPLPUSH|LSET|MEMORY|RESET|SENTINEL',
        risk: 'destroy',
        reason: 'redis-cli removes data or takes something out of use',
        examples: [
          'redis-cli FLUSHDB',
          'redis-cli -n 2 DEL k',
          'redis-cli CLIENT KILL ID 3',
          'redis-cli CONFIG RESETSTAT',
        ],
      },
      {
        sub: 'EVAL|EVALSHA|FCALL|FUNCTION',
        risk: 'opaque',
        reason: 'redis-cli runs a script',
        examples: ['redis-cli EVAL x 0'],
      },
    ],
  },
  {
    names: ['etcdctl'],
    valueOptions: words('--endpoints --cacert --cert --key --user -w --write-out --command-timeout --dial-timeout'),
    rules: [
      {
        sub: 'get|watch|version',
        risk: 'read',
        reason: 'etcdctl looks',
        examples: ['etcdctl get / --prefix --keys-only'],
      },
      {
        sub: 'member|user|role|auth|alarm|lease list|get|status|timetolive',
        risk: 'read',
        reason: 'etcdctl looks',
        examples: ['etcdctl member list'],
      },
      {
        sub: 'endpoint health',
        risk: 'check',
        reason: 'asks whether etcd answers',
        examples: ['etcdctl endpoint health'],
      },
      {
        sub: 'endpoint|check status|hashkv|perf|datascale',
        risk: 'read',
        reason: 'asks etcd about itself',
        examples: ['etcdctl endpoint status'],
      },
      {
        sub: 'snapshot status',
        risk: 'read',
        reason: 'looks at a snapshot',
        examples: ['etcdctl snapshot status s.db'],
      },
      {
        sub: 'snapshot save',
        risk: 'change',
        reason: 'etcdctl snapshot save writes a backup',
        examples: ['etcdctl snapshot save s.db'],
      },
      {
        sub: 'snapshot restore',
        risk: 'destroy',
        reason: 'etcdctl snapshot restore writes a data folder from a backup',
        examples: ['etcdctl snapshot restore s.db --data-dir=/d'],
      },
      {
        sub: 'defrag',
        flags: ['--cluster'],
        risk: 'destroy',
        reason: 'every member answers nobody while it is defragmented',
        examples: ['etcdctl defrag --cluster'],
      },
      {
        sub: 'defrag',
        risk: 'change',
        reason: 'etcdctl defrag frees space; the member answers nobody while it does',
        examples: ['etcdctl defrag', 'etcdctl --endpoints=https://10.0.0.1:2379 defrag'],
      },
      {
        sub: 'del|compaction|compact|move-leader|txn|migrate',
        risk: 'destroy',
        reason: 'etcdctl removes data or moves the leader',
        examples: ['etcdctl del /x'],
      },
      {
        sub: 'member|user|role|auth|alarm|lease remove|delete|revoke*|disable|disarm|enable|promote|update|passwd',
        risk: 'destroy',
        reason: 'etcdctl removes members or rights',
        examples: ['etcdctl member remove 1'],
      },
      {
        sub: 'put|lease|member|user|role|lock|elect',
        risk: 'change',
        reason: 'etcdctl writes',
        examples: ['etcdctl put k v', 'etcdctl member add x'],
      },
    ],
  },
  {
    names: [
      'etcd',
      'redis-server',
      'postgres',
      'mongod',
      'mysqld',
      'redis-sentinel',
      'mariadbd',
      'mongos',
      'memcached',
      'clickhouse-server',
    ],
    rules: [
      { risk: 'change', reason: 'starts a server that runs until it is stopped', examples: ['etcd --data-dir=/d'] },
    ],
  },
];

/** `redis-cli --cluster COMMAND`, which talks to every node of a cluster. */
export const REDIS_CLUSTER: RiskTool = tool('redis-cli', { values: '-a --cluster-from --cluster-to --cluster-slots' }, [
  ['destroy', 'del-node|reshard|fix|import|set-timeout|call|failover', 'rearranges the cluster'],
  ['check', 'check', 'asks whether the cluster is whole'],
  ['read', 'info|help', 'looks at the cluster'],
  ['change', 'add-node|rebalance|create|backup', 'extends or balances the cluster'],
]);
