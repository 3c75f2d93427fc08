import { type RiskRule, type RiskTool, tool } from './rule.ts';

const KAFKA_VALUES =
  '--bootstrap-server --zookeeper --topic --group --command-config --entity-type --entity-name --add-config --delete-config --partitions --replication-factor --config --reassignment-json-file --topics-to-move-json-file --broker-list --to-offset --to-datetime --shift-by --by-duration --from-file --broker --brokers --throttle --timeout --max-messages --partition --offset --offset-json-file --path-to-json-file --election-type --feature --upgrade --principal --allow-principal --deny-principal --operation --producer.config --consumer.config --property --bootstrap-controller --controller --command';
const both = (name: string) => `${name} ${name}.sh`;
const kafka = (names: string, rows: Parameters<typeof tool>[2]): RiskTool =>
  tool(names.split(' ').map(both).join(' '), { values: KAFKA_VALUES }, rows);

/** A setting of a topic that lets its messages expire, or throttles a client to nothing. */
const EXPIRES: RiskRule = {
  sub: '--alter',
  args: /retention\.(?:ms|bytes)|cleanup\.policy|delete\.retention|_byte_rate=0|segment\.(?:ms|bytes)/,
  risk: 'destroy',
  reason: 'this setting lets messages expire',
  examples: ['kafka-configs.sh --alter --entity-type topics --entity-name t --add-config retention.ms=1000'],
};

