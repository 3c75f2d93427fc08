import { type RiskTool, tool } from './rule.ts';

/** The tools around databases: backups, failover, maintenance. */
export const DATABASE_TOOLS: readonly RiskTool[] = [
  tool(
    'patronictl gitlab-patronictl',
    { values: '-c --config-file -d --dcs-url -k', bare: '--force --wait -e --extended -t' },
    [
      [
        'destroy',
        'switchover|failover|reinit|remove|flush|demote-cluster|promote-cluster',
        'moves the primary, or throws a member away',
        'patronictl -c p.yml switchover main',
        'patronictl reinit main pg2',
        'patronictl failover',
      ],
      [
        'destroy',
        'edit-config --apply|--replace',
        'replaces the settings of the cluster',
        'patronictl edit-config main --apply f',
      ],
      {
        sub: 'edit-config',
        byHand: true,
        risk: 'change',
        reason: 'opens an editor on the settings of the cluster',
        examples: ['patronictl edit-config main'],
      },
      [
        'read',
        'list|history|show-config|topology|dsn|query|version|configure',
        'patronictl looks',
        'patronictl list',
        'patronictl show-config main',
      ],
      [
        'change',
        'restart|reload|pause|resume|scaffold|cancel',
        'restarts or configures members',
        'patronictl restart main pg2',
        'patronictl pause',
      ],
    ],
  ),
  tool(
    'repmgr repmgrd pg_autoctl stolonctl pcp_node_info pg_auto_failover',
    { values: '-f --config-file -h -d -U -n --pgdata' },
    [
      ['read', '--dry-run', 'only says what it would do', 'repmgr standby switchover --dry-run'],
      [
        'destroy',
        '@switchover|promote|unregister|failover|rejoin|drop|disable|stop|failkeeper|removekeeper|kill|perform / standby clone',
        'moves the primary, or overwrites a node',
        'repmgr standby promote',
        'pg_autoctl perform failover',
        'stolonctl failkeeper k',
      ],
      ['check', '@check', 'asks about a node', 'repmgr node check'],
      [
        'read',
        '@show|status|matrix|crosscheck|event|service|spec|state|version|diag|clusterdata',
        'looks at the cluster',
        'repmgr cluster show',
        'pg_autoctl show state',
      ],
      [
        'change',
        '@register|follow|start|enable|pause|unpause|resume|create|run|set|update|reload|restart|init',
        'registers or configures a node',
        'repmgr primary register',
      ],
    ],
  ),
  tool(
    'pgbackrest',
    {
      values: '--stanza --config --type --set --repo --target --db-path --pg1-path --log-level-console',
      bare: '--delta --force',
    },
    [
      ['read', '--dry-run', 'only says what it would do', 'pgbackrest --stanza=m expire --dry-run'],
      [
        'destroy',
        'restore|stanza-delete|stop|expire|repo-rm',
        'overwrites the database, or removes backups',
        'pgbackrest --stanza=m restore',
        'pgbackrest stop',
      ],
      ['check', 'check|verify', 'checks backups', 'pgbackrest --stanza=m check'],
      ['read', 'info|version|help|repo-ls|repo-get|annotate-ls', 'looks at backups', 'pgbackrest info'],
      [
        'change',
        'backup|stanza-create|stanza-upgrade|start|archive-push|archive-get|annotate|repo-put|server',
        'makes a backup',
        'pgbackrest --stanza=m backup',
      ],
    ],
  ),
  tool('wal-g wal-e', { values: '--config --gpg-key-id -p --pool-size -k' }, [
    ['read', 'delete --dry-run', 'only says what it would do', 'wal-e delete --dry-run retain 5'],
    [
      'destroy',
      'delete --confirm|--yes',
      'removes backups',
      'wal-g delete retain FULL 5 --confirm',
      'wal-e delete --confirm retain 5',
    ],
    [
      'destroy',
      'backup-fetch|catchup-fetch|st|copy|backup-restore',
      'writes a backup over the data folder',
      'wal-g backup-fetch /d LATEST',
    ],
    ['read', 'delete', 'wal-g delete without --confirm only says what it would do', 'wal-g delete retain FULL 5'],
    ['check', 'wal-verify|wal-show|check', 'checks the archive', 'wal-g wal-verify integrity'],
    ['read', 'backup-list|backup-show|--version|version|flags', 'lists backups', 'wal-g backup-list'],
    [
      'change',
      'backup-push|wal-push|wal-fetch|wal-prefetch|backup-mark|stream-push|binlog-push|catchup-push|oplog-push|wal-receive',
      'makes a backup',
      'wal-g backup-push /d',
    ],
  ]),
  tool('barman barman-cloud-backup barman-cloud-backup-list barman-wal-restore', { values: '-c --config' }, [
    [
      'destroy',
      'delete|recover|restore / receive-wal --stop|--reset|--drop-slot',
      'removes backups, or writes one over a folder',
      'barman delete m 20300101',
      'barman recover m latest /d',
    ],
    ['check', 'check|check-backup|verify-backup|verify', 'checks backups', 'barman check m'],
    [
      'read',
      'list-*|show-*|status|diagnose|get-wal|replication-status|config-*|list_*|show_*',
      'looks at backups',
      'barman list-backups m',
      'barman status m',
    ],
    ['change', '', 'makes a backup', 'barman backup m', 'barman cron', 'barman switch-wal m'],
  ]),
  tool(
    'pg_lsclusters pg_controldata pg_waldump pg_config pg_test_fsync pg_test_timing pg_archivecleanup-n pgbadger pg_activity pgmetrics pgcenter pg_top oid2name pgstattuple pg_view',
    {},
    [['read', '', 'looks at PostgreSQL', 'pg_lsclusters', 'pg_controldata /d']],
  ),
  // Its -d is a database, that of pg_checksums switches them off.
  tool('pg_isready', { values: '-d -h -p -t -U --dbname --host --port --timeout --username', bare: '-q' }, [
    ['check', '', 'asks whether PostgreSQL takes connections', 'pg_isready -h db -d shop', 'pg_isready'],
  ]),
  tool('pg_amcheck pg_checksums pg_verifybackup', { values: '-D -h -p -U -d' }, [
    ['change', '-e|--enable|-d|--disable|--install-missing', 'switches checksums', 'pg_checksums --enable -D d'],
    ['check', '', 'asks whether the data of PostgreSQL is well', 'pg_amcheck db'],
  ]),
  tool(
    'pg_upgrade pg_upgradecluster pg_dropcluster pg_resetwal pg_rewind pg_archivecleanup pg_renamecluster pg_createsubscriber pgcopydb pgloader initdb',
    { bare: '-n --dry-run -c --check' },
    [
      [
        'check',
        '-n|--dry-run|--check|-c',
        'only checks what it would do',
        'pg_upgrade --check',
        'pg_archivecleanup -n d w',
        'pg_rewind --dry-run --target-pgdata d',
      ],
      [
        'destroy',
        '',
        'overwrites or removes a database',
        'pg_resetwal -f d',
        'pg_rewind --target-pgdata d',
        'pg_dropcluster 14 main',
      ],
    ],
  ),
  tool('pgbouncer pgpool pgcat odyssey', { bare: '-d -R -q -v' }, [
    ['destroy', '-R / @stop', 'takes the place of the running pooler', 'pgbouncer -R x.ini'],
    ['change', '', 'starts the pooler', 'pgbouncer -d x.ini', 'pgpool reload'],
  ]),
  tool(
    'mysqladmin mariadb-admin',
    {
      values: '-u --user -h --host -P --port -S --socket -i --sleep -c --count',
      bare: '-p --password -v -r --relative',
    },
    [
      [
        'destroy',
        '@shutdown|kill|drop|password|stop-slave|stop-replica|flush-privileges-off|flush-status',
        'stops the server, its sessions or its replication',
        'mysqladmin shutdown',
        'mysqladmin kill 5',
        'mysqladmin drop db',
      ],
      ['check', '@ping', 'asks whether the server answers', 'mysqladmin ping'],
      [
        'read',
        '@status|extended-status|processlist|proc|variables|version',
        'asks the server about itself',
        'mysqladmin processlist',
        'mysqladmin -u root extended-status',
      ],
      [
        'change',
        '@flush-*|create|refresh|reload|start-slave|start-replica|debug',
        'changes the server',
        'mysqladmin flush-hosts',
        'mysqladmin start-slave',
      ],
    ],
  ),
  tool('mysqlcheck mariadb-check myisamchk', { bundled: true }, [
    [
      'change',
      '-r|--repair|-o|--optimize|--auto-repair|-f|--recover|-a|--analyze',
      'repairs or rewrites tables',
      'mysqlcheck --auto-repair db',
    ],
    ['check', '', 'checks tables', 'mysqlcheck --all-databases'],
  ]),
  tool(
    'mysqlbinlog mysqlshow mysqltuner mysqltuner.pl mysqldumpslow innotop mytop pt-query-digest pt-summary pt-mysql-summary pt-table-checksum-replicate pt-diskstats pt-duplicate-key-checker pt-show-grants pt-visual-explain pt-variable-advisor pt-stalk pt-index-usage mongotop mongostat',
    {},
    [['read', '', 'looks at a database', 'mysqlbinlog f', 'pt-query-digest slow.log', 'mongostat']],
  ),
  tool(
    'pt-online-schema-change pt-table-sync pt-archiver pt-kill pt-slave-restart pt-table-checksum pt-heartbeat gh-ost pt-slave-find pt-config-diff pt-deadlock-logger',
    {},
    [
      [
        'read',
        '--dry-run|--print',
        'only says what it would do',
        'pt-online-schema-change --dry-run t=x',
        'pt-kill --print',
      ],
      [
        'destroy',
        '--kill|--kill-query|--purge|--skip-count',
        'ends sessions or removes rows',
        'pt-kill --busy-time 60 --kill',
        'pt-archiver --purge --source h=x',
      ],
      ['change', '', 'changes a table', 'pt-online-schema-change --execute t=x', 'gh-ost --execute'],
    ],
  ),
  tool('xtrabackup mariabackup innobackupex mydumper mysqlpump mysqlhotcopy mariadb-dump', {}, [
    [
      'destroy',
      '--copy-back|--move-back',
      'writes a backup over the database',
      'xtrabackup --copy-back --target-dir=/b',
    ],
    ['change', '', 'makes or prepares a backup', 'xtrabackup --backup --target-dir=/b', 'mydumper -o /b'],
  ]),
  tool('mysqlbackup', {}, [
    [
      'destroy',
      '@copy-back|copy-back-and-apply-log|restore',
      'writes a backup over the database',
      'mysqlbackup --backup-dir=/b copy-back',
    ],
    ['check', '@validate', 'checks a backup', 'mysqlbackup validate'],
    ['read', '@list-image', 'lists a backup', 'mysqlbackup list-image'],
    ['change', '', 'makes a backup', 'mysqlbackup --backup-dir=/b backup-to-image'],
  ]),
  tool('myloader mongorestore mongoimport mysqlimport cassandra-loader sstableloader', {}, [
    ['read', '--dryRun', 'only says what it would do', 'mongorestore --dryRun /b'],
    ['destroy', '', 'writes a backup over the database', 'mongorestore /b', 'myloader -d /b'],
  ]),
  tool('mongodump mongoexport', {}, [['change', '', 'writes a backup', 'mongodump --uri=x --out=/b']]),
  tool(
    'orchestrator orchestrator-client mha_manager masterha_master_switch masterha_check_repl',
    { values: '-c -i -d -alias' },
    [
      {
        args: /(?:graceful-master-takeover|force-master-failover|failover|recover|relocate|stop-replica|stop-slave|reset|forget|detach|begin-maintenance|begin-downtime|set-read-only|master_switch|skip-query)/,
        risk: 'destroy',
        reason: 'moves the primary or takes a replica out of use',
        examples: ['orchestrator-client -c graceful-master-takeover -alias m -d h'],
      },
      {
        args: /(?:topology|which|clusters|all-instances|search|instance-status|raft|api|replication-analysis|check|snapshot-topologies|find|can-|is-)/,
        risk: 'read',
        reason: 'looks at replication',
        examples: ['orchestrator-client -c topology -i h'],
      },
      ['change', '', 'changes replication', 'orchestrator-client -c start-replica -i h'],
    ],
  ),
  tool('nodetool', { values: '-h --host -p --port -u --username -pw --password -pwf' }, [
    [
      'destroy',
      'decommission|removenode|assassinate|drain|disablegossip|disablebinary|disablethrift|disablehandoff|disableautocompaction|disablebackup|disablehints*|stopdaemon|clearsnapshot|truncatehints|cleanup|stop|move|invalidate*|pausehandoff|resetlocalschema|garbagecollect|scrub|forcecompact|disableold*|disableaudit*|disablefull*',
      'takes the node, its data or its caches out of use',
      'nodetool drain',
      'nodetool decommission',
      'nodetool clearsnapshot',
      'nodetool cleanup',
    ],
    ['check', 'verify|failuredetector|import', 'checks the node', 'nodetool verify'],
    [
      'read',
      'status|info|tpstats|tablestats|cfstats|netstats|compactionstats|compactionhistory|describecluster|describering|ring|gossipinfo|proxyhistograms|tablehistograms|cfhistograms|getcompactionthroughput|get*|gcstats|listsnapshots|statusgossip|statusbinary|status*|version|toppartitions|profileload|viewbuildstatus|clientstats|rangekeysample|getendpoints|repair_admin|bootstrap-status|sjk|datapaths|history|help',
      'looks at the node',
      'nodetool status',
      'nodetool -h h tpstats',
    ],
    [
      'change',
      'repair|flush|compact|snapshot|enable*|set*|refresh*|rebuild*|upgradesstables|bootstrap|resumehandoff|reload*|join|relocatesstables|handoffwindow|replaybatchlog|recompress_sstables|sstablerepairedset|rebuild_index',
      'maintains the node',
      'nodetool repair',
      'nodetool flush',
      'nodetool enablegossip',
    ],
  ]),
  tool('sstabledump sstablemetadata sstableutil sstableexpiredblockers cassandra-stress', {}, [
    ['read', '', 'looks at files of Cassandra', 'sstablemetadata f'],
  ]),
  tool('etcdutl', {}, [
    ['read', 'snapshot status|hashkv / version', 'looks at a snapshot', 'etcdutl snapshot status s'],
    ['destroy', '', 'writes a data folder', 'etcdutl snapshot restore s --data-dir d', 'etcdutl defrag --data-dir d'],
  ]),
  tool('influxd influx_inspect influx-stress', {}, [
    ['read', '@inspect|report*|verify|version|dumptsi|print-config|dumptsm', 'looks', 'influxd version'],
    ['destroy', 'restore|deletetsm|downgrade / inspect delete-tsm', 'overwrites or removes data', 'influxd restore /b'],
    ['change', '', 'makes a backup or starts the server', 'influxd backup /b'],
  ]),
  tool('neo4j-admin neo4j cypher-shell-help', {}, [
    [
      'destroy',
      '@load|restore|stop|unbind|drop|copy-to / stop|restart',
      'stops or overwrites the database',
      'neo4j stop',
      'neo4j-admin database load neo4j',
    ],
    ['check', '@check', 'checks the database', 'neo4j-admin database check neo4j'],
    ['read', '@status|info|report|version|memory-recommendation|store-info', 'looks', 'neo4j status'],
    ['change', '', 'makes a backup or starts the database', 'neo4j-admin database dump neo4j', 'neo4j start'],
  ]),
  tool(
    'couchbase-cli cbbackupmgr cbstats cbcollect_info',
    { values: '-c --cluster -u --username -p --password -a -r', verbDepth: 2 },
    [
      [
        'destroy',
        'failover|rebalance-stop|bucket-delete|bucket-flush|server-remove|restore|remove|host-remove|reset*|user-delete / rebalance --server-remove',
        'takes a node, a bucket or a backup away',
        'couchbase-cli failover -c h -u a -p b',
        'cbbackupmgr restore -a d -r n',
      ],
      [
        'read',
        'server-list|bucket-list|host-list|info|rebalance-status|server-info|list|examine|all|timings|memory|setting-*-list',
        'looks',
        'couchbase-cli server-list -c h',
      ],
      ['change', '', 'changes the cluster', 'couchbase-cli rebalance -c h', 'cbbackupmgr backup -a d -r n'],
    ],
  ),
  tool('tiup pd-ctl tidb-ctl yb-admin yugabyted vitess vtctl vtctlclient vtctldclient', { verbDepth: 5 }, [
    [
      'destroy',
      '@stop|scale-in|destroy|clean|prune|delete|remove|delete_*|remove_*|drop|EmergencyReparentShard|PlannedReparentShard|Delete*|StopReplication|transfer|evict-leader|blacklist|change_blacklist|leader_stepdown|reset|truncate',
      'takes nodes or data away',
      'tiup cluster stop c',
      'vtctlclient PlannedReparentShard k/0',
    ],
    ['check', '@check|Validate*', 'checks the cluster', 'tiup cluster check c'],
    [
      'read',
      '@display|list|show|store|member|health|Get*|List*|list_*|get_*|status|topo|hot|region|label|audit|config-show|version|ShowResharding',
      'looks at the cluster',
      'tiup cluster display c',
      'yb-admin list_all_tablet_servers',
    ],
    ['change', '', 'changes the cluster', 'tiup cluster start c', 'tiup cluster reload c'],
  ]),
];
