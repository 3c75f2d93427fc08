import { type RiskTool, tool } from './rule.ts';

/** Databases that come as a suite of tools: Oracle, Db2, SAP HANA, Greenplum, Vertica, and poolers in front of them. */
export const DATABASE_SUITE_TOOLS: readonly RiskTool[] = [
  tool('srvctl crsctl', { values: '-db -d -instance -i -node -n -service -s', verbDepth: 3 }, [
    [
      'destroy',
      '@stop|remove|disable|relocate|delete|unset|unpin|downgrade|predict',
      'takes an instance, a service or a node of the cluster away',
      'srvctl stop database -db shop -o immediate',
      'srvctl relocate service -db shop -s web',
      'crsctl stop crs',
    ],
    [
      'read',
      '@status|config|query|get|getenv|stat|lsmodules',
      'looks at the cluster',
      'srvctl status database -db shop',
      'crsctl stat res -t',
    ],
    ['check', '@check', 'checks the cluster', 'crsctl check cluster -all'],
    [
      'change',
      '@start|modify|add|enable|setenv|upgrade|convert|set|pin|replace|import|export',
      'changes the cluster',
      'srvctl modify database -db shop -role PRIMARY',
      'crsctl start crs',
    ],
  ]),
  tool('lsnrctl', { verbDepth: 1 }, [
    ['destroy', 'stop|quit', 'keeps new sessions away', 'lsnrctl stop'],
    ['read', 'status|services|version|show|help', 'looks at the listener', 'lsnrctl status'],
    ['change', 'start|reload|set|save_config|trace|change_password|spawn', 'changes the listener', 'lsnrctl reload'],
  ]),
  tool('asmcmd', { values: '-p -G', verbDepth: 1 }, [
    [
      'destroy',
      'rm|rmdir|dropdg|drop|offline|umount|shutdown|md_restore|chdg|remap|stop|rmusr|rmalias|orapwuser|dsset|dgdrop|unmount',
      'takes storage away',
      'asmcmd umount DATA',
    ],
    [
      'read',
      'ls|lsdg|lsdsk|lsct|lsof|lsattr|lsod|lsop|lspwusr|du|find|pwd|iostat|showversion|dsget|lsinitusr',
      'looks at the disk groups',
      'asmcmd lsdg',
    ],
    ['change', '', 'changes a disk group', 'asmcmd mount DATA', 'asmcmd cp a b'],
  ]),
  tool('adrci opatch datapatch orachk exachk', { values: '-oh', verbDepth: 2 }, [
    ['destroy', 'rollback|napply|purge / -rollback', 'takes a patch or diagnostics away', 'opatch rollback -id 1'],
    [
      'read',
      'lsinventory|lspatches|lsinv|query|version|prereq / -prereq|-a',
      'looks at what is installed',
      'opatch lspatches',
    ],
    ['change', 'apply|auto / -verbose|-apply', 'changes the installation', 'opatch apply', 'datapatch -verbose'],
  ]),
  tool('expdp exp', {}, [['change', '', 'writes a dump', 'expdp system/x schemas=shop dumpfile=a.dmp']]),
  tool('impdp imp', {}, [
    {
      args: /\bsqlfile=|\bshow=y/i,
      risk: 'read',
      reason: 'only writes down the statements',
      examples: ['impdp system/x dumpfile=a.dmp sqlfile=a.sql'],
    },
    ['destroy', '', 'overwrites data by a dump', 'impdp system/x schemas=shop dumpfile=a.dmp'],
  ]),
  tool('db2', { verbDepth: 2 }, [
    {
      args: /^["']?\s*(?:select|values|list|get|describe|explain|export)\b/i,
      risk: 'read',
      reason: 'it only looks',
      examples: ['db2 list applications', 'db2 get db cfg for shop'],
    },
    {
      args: /\b(?:drop|delete|force|restore|rollforward|deactivate|stop|terminate|takeover|truncate|prune|uncatalog|reorg|revoke|quiesce|load)\b/i,
      risk: 'destroy',
      reason: 'takes data, a session or the database away',
      examples: ['db2 force application all', 'db2 takeover hadr on db shop', 'db2 restore db shop from /b'],
    },
    {
      args: /^["']?\s*(?:connect|activate|start|update|insert|create|alter|backup|runstats|catalog|archive|grant|import|attach|set|unquiesce|comment)\b/i,
      risk: 'change',
      reason: 'changes the database',
      examples: ['db2 activate db shop', 'db2 backup db shop to /b'],
    },
  ]),
  tool('db2stop db2stop2 gpstop gprecoverseg gpinitstandby gpactivatestandby gpdeletesystem gprestore', {}, [
    ['read', '-?|--help|--version', 'explains itself', 'gpstop --help'],
    ['destroy', '', 'takes the database or a segment away', 'db2stop force', 'gpstop -M fast', 'gprecoverseg -r'],
  ]),
  tool('db2start gpstart gpbackup gpexpand gpload gpconfig gpcheckperf gpaddmirrors', {}, [
    ['read', '-s|--show|-l|--list', 'shows a setting', 'gpconfig -s max_connections'],
    ['change', '', 'starts or changes the database', 'db2start', 'gpstart -a'],
  ]),
  tool('db2pd gpstate gpcheckcat db2level db2ilist db2top', {}, [
    ['read', '', 'looks at the database', 'db2pd -db shop -hadr', 'gpstate -m'],
  ]),
  tool('HDB', { verbDepth: 1 }, [
    ['destroy', 'stop|kill|kill-*|restart|reconf', 'takes the database away', 'HDB stop'],
    ['read', 'info|version|proc|help', 'looks at the database', 'HDB info'],
    ['change', 'start', 'starts the database', 'HDB start'],
  ]),
  tool('sapcontrol', { values: '-nr -host -user -prot -function' }, [
    {
      args: /-function\s+(?:Get\w*|List\w*|Check\w*|Read\w*|\w*GetStatus|ParameterValue|ABAPGet\w*|J2EEGet\w*|EnqGet\w*|HACheck\w*|WaitforSt\w*)\b/,
      risk: 'read',
      reason: 'looks at the system',
      examples: ['sapcontrol -nr 00 -function GetProcessList'],
    },
    {
      args: /-function\s+(?:Stop\w*|Restart\w*|Shutdown|Send\w*|SoftShutdown\w*|RestartService|HAFailover\w*|\w*Kill\w*|Bootstrap)\b/,
      risk: 'destroy',
      reason: 'stops instances of the system',
      examples: ['sapcontrol -nr 00 -function StopSystem ALL'],
    },
    {
      args: /-function\s+(?:Start\w*|Set\w*|Update\w*|\w*Enable\w*)\b/,
      risk: 'change',
      reason: 'starts or changes the system',
      examples: ['sapcontrol -nr 00 -function StartSystem ALL'],
    },
  ]),
  tool('hdbnsutil', {}, [
    {
      args: /-(?:sr_state|sr_stateConfiguration|printSystemInformation|sr_hasCurrent\w*)\b/,
      risk: 'read',
      reason: 'looks at the replication',
      examples: ['hdbnsutil -sr_state'],
    },
    {
      args: /-(?:sr_takeover|sr_cleanup|sr_disable|sr_unregister|sr_changemode|sr_fullsync|sr_recreatePersistence|sr_register)\b/,
      risk: 'destroy',
      reason: 'changes which system is the primary',
      examples: ['hdbnsutil -sr_takeover'],
    },
    {
      args: /-sr_enable\b/,
      risk: 'change',
      reason: 'switches replication on',
      examples: ['hdbnsutil -sr_enable --name=a'],
    },
  ]),
  tool('admintools', { values: '-t --tool -d --database -s --hosts -p', verbDepth: 1 }, [
    {
      args: /(?:-t|--tool)[= ]?(?:stop_\w+|kill_\w+|db_remove_node|drop_db|restart_node|uninstall_node|db_status_down|revive_db|return_epoch)\b/,
      risk: 'destroy',
      reason: 'takes the database or a node away',
      examples: ['admintools -t stop_db -d shop', 'admintools -t restart_node -s h -d shop'],
    },
    {
      args: /(?:-t|--tool)[= ]?(?:list_\w+|show_\w+|view_cluster|db_status|node_map|get_\w+)\b/,
      risk: 'read',
      reason: 'looks at the cluster',
      examples: ['admintools -t list_allnodes'],
    },
    {
      args: /(?:-t|--tool)[= ]?(?:start_db|create_db|db_add_node|install_\w+|set_\w+|rebalance_data)\b/,
      risk: 'change',
      reason: 'starts or changes the cluster',
      examples: ['admintools -t start_db -d shop'],
    },
  ]),
  tool('pcp_detach_node pcp_promote_node pcp_stop_pgpool pcp_recovery_node', {}, [
    ['destroy', '', 'takes a backend away from the pool', 'pcp_detach_node -h p -n 1', 'pcp_promote_node -n 1'],
  ]),
  tool('pcp_attach_node pcp_reload_config pcp_invalidate_query_cache', {}, [
    ['change', '', 'changes the pool', 'pcp_attach_node -h p -n 1'],
  ]),
  tool('pcp_node_count pcp_proc_info pcp_proc_count pcp_pool_status pcp_watchdog_info pcp_health_check_stats', {}, [
    ['read', '', 'looks at the pool', 'pcp_pool_status -h p'],
  ]),
  tool('bcp', {}, [
    {
      args: /\s(?:out|queryout|format)\s/i,
      risk: 'change',
      reason: 'writes rows into a file',
      examples: ['bcp shop.dbo.orders out o.dat -S db'],
    },
    { args: /\sin\s/i, risk: 'change', reason: 'adds rows', examples: ['bcp shop.dbo.orders in o.dat -S db'] },
  ]),
];