/** Message brokers and what coordinates them. */
export const QUEUE_TOOLS: readonly RiskTool[] = [
  kafka('kafka-topics', [
    { ...EXPIRES, examples: ['kafka-topics --alter --topic t --config retention.ms=1000'] },
    ['destroy', '--delete', 'kafka-topics --delete removes topics', 'kafka-topics --delete --topic t'],
    [
      'read',
      '--list|--describe|--version|--help',
      'lists topics',
      'kafka-topics --list',
      'kafka-topics.sh --describe --topic t',
    ],
    [
      'change',
      '--create|--alter',
      'creates a topic or adds partitions',
      'kafka-topics --create --topic t',
      'kafka-topics --alter --topic t --partitions 6',
    ],
  ]),
  kafka('kafka-consumer-groups', [
    [
      'destroy',
      '--reset-offsets --execute',
      'moves the offsets of a group: messages are skipped or read again',
      'kafka-consumer-groups --reset-offsets --to-latest --group g --topic t --execute',
    ],
    [
      'destroy',
      '--delete|--delete-offsets',
      'removes a group or its offsets',
      'kafka-consumer-groups --delete --group g',
    ],
    [
      'read',
      '--reset-offsets',
      'without --execute it only says where the offsets would go',
      'kafka-consumer-groups --reset-offsets --to-latest --group g --topic t',
    ],
    [
      'read',
      '',
      'shows groups and their lag',
      'kafka-consumer-groups --describe --group g',
      'kafka-consumer-groups.sh --list',
    ],
  ]),
  kafka('kafka-configs', [
    EXPIRES,
    [
      'destroy',
      '--alter --delete-config',
      'takes a setting away',
      'kafka-configs --alter --delete-config x --entity-type topics --entity-name t',
    ],
    [
      'change',
      '--alter',
      'changes a setting',
      'kafka-configs --alter --add-config a=b --entity-type brokers --entity-name 1',
    ],
    ['read', '', 'shows settings', 'kafka-configs --describe --entity-type topics --entity-name t'],
  ]),
  kafka('kafka-reassign-partitions', [
    [
      'destroy',
      '--cancel',
      'breaks a move of partitions off',
      'kafka-reassign-partitions --cancel --reassignment-json-file f',
    ],
    ['change', '--execute', 'moves partitions', 'kafka-reassign-partitions --execute --reassignment-json-file f'],
    ['check', '--verify', 'asks how a move goes', 'kafka-reassign-partitions --verify --reassignment-json-file f'],
    [
      'read',
      '--generate|--list|--help',
      'proposes a move',
      'kafka-reassign-partitions --generate --topics-to-move-json-file f',
    ],
  ]),
  kafka('kafka-delete-records kafka-server-stop zookeeper-server-stop connect-stop', [
    [
      'destroy',
      '',
      'removes messages or stops a server',
      'kafka-delete-records --offset-json-file f',
      'kafka-server-stop.sh',
    ],
  ]),
  kafka('kafka-acls', [
    ['destroy', '--remove', 'takes rights away', 'kafka-acls --remove --topic t'],
    ['change', '--add', 'gives rights', 'kafka-acls --add --topic t'],
    ['read', '', 'lists rights', 'kafka-acls --list'],
  ]),
  kafka('kafka-console-consumer kafka-avro-console-consumer', [
    [
      'change',
      '--group',
      'takes messages in the name of a group, which moves its offsets',
      'kafka-console-consumer --topic t --group g',
    ],
    ['read', '', 'shows messages', 'kafka-console-consumer --topic t --from-beginning'],
  ]),
  kafka(
    'kafka-console-producer kafka-producer-perf-test kafka-leader-election kafka-preferred-replica-election kafka-server-start zookeeper-server-start connect-distributed kafka-storage kafka-verifiable-producer kafka-mirror-maker',
    [
      ['read', '--help|--version / random-uuid|info', 'explains itself'],
      ['destroy', 'format', 'formats the storage of a broker', 'kafka-storage format -t x -c f'],
      [
        'change',
        '',
        'sends messages, elects leaders or starts a server',
        'kafka-console-producer --topic t',
        'kafka-leader-election --election-type preferred --all-topic-partitions',
      ],
    ],
  ),
  kafka(
    'kafka-log-dirs kafka-get-offsets kafka-broker-api-versions kafka-metadata-quorum kafka-metadata-shell kafka-dump-log kafka-consumer-perf-test kafka-replica-verification kafka-cluster kafka-run-class kafka-e2e-latency',
    [
      [
        'destroy',
        'unregister|remove-controller',
        'takes a broker out of the cluster',
        'kafka-cluster unregister --id 3',
      ],
      [
        'read',
        '',
        'looks at the brokers',
        'kafka-log-dirs --describe',
        'kafka-broker-api-versions --bootstrap-server h:9092',
      ],
    ],
  ),
  kafka('kafka-features kafka-transactions kafka-delegation-tokens', [
    [
      'destroy',
      'abort|downgrade|disable|expire|force-terminate / --expire',
      'breaks transactions or features off',
      'kafka-transactions abort',
    ],
    ['read', 'describe|list|find-hanging|describe-producers / --describe', 'looks', 'kafka-transactions list'],
    ['change', '', 'changes the cluster', 'kafka-features upgrade --feature x'],
  ]),
  tool('kcat kafkacat', { values: '-b -t -p -o -c -f -F -X -s -G' }, [
    ['change', '-P|-G', 'sends messages or takes them for a group', 'kcat -b h -P -t x'],
    ['read', '', 'shows messages or brokers', 'kcat -b h -L', 'kcat -b h -C -t x -e'],
  ]),
  tool('rpk kafkactl kaf', { values: '-X --brokers -b --config --profile', verbDepth: 3 }, [
    [
      'destroy',
      '@delete|seek|decommission|stop|disable|trim-prefix|reset-offset|reset-offsets|rm / maintenance|cluster enable / cluster maintenance enable',
      'removes topics, offsets or nodes',
      'rpk topic delete t',
      'rpk group seek g --to end',
      'rpk cluster maintenance enable 1',
    ],
    ['check', '@health|check', 'asks about the cluster', 'rpk cluster health'],
    [
      'read',
      '@list|describe|info|status|get|consume|version|logdirs|topics|groups|nodes|lag|print|metadata|cat',
      'looks',
      'rpk topic list',
      'kafkactl describe topic t',
    ],
    [
      'change',
      '@create|alter|alter-config|set|produce|add-partitions|edit|import|start|recommission|disable|apply|move|transfer-leadership|login|mode|tune',
      'changes topics or nodes',
      'rpk topic create t',
    ],
  ]),
  tool(
    'rabbitmqctl',
    { values: '-n --node -p --vhost -t --timeout --formatter', bare: '-q --quiet -l --longnames -s --silent' },
    [
      [
        'destroy',
        'stop|stop_app|shutdown|reset|force_reset|purge_queue|delete_*|forget_cluster_node|close_*|clear_*|change_password|suspend_*|enable_maintenance*|disable_feature_flag|reset_stats_db|remove_*|restore_vhost|deactivate_*|update_cluster_nodes',
        'takes messages, users, connections or the node away',
        'rabbitmqctl purge_queue q',
        'rabbitmqctl stop_app',
        'rabbitmqctl delete_user u',
        'rabbitmqctl close_all_connections x',
        'rabbitmqctl clear_permissions u',
      ],
      {
        sub: 'set_permissions',
        args: /^(?:-\S+ \S+ )*set_permissions(?: -p \S+)? \S+ (?:\s|$)/,
        risk: 'destroy',
        reason: 'takes rights away from a user',
        examples: ["rabbitmqctl set_permissions -p / app '' '' ''"],
      },
      [
        'check',
        'await_*|node_health_check|authenticate_user|wait|ping|check_*',
        'asks or waits',
        'rabbitmqctl await_startup',
      ],
      [
        'read',
        'list_*|status|cluster_status|environment|report|version|eval_file|export_definitions|cipher_suites|hash_password|trace_off|help|decode',
        'looks',
        'rabbitmqctl list_queues',
        'rabbitmqctl cluster_status',
      ],
      ['opaque', 'eval|exec', 'runs Erlang code', "rabbitmqctl eval 'x:y().'"],
      [
        'change',
        'start_app|set_*|add_*|join_cluster|sync_queue|cancel_sync_queue|rotate_logs|trace_on|import_definitions|enable_*|rename_cluster_node|force_boot|force_gc|update_vhost_metadata|restart_vhost|resume_*|change_cluster_node_type|encode|activate_*',
        'changes the broker',
        'rabbitmqctl set_policy p q {}',
        'rabbitmqctl add_user u p',
        'rabbitmqctl start_app',
      ],
    ],
  ),
  tool('rabbitmq-diagnostics', { values: '-n --node' }, [
    [
      'check',
      'check_*|ping|is_booting|is_running',
      'asks the broker',
      'rabbitmq-diagnostics check_port_connectivity',
      'rabbitmq-diagnostics -q ping',
    ],
    ['read', '', 'looks at the broker', 'rabbitmq-diagnostics status', 'rabbitmq-diagnostics memory_breakdown'],
  ]),
  tool('rabbitmq-plugins', {}, [
    ['destroy', 'disable', 'switches plugins off', 'rabbitmq-plugins disable x'],
    ['read', 'list|is_enabled|directories|version', 'lists plugins', 'rabbitmq-plugins list'],
    ['change', 'enable|set', 'switches plugins on', 'rabbitmq-plugins enable x'],
  ]),
  tool('rabbitmq-queues rabbitmq-streams rabbitmq-upgrade', {}, [
    [
      'destroy',
      'drain|shrink|delete_member|delete_replica',
      'takes a node or a replica out of use',
      'rabbitmq-upgrade drain',
      'rabbitmq-queues delete_member q n',
    ],
    ['check', 'check_*|await_*', 'asks the broker', 'rabbitmq-queues check_if_node_is_quorum_critical'],
    [
      'read',
      'quorum_status|stream_status|peek|list*|help|coordinator_status',
      'looks',
      'rabbitmq-queues quorum_status q',
    ],
    ['change', '', 'changes the broker', 'rabbitmq-queues rebalance all', 'rabbitmq-upgrade revive'],
  ]),
  tool(
    'rabbitmqadmin',
    { values: '-H --host -P --port -u --username -p --password -V --vhost -f --format -c', bare: '-s --ssl -q -k' },
    [
      [
        'destroy',
        'delete|purge|close|clear',
        'removes queues, messages or connections',
        'rabbitmqadmin delete queue name=q',
        'rabbitmqadmin purge queue name=q',
      ],
      {
        sub: 'get',
        args: /ackmode=ack_requeue_false|requeue=false/,
        risk: 'destroy',
        reason: 'takes messages out of the queue',
        examples: ['rabbitmqadmin get queue=q ackmode=ack_requeue_false'],
      },
      ['read', 'list|show|export|help|get', 'looks', 'rabbitmqadmin list queues', 'rabbitmqadmin get queue=q'],
      ['change', 'declare|publish|import', 'creates queues or sends messages', 'rabbitmqadmin declare queue name=q'],
    ],
  ),
  tool('nats nsc', { values: '-s --server --context --creds --user --password', verbDepth: 3 }, [
    [
      'destroy',
      '@rm|purge|delete|del|step-down|remove|peer-remove|rmm|drain|restore|seal|kick|pause',
      'removes messages or consumers, or moves a leader',
      'nats stream purge S',
      'nats consumer rm S C',
      'nats stream cluster step-down S',
    ],
    ['check', '@check|ping|rtt', 'asks the server', 'nats server check connection', 'nats rtt'],
    [
      'read',
      '@ls|list|info|report|view|get|sub|events|state|find|subjects|status|history|watch|describe|list|account|mapping|graph|latency|config|backup-info',
      'looks',
      'nats stream ls',
      'nats server report jetstream',
      'nats sub x',
    ],
    [
      'change',
      '@pub|publish|add|edit|copy|backup|put|create|import|request|req|reply|next|select|save|update|push|pull|balance|bench|resume|generate',
      'sends messages or changes streams',
      'nats pub x y',
      'nats stream add S',
    ],
  ]),
  tool('zkCli.sh zkCli zookeeper-shell zookeeper-shell.sh zkcli', { values: '-server -timeout -zk-tls-config-file' }, [
    [
      'destroy',
      '@delete|deleteall|rmr|delquota|removewatches|reconfig|setAcl',
      'removes nodes',
      'zkCli.sh -server h deleteall /x',
      'zookeeper-shell h:2181 rmr /x',
    ],
    [
      'read',
      '@ls|get|stat|ls2|getAcl|listquota|getAllChildrenNumber|getEphemerals|whoami|version|history|sync|quit|get_children',
      'looks at nodes',
      'zkCli.sh -server h ls /',
      'zookeeper-shell h:2181 get /x',
    ],
    ['change', '@create|set|setquota|addauth|addWatch', 'writes nodes', 'zkCli.sh create /x y'],
  ]),
  tool('zkServer.sh zkServer', {}, [
    ['destroy', 'stop', 'stops the server', 'zkServer.sh stop'],
    ['read', 'status|version|print-cmd', 'asks the server', 'zkServer.sh status'],
    ['change', '', 'starts the server', 'zkServer.sh restart'],
  ]),
  tool('pulsar-admin pulsarctl bookkeeper', { values: '--admin-url -s --tenant', verbDepth: 3 }, [
    [
      'destroy',
      '@delete|delete-*|unload|clear-backlog|skip|skip-*|reset-cursor|unsubscribe|terminate|truncate|remove-*|expire-*|stop|decommissionbookie|simpleformat|split-bundle',
      'removes topics, messages or owners',
      'pulsar-admin topics delete t',
      'pulsar-admin topics skip-all t -s x',
    ],
    ['check', '@healthcheck|sanity', 'asks the cluster', 'pulsar-admin brokers healthcheck'],
    [
      'read',
      '@list|get|get-*|stats|stats-internal|partitioned-stats|info-internal|peek-messages|internal-stats|list-*|lookup|status|listbookies|namespaces|describe|last-message-id|search',
      'looks',
      'pulsar-admin topics stats t',
    ],
    [
      'change',
      '@create|create-*|set-*|grant-permission|update|update-*|compact|offload|trigger|start|restart|produce|upload|enable-*|rebalance|autorecovery|recover',
      'changes topics',
      'pulsar-admin topics create t',
    ],
  ]),
  tool('artemis activemq activemq-admin', { values: '--url --user --password --name', verbDepth: 3 }, [
    [
      'destroy',
      '@stop|kill|purge|delete|disable',
      'stops the broker or removes messages',
      'artemis queue purge --name q',
    ],
    ['check', '@check', 'asks the broker', 'artemis check node'],
    ['read', '@stat|stats|browse|show|query|list|bstat|dstat|data', 'looks', 'artemis queue stat', 'activemq bstat'],
    ['change', '', 'changes the broker', 'artemis queue create --name q'],
  ]),
  tool('emqx emqx_ctl mosquitto_pub mosquitto_sub mosquitto_passwd vernemq', { verbDepth: 3 }, [
    [
      'destroy',
      '@stop|del|kick|delete|leave|force-leave|remove|unload|disable|clean',
      'stops the broker or its clients',
      'emqx_ctl clients kick c',
    ],
    [
      'read',
      '@status|list|show|broker|ping|info|metrics|stats|listeners|log|vm|mnesia|console|foreground / -t --help',
      'looks',
      'emqx_ctl status',
      'emqx_ctl clients list',
    ],
    ['change', '', 'sends messages or changes the broker', 'mosquitto_pub -t x -m y', 'emqx start'],
  ]),
];
