import { type RiskTool, tool } from './rule.ts';

/** The clients of monitoring, logging and tracing. */
export const OBSERVABILITY_TOOLS: readonly RiskTool[] = [
  tool('zabbix_get', {}, [['read', '', 'asks an agent', 'zabbix_get -s h -k x']]),
  tool('promtool', {}, [
    ['check', 'check|test', 'promtool checks', 'promtool check rules r.yml'],
    [
      'change',
      'tsdb create-blocks-from|bench / push',
      'promtool writes blocks',
      'promtool tsdb create-blocks-from openmetrics f d',
    ],
    [
      'read',
      'query|debug|tsdb|promql',
      'promtool queries',
      "promtool query instant http://p:9090 'up'",
      'promtool tsdb analyze d',
    ],
  ]),
  tool(
    'amtool',
    {
      values: '--alertmanager.url -d --duration -c --comment -a --author -o --output --config.file --verify.receivers',
    },
    [
      ['destroy', 'silence expire', 'ends a silence', 'amtool silence expire x'],
      ['change', 'silence add|update|import / alert add', 'a silence hides alerts for a while', 'amtool silence add x'],
      ['check', 'check-config / config routes test', 'amtool checks', 'amtool check-config a.yml'],
      ['read', 'alert|silence|config|cluster|template', 'amtool looks', 'amtool alert query', 'amtool silence'],
    ],
  ),
  tool('logcli lokitool tempo-cli cortextool mimirtool thanos', { verbDepth: 3 }, [
    [
      'destroy',
      '@delete|delete-*|cleanup|mark|rewrite|purge|remove',
      'removes series, rules or blocks',
      'mimirtool rules delete n g',
      'logcli delete create x',
      'thanos tools bucket mark',
    ],
    ['check', '@check|lint|verify|diff|prepare|validate', 'checks', 'mimirtool rules diff f'],
    [
      'change',
      '@sync|load|push|upload|replicate|backfill|sidecar|store|compact|rule|receive|downsample',
      'changes rules or starts a server',
      'mimirtool rules sync f',
    ],
    ['read', '', 'queries', 'logcli query x', 'thanos tools bucket ls', 'mimirtool rules list'],
  ]),
  tool('grafana-cli grafana grafana-server', { verbDepth: 4 }, [
    [
      'destroy',
      '@remove|uninstall|reset-admin-password|delete',
      'removes plugins or replaces a password',
      'grafana-cli admin reset-admin-password x',
      'grafana-cli plugins remove p',
    ],
    ['read', '@ls|list-remote|list-versions|list|-v|conflicts', 'looks', 'grafana-cli plugins ls'],
    ['change', '', 'installs plugins or starts the server', 'grafana-cli plugins install p'],
  ]),
  tool(
    'telegraf prometheus alertmanager loki promtail tempo node_exporter vector fluentd fluent-bit td-agent otelcol otelcol-contrib vmctl vmalert vmbackup vmrestore jaeger zipkin nagios icinga2 naemon check_mk cmk zabbix_sender zabbix_server zabbix_agentd collectd sensu-cli sensuctl',
    { verbDepth: 3 },
    [
      [
        'destroy',
        '@delete|vmrestore|remove|stop|purge / vmrestore',
        'removes or overwrites something',
        'sensuctl check delete x',
      ],
      [
        'check',
        '@validate|test|check|configtest / daemon -C / --test|--dry-run|-verify-config|-config.verify|-v|--validate / -t|-C',
        'checks settings',
        'vector validate x.toml',
        'telegraf --test',
        'icinga2 daemon -C',
      ],
      [
        'read',
        '@list|top|tap|version|get|info|show|describe|event|dump|graph|object|feature-list / --version / -V',
        'looks',
        'vector top',
        'sensuctl event list',
      ],
      ['change', '', 'starts or configures a collector', 'zabbix_sender -z h -k x -o 1', 'cmk -O'],
    ],
  ),
  tool('perf', { values: '-p -F -e -o -i -g -a -t -C --call-graph' }, [
    [
      'read',
      'top|report|list|annotate|script|version|stat|diff|buildid-list|help|evlist',
      'shows where time goes',
      'perf top',
      'perf report',
      'perf stat -a sleep 1',
    ],
    [
      'change',
      'record|trace|probe|mem|c2c|lock|sched|kmem|bench|ftrace|inject|archive',
      'records where time goes',
      'perf record -p 1 -g',
    ],
  ]),
  tool(
    'bpftrace execsnoop opensnoop biolatency biosnoop tcplife tcpretrans tcpconnect profile-bpfcc cachestat ext4slower runqlat offcputime memleak funccount trace-bpfcc stap sysdig csysdig dtrace uprobe blktrace iosnoop sysprof',
    {},
    [['change', '', 'hooks probes into the running kernel', 'bpftrace -l']],
  ),
  tool(
    'gdb lldb delve dlv py-spy rbspy pyrasite gcore pstack eu-stack async-profiler asprof profiler.sh jattach jfr',
    { values: '-p --pid -d -f -o -ex', bare: '-batch --batch' },
    [
      ['read', '--version|--help / summary|print|metadata', 'explains itself', 'gdb --version'],
      ['destroy', '@inject / -ex=kill', 'changes the running program', 'pyrasite inject x'],
      ['change', '', 'stops a process while it looks at it', 'gdb -p 1 -batch', 'py-spy dump --pid 1', 'gcore 1'],
    ],
  ),
  tool('jstack jstat jps jinfo jhsdb jdeps javap jconsole jvisualvm', { bundled: false }, [
    ['change', '-flag|-F', 'changes or forces a running program', 'jinfo -flag +X 1'],
    ['read', '', 'looks at a running program', 'jstack 1', 'jstat -gcutil 1 1000 5'],
  ]),
  tool('jmap', {}, [
    {
      args: /-dump|-histo:live|-F\b/,
      risk: 'change',
      reason: 'stops a program while it writes its memory out',
      examples: ['jmap -dump:format=b,file=x 1', 'jmap -histo:live 1'],
    },
    ['read', '', 'looks at the memory of a program', 'jmap -histo 1'],
  ]),
  tool('jcmd', {}, [
    [
      'change',
      '* GC.run|GC.heap_dump|GC.run_finalization|JFR.*|VM.set_flag|VM.log|ManagementAgent.*|Compiler.directives*|VM.cds|Thread.dump_to_file',
      'asks a program to write its memory out or to clean up',
      'jcmd 1 GC.heap_dump x',
      'jcmd 1 GC.run',
    ],
    [
      'read',
      '- / * / * VM.*|Thread.*|GC.*|PerfCounter.print|help|Compiler.* / -l',
      'looks at a running program',
      'jcmd',
      'jcmd 1 Thread.print',
      'jcmd 1 VM.flags',
    ],
  ]),
  tool(
    'ab wrk hey k6 vegeta siege locust artillery jmeter bombardier oha fortio ghz sysbench stress stress-ng fio memtier_benchmark redis-benchmark cassandra-stress-tool tsung litmusctl toxiproxy-cli',
    { verbDepth: 2 },
    [
      ['destroy', 'delete|kill|reset', 'takes something away', 'toxiproxy-cli delete p'],
      ['read', 'report|plot|encode|list|inspect|version|get / --version', 'shows results', 'vegeta report f'],
      ['change', '', 'puts load on something', 'ab -n 100 http://h/', 'k6 run s.js', 'sysbench oltp_read_only run'],
    ],
  ),
];
