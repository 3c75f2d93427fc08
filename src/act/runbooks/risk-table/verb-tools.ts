import { type RiskTool, tool } from './rule.ts';

/**
 * Tools of many projects whose first words are verbs that mean the same everywhere (`list`, `create`, `delete`): the
 * common verbs judge them. What one of them calls by a word of its own stands here as a row.
 */
export const VERB_TOOLS: readonly RiskTool[] = [
  tool(
    'temporal',
    { values: '--namespace --address --workflow-id -w --run-id -r --query -q --reason --task-queue', verbDepth: 3 },
    [
      [
        'destroy',
        '@terminate|cancel|reset|delete|reset-batch|batch / schedule toggle --pause',
        'ends or rewinds workflows',
        'temporal workflow terminate --workflow-id order-7',
        'temporal workflow cancel -w order-7',
      ],
      [
        'change',
        '@signal|start|trigger|backfill|execute|complete|fail|update-options',
        'sends work to a workflow',
        'temporal workflow signal -w a --name b',
      ],
      [
        'read',
        '@list|describe|show|count|stack|query|trace|get-build-ids',
        'looks',
        'temporal workflow list',
        'temporal task-queue describe --task-queue a',
      ],
      ['change', 'server', 'starts a server', 'temporal server start-dev'],
    ],
  ),
  tool('prefect dagster luigid kestra mage', { values: '-n --name -p --pool -m -f', verbDepth: 3 }, [
    [
      'change',
      '@server|dev|worker|agent|materialize|instance|work-queue',
      'starts or changes work',
      'prefect server start',
      'dagster asset materialize',
    ],
    ['read', '@config|version|ls|inspect|preview', 'looks', 'prefect flow-run ls', 'prefect work-pool inspect a'],
  ]),
  tool('tootctl', { values: '--days -d --concurrency -c --role --email --domain', verbDepth: 3 }, [
    ['read', '--dry-run', 'only says what it would do', 'tootctl media remove --days=7 --dry-run'],
    [
      'destroy',
      '@remove|remove-orphans|delete|cull|prune|purge|reset|reset-relationships|recount|self-destruct|unfollow|clear|remove_remote|preview_cards',
      'takes media, accounts or caches away',
      'tootctl media remove --days=7',
      'tootctl cache clear',
      'tootctl domains purge example.com',
    ],
    ['read', '@usage|version|lookup|crawl|list', 'looks', 'tootctl media usage'],
    ['change', '', 'changes accounts or media', 'tootctl accounts modify x --approve', 'tootctl search deploy'],
  ]),
  tool('mmctl', { values: '--local --config', verbDepth: 3 }, [
    [
      'destroy',
      '@deactivate|archive|remove|delete|reset|restart|downgrade|migrate_auth',
      'takes users, channels or data away',
      'mmctl user deactivate x',
    ],
    ['read', '@search|list|status|version|get|show|logs|check', 'looks', 'mmctl user search x', 'mmctl system status'],
    ['change', '', 'changes the server', 'mmctl user activate x'],
  ]),
  tool('ha hassio', { values: '--slug', verbDepth: 2 }, [
    [
      'destroy',
      '@restore|stop|uninstall|shutdown|reboot|remove|rebuild|repair',
      'takes a part of the house away',
      'ha host reboot',
      'ha backups restore 1a',
    ],
    ['read', '@info|logs|stats|list|check|dns|help', 'looks', 'ha core info', 'ha supervisor logs', 'ha core check'],
    ['change', '', 'changes the installation', 'ha core restart', 'ha core update'],
  ]),
  tool(
    'nova-manage keystone-manage cinder-manage glance-manage neutron-db-manage heat-manage placement-manage ironic-dbsync octavia-db-manage',
    { values: '--config-file --before --max_rows', verbDepth: 3 },
    [
      [
        'destroy',
        '@archive_deleted_rows|purge|purge_*|db_purge|delete|delete_*|token_flush|fernet_rotate|credential_rotate|bootstrap|mapping_purge|remove|reset_task_state|downgrade|discard|clean_lock_path',
        'moves or removes rows and keys for good',
        'nova-manage db archive_deleted_rows --until-complete',
        'cinder-manage service remove cinder-volume h',
      ],
      [
        'read',
        '@list|list_*|show|version|db_version|status|check|host|logs|history|current|heads|branches',
        'looks',
        'nova-manage cell_v2 list_cells',
        'cinder-manage service list',
      ],
      [
        'check',
        '@verify_instance|audit / placement heal_allocations --dry-run',
        'checks',
        'nova-manage placement audit',
      ],
      [
        'change',
        '',
        'changes the service or its database',
        'nova-manage cell_v2 discover_hosts',
        'keystone-manage db_sync',
      ],
    ],
  ),
  tool('pvesm ha-manager pvesr', { values: '--group --state', verbDepth: 1 }, [
    [
      'destroy',
      'remove|free|crm-command|delete|disable / set --state',
      'takes storage or a guest away',
      'pvesm remove nas',
      'ha-manager remove vm:100',
      'ha-manager crm-command migrate vm:100 b',
    ],
    [
      'read',
      'status|list|config|scan|path|groupconfig|nfsscan|zfsscan|lvmscan|read',
      'looks',
      'pvesm status',
      'ha-manager status',
    ],
    ['change', '', 'changes storage or guests', 'pvesm add nfs a', 'ha-manager add vm:100'],
  ]),
  tool('vzdump', {}, [['change', '', 'backs guests up', 'vzdump 100 --storage nas']]),
  tool('bconsole', {}, [['opaque', '', 'a console is entered', 'bconsole']]),
  tool('rsnapshot', { verbDepth: 1 }, [
    ['read', '-t / du|diff|help', 'only looks', 'rsnapshot -t daily', 'rsnapshot du'],
    ['check', 'configtest', 'checks its configuration', 'rsnapshot configtest'],
    ['destroy', '', 'rotates snapshots: the oldest goes', 'rsnapshot daily'],
  ]),
  tool('zmcontrol zmmailboxdctl zmmtactl zmproxyctl zmconfigdctl', { verbDepth: 1 }, [
    ['destroy', 'stop|shutdown', 'stops the mail server', 'zmcontrol stop'],
    ['read', 'status / -v|-h', 'looks at the mail server', 'zmcontrol status', 'zmcontrol -v'],
    ['change', 'start|restart|startup|reload', 'starts the mail server', 'zmcontrol restart'],
  ]),
  tool('mmgetstate mmlscluster mmlsfs mmlsdisk mmlsnsd mmlsmount mmhealth mmlsconfig mmdf mmlsquota mmlspolicy', {}, [
    ['read', '', 'looks at the file system', 'mmgetstate -a', 'mmlsfs all'],
  ]),
  tool(
    'mmshutdown mmumount mmdelfs mmdeldisk mmdelnode mmdelsnapshot mmdelnsd mmfsck mmrestorefs mmdelfileset mmexpelnode',
    {},
    [['destroy', '', 'takes the file system or a part of it away', 'mmshutdown -a', 'mmumount all -a']],
  ),
  tool(
    'mmstartup mmmount mmcrsnapshot mmaddnode mmcrfs mmchconfig mmrestripefs mmchfs mmchdisk mmcrfileset mmlinkfileset mmapplypolicy',
    {},
    [['change', '', 'changes the file system', 'mmstartup -a', 'mmcrsnapshot gpfs0 s1']],
  ),
  tool('sbatch salloc qhold qrls condor_submit condor_release', {}, [
    ['change', '', 'gives work to the cluster', 'sbatch job.sh'],
  ]),
  tool('condor_rm condor_hold condor_off condor_vacate condor_drain', {}, [
    ['destroy', '', 'takes jobs or machines away', 'condor_rm 12', 'condor_off -all'],
  ]),
  tool('condor_q condor_status condor_history condor_who', {}, [['read', '', 'looks at the queue', 'condor_q']]),
  tool('tikv-ctl', { values: '--host --pd --ca-path --cert-path --key-path', verbDepth: 1 }, [
    ['read', 'store|region-properties|metrics|mvcc|scan|size|raft', 'looks at the store', 'tikv-ctl --host h store'],
    ['check', 'consistency-check', 'checks', 'tikv-ctl --host h consistency-check'],
    [
      'destroy',
      'tombstone|unsafe-recover|recover-mvcc|recreate-region|compact*|modify-tikv-config|bad-regions',
      'repairs by force',
      'tikv-ctl unsafe-recover remove-fail-stores -s 1',
    ],
  ]),
  tool('ipsec swanctl strongswan', { values: '-i --ike -c --child', verbDepth: 1 }, [
    [
      'destroy',
      'down|down-*|stop|restart|purge* / --terminate|-t|--flush-certs|-f',
      'ends tunnels',
      'ipsec down shop',
      'swanctl --terminate --ike shop',
      'ipsec restart',
    ],
    [
      'read',
      'status|statusall|list*|version|leases|stroke / --list-sas|-l|--list-conns|-L|--stats|-S|--log|-T|--list-certs|-x',
      'looks at tunnels',
      'ipsec statusall',
      'swanctl --list-sas',
    ],
    [
      'change',
      'up|start|reload|update|reread*|route|unroute / --initiate|-i|--load-all|-q|--load-creds|--load-conns',
      'brings tunnels up',
      'ipsec up shop',
      'swanctl --load-all',
    ],
  ]),
  tool('smbcontrol', { verbDepth: 3 }, [
    [
      'destroy',
      '@close-share|kill-client-ip|shutdown|close-denied-share',
      'ends connections',
      'smbcontrol smbd close-share docs',
    ],
    ['read', '@ping|debuglevel|pool-usage|profilelevel|num-children', 'looks', 'smbcontrol smbd ping'],
    ['change', '', 'changes the server', 'smbcontrol all reload-config'],
  ]),
  tool('fusermount fusermount3', { bundled: true }, [
    ['destroy', '-u|-z', 'takes a file system away', 'fusermount -uz /mnt/x'],
    ['change', '', 'mounts', 'fusermount /mnt/x'],
  ]),
  tool('a2ensite a2enmod a2enconf phpenmod', {}, [['change', '', 'switches a part of the server on', 'a2ensite shop']]),
  tool('a2dissite a2dismod a2disconf phpdismod', {}, [
    ['destroy', '', 'switches a part of the server off', 'a2dissite shop'],
  ]),
  tool('upsc upslog nut-scanner', {}, [['read', '', 'asks the power supply how it is', 'upsc ups@localhost']]),
  tool('upscmd upsrw upsmon upsdrvctl apcaccess', { values: '-u -p', verbDepth: 2 }, [
    ['read', '-l / status', 'shows what there is', 'upscmd -l ups', 'apcaccess status'],
    [
      'destroy',
      '@load.off|shutdown.return|shutdown.stayoff|shutdown.reboot|stop|shutdown / -c',
      'switches the power or its guard off',
      'upscmd ups shutdown.return',
      'upsdrvctl stop',
      'upsmon -c fsd',
    ],
    ['change', '', 'changes the power supply', 'upscmd ups beeper.off', 'upsdrvctl start'],
  ]),
  tool(
    'hadoop-daemon.sh hadoop-daemons.sh yarn-daemon.sh yarn-daemons.sh hbase-daemon.sh mr-jobhistory-daemon.sh',
    { values: '--config --hosts --script', verbDepth: 1 },
    [
      ['destroy', 'stop', 'stops a part of the cluster', 'hadoop-daemon.sh stop datanode'],
      ['read', 'status', 'looks', 'hadoop-daemon.sh status datanode'],
      ['change', 'start|restart', 'starts a part of the cluster', 'yarn-daemon.sh start nodemanager'],
    ],
  ),
  tool('stop-dfs.sh stop-yarn.sh stop-all.sh stop-hbase.sh stop-balancer.sh', {}, [
    ['destroy', '', 'stops the cluster', 'stop-dfs.sh'],
  ]),
  tool('start-dfs.sh start-yarn.sh start-all.sh start-hbase.sh start-balancer.sh', {}, [
    ['change', '', 'starts the cluster', 'start-dfs.sh'],
  ]),
  tool('lncli', { values: '--rpcserver --network', verbDepth: 1 }, [
    [
      'destroy',
      'closechannel|closeallchannels|abandonchannel|stop|sendcoins|sendtoaddress|sendmany|payinvoice|sendpayment|invalidateblock|disconnect*|restorechanbackup|unloadwallet|abandontransaction',
      'spends money or ends something',
      'lncli closeallchannels --force',
      'lncli stop',
    ],
    [
      'read',
      'get*|list*|wallet*balance|channelbalance|pendingchannels|describegraph|queryroutes|estimate*|decode*|help|feereport|fwdinghistory|verify*|validate*|debuglevel',
      'looks',
      'lncli getinfo',
      'lncli walletbalance',
    ],
    ['change', '', 'changes the node', 'lncli openchannel a 100', 'lncli connect a'],
  ]),
  tool('cosmovisor', { verbDepth: 2 }, [
    ['read', 'version|config|show-upgrade-info', 'looks', 'cosmovisor version'],
    [
      'destroy',
      'run unsafe-reset-all|tendermint',
      'takes the data of the chain away',
      'cosmovisor run unsafe-reset-all',
    ],
    ['change', '', 'runs a node', 'cosmovisor run start', 'cosmovisor init /b'],
  ]),
  tool('agave-validator solana-validator', { values: '--ledger -l', verbDepth: 1 }, [
    ['destroy', 'exit|set-identity|remove-all|repair-whitelist', 'stops the validator', 'agave-validator exit --force'],
    [
      'read',
      'monitor|contact-info|wait-for-restart-window|--version|-V',
      'looks',
      'agave-validator --ledger /l contact-info',
    ],
    ['change', '', 'runs or changes the validator', 'agave-validator set-log-filter x', 'agave-validator --identity k'],
  ]),
  tool('kamal', { values: '-d --destination -c -H -i', verbDepth: 2 }, [
    [
      'destroy',
      '@remove|rollback|stop|prune|maintenance|release / server exec',
      'takes the application away',
      'kamal rollback v1',
      'kamal app stop',
      'kamal remove',
    ],
    ['read', '@details|audit|config|version|docs|logs|images|containers|status|print|help', 'looks', 'kamal app logs'],
    ['change', '', 'deploys the application', 'kamal deploy', 'kamal proxy reboot'],
  ]),
  tool('dotnet-dump dotnet-trace dotnet-counters dotnet-gcdump', { values: '-p --process-id -n -o', verbDepth: 1 }, [
    ['read', 'ps|analyze|report|monitor|list|list-profiles|convert', 'looks at a process', 'dotnet-trace ps'],
    ['change', 'collect', 'writes what a process holds into a file', 'dotnet-dump collect -p 12'],
  ]),
  tool('kdump crash kdumpctl', { verbDepth: 1 }, [
    ['read', 'status|showmem|estimate|list-rules', 'looks', 'kdumpctl status'],
    ['destroy', 'stop|propagate', 'stops keeping crashes', 'kdumpctl stop'],
    ['change', 'start|restart|reload|rebuild', 'starts keeping crashes', 'kdumpctl restart'],
  ]),
  tool(
    'd8 omnictl svn hg ncli acli cluster-cli opensipsctl kamdbctl elasticdump snapperd gobgp arangosh meilisearch nsrjobd tsm wazuh-control ossec-control sentry-kafka harbor-cli render woodpecker drone ibmcloud-cli nexus-cli dsmadmc authelia authentik-cli zitadel keycloak kc.sh kcadm.sh kratos hydra lakectl dvc weaviate qdrant flink-cli vclusterctl vcluster kamaji crossplane up-cli wasmcloud wash dapr tanzu pinniped kubefirst garden gefyra mirrord',
    { verbDepth: 3 },
    [
      ['read', '--version|-V|version', 'shows its version', 'vcluster --version'],
      ['destroy', '@stop|leave|quit|uninstall|strip|rollback', 'takes something away', 'hg strip 12'],
      [
        'change',
        '@pull|push|commit|ci|checkout|co|connect|exec|intercept|build|start-dev|config|auth|pause|resume|import|export',
        'changes something',
        'svn commit -m x',
        'hg pull',
        'mirrord exec x',
      ],
    ],
  ),
];
