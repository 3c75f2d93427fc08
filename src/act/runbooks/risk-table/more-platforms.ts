import { type RiskTool, tool } from './rule.ts';

/** Tools met now and then: machines that boot, old services, package overlays, service meshes, templates. */
export const MORE_PLATFORM_TOOLS: readonly RiskTool[] = [
  tool(
    'jsonnet jb cue dhall ytt gomplate envtpl j2 jinja2 mustache kbld vendir imgpkg conftest opa kyverno falco falcoctl dockle tripwire osqueryi ruff black isort shfmt getsebool rpcclient redis-check-rdb snmpwalk snmpget snmpbulkwalk sipsak mountstats sg_scan apparmor_status dc',
    {},
    [
      [
        'change',
        '--fix|--write|-w|-i|--in-place|--create|-o / push|pull|copy|sync|install|init',
        'writes files',
        'vendir sync',
        'ruff check --fix .',
      ],
      ['check', 'test|eval|check|verify|lint|scan|apply', 'checks or computes', 'conftest test x.yaml', 'ruff check .'],
      ['read', '', 'prints', 'jsonnet x.jsonnet', 'snmpwalk -v2c -c public h'],
    ],
  ),
  tool(
    'kapp kctrl kapp-controller odo rosa ocm aro hypershift crc openshift-install ccoctl capi',
    { values: '-a --app -n --namespace -f --cluster -c --name --dir -o --output --region', verbDepth: 4 },
    [
      [
        'destroy',
        '@delete|destroy|remove|uninstall|revoke|unlink|stop|hibernate|kick|pause',
        'takes a cluster or application away',
        'kapp delete -a x',
        'rosa delete cluster -c x',
        'openshift-install destroy cluster',
      ],
      [
        'check',
        '@verify|validate|wait-for|wait|check|preflight',
        'waits or checks',
        'openshift-install wait-for install-complete',
        'rosa verify quota',
      ],
      [
        'read',
        '@list|ls|get|describe|inspect|logs|status|version|whoami|explain|gather|show|dump|analyze|ip|console|oc-env',
        'looks',
        'rosa list clusters',
        'kapp inspect -a x',
        'crc status',
      ],
      [
        'change',
        '@create|deploy|apply|edit|upgrade|login|init|install|link|push|dev|start|setup|resume|grant|register|update|patch|add|post|bootstrap|watch',
        'creates or changes something',
        'rosa create cluster',
        'kapp deploy -a x -f y',
      ],
    ],
  ),
  tool(
    'pxctl linstor storageos harvester symcli tmsh bigpipe purepw isi zoneadm xrdcp',
    { values: '-n --name', verbDepth: 4 },
    [
      [
        'destroy',
        '@delete|remove|detach|decommission|wipe|lost|evacuate|offline|down|stop|disable|evict|restore|drop|umount|unmount',
        'takes storage out of use',
        'pxctl volume delete v',
        'linstor node evacuate n',
      ],
      ['check', '@check|verify', 'checks', 'linstor check x'],
      [
        'read',
        '@list|l|status|show|inspect|get|describe|info|cluster-info|version|alerts|enumerate|stats',
        'looks',
        'pxctl status',
        'linstor volume list',
      ],
      [
        'change',
        '@create|update|attach|expand|add|enable|snapshot|clone|modify|set|set-property|maintenance|resize|mount|start|restart|reconnect|toggle-disk',
        'changes storage',
        'pxctl volume create v',
        'linstor resource toggle-disk n r',
      ],
    ],
  ),
  tool(
    'kumactl meshctl glooctl gloo deck kong consul-k8s osm apisix inso',
    { values: '-n --namespace -c --context --mesh --config -s --state', verbDepth: 3 },
    [
      [
        'destroy',
        '@delete|remove|uninstall|reset|stop|purge|undeploy|quit',
        'takes routes or a mesh away',
        'deck reset',
        'glooctl uninstall',
      ],
      [
        'check',
        '@check|validate|diff|lint|ping|proxy-check|verify|health',
        'checks',
        'deck diff',
        'glooctl check',
        'kong health',
      ],
      [
        'read',
        '@get|inspect|list|dump|version|status|describe|debug|dashboard|proxy|export|config-get',
        'looks',
        'kumactl get meshes',
        'deck dump',
      ],
      [
        'change',
        '@apply|sync|install|upgrade|create|add|edit|generate|route|reload|start|restart|migrations|prepare|convert|set|demo',
        'changes routes',
        'deck sync',
        'kong reload',
      ],
    ],
  ),
  tool(
    'hdparm grub-install grub2-install efibootmgr dkms kexec cloud-init waagent ledctl snapd rsyslogd dovecot opendkim asterisk freeswitch fs_cli kamctl kamcmd kapacitor chronograf couchdb redis-check-aof mysqlslap run-parts anacron cpulimit sshfs stty',
    { values: '-x -rx', verbDepth: 2 },
    [
      {
        args: /\b(?:stop|shutdown|hangup|down|delete|remove|uninstall|unload|clean|deprovision|flush|destroy|rm)\b|--delete|--security-erase|--remove|--clean|-e\b/,
        risk: 'destroy',
        reason: 'takes something out of use',
        examples: ["asterisk -rx 'core stop now'", 'cloud-init clean', 'dkms remove x'],
      },
      {
        args: /\b(?:status|show|list|query|version|analyze|collect-logs|monitor|ps|sip|pjsip|check|info|dump|schema)\b|^(?:-I|-i|-t|-T|-v|-V|-a|--version|--check|-n|--dump)\b|^$/,
        risk: 'read',
        reason: 'looks',
        examples: ["asterisk -rx 'sip show peers'", 'cloud-init status', 'hdparm -I /dev/sda', 'dkms status'],
      },
      ['change', '', 'starts or changes something', 'efibootmgr -o 0001', "asterisk -rx 'dialplan reload'"],
    ],
  ),
  tool('qemu-img ovftool', {}, [
    ['check', 'check|compare', 'checks an image', 'qemu-img check x.qcow2'],
    ['read', 'info|map|measure / snapshot -l', 'looks at an image', 'qemu-img info x.qcow2'],
    ['destroy', 'resize --shrink / rebase|commit|amend / snapshot', 'overwrites an image', 'qemu-img snapshot -a s x'],
    ['change', '', 'writes an image', 'qemu-img convert a b', 'qemu-img create -f qcow2 x 10G'],
  ]),
  tool('snmpset', {}, [['change', '', 'sets a value on a device', 'snmpset -v2c -c private h x i 1']]),
  tool(
    'deno lua luajit groovy scala kotlin iex erl rebar3 msbuild pwsh powershell osascript Rscript julia tclsh expect gatling qemu-system-x86_64 ksql connect-standalone cbq',
    {},
    [
      ['read', '--version|-version|-v|-V|--help', 'explains itself', 'deno --version'],
      ['opaque', '', 'runs a program nobody here has read', 'deno run x.ts', 'expect x.exp'],
    ],
  ),
  tool('solana', { values: '-u --url -k --keypair --config -C --output --commitment', verbDepth: 2 }, [
    [
      'destroy',
      '@close|close-vote-account|close-nonce-account|withdraw-*|deactivate-stake|split-stake|merge-stake|transfer|pay|burn|revoke',
      'moves money or takes an account away',
      'solana transfer a 1',
      'solana withdraw-stake a b 1',
    ],
    [
      'read',
      '@catchup|validators|slot|gossip|epoch|epoch-info|balance|vote-account|stake-account|stakes|block|block-*|cluster-*|leader-schedule|genesis-hash|live-slots|logs|ping|account|address|confirm|feature|fees|supply|inflation|largest-accounts|rent|show|get|validator-info|transaction-*|wait-for-max-stake / --version|-V',
      'looks at the chain',
      'solana catchup k.json',
      'solana config get',
      'solana --version',
    ],
    [
      'change',
      '',
      'writes to the chain or its own settings',
      'solana config set --url x',
      'solana vote-update-validator a b',
    ],
  ]),
  tool('solana-keygen', {}, [
    ['read', 'pubkey|verify|--version', 'shows a key', 'solana-keygen pubkey k.json'],
    ['change', '', 'makes a key', 'solana-keygen new -o k.json'],
  ]),
  tool('solana-install agave-install', {}, [
    ['read', 'info|list|--version', 'shows versions', 'solana-install info'],
    ['change', '', 'changes the version', 'solana-install update'],
  ]),
  tool('geth erigon reth', { values: '--datadir --config --exec --preload --networkid', verbDepth: 2 }, [
    ['destroy', 'removedb / snapshot prune-* / db drop', 'removes the chain from the disk', 'geth removedb'],
    {
      args: /--exec[= ]['"]?[^'"]*\b(?:setHead|stop\w*|removePeer|exit|quit)\b/,
      risk: 'destroy',
      reason: 'takes the node back or out of its work',
      examples: ["geth attach --exec='debug.setHead(1)'", 'geth attach --exec "miner.stop()"'],
    },
    {
      args: /--exec[= ]['"]?(?:eth|net|admin|txpool|web3|clique|rpc)\.(?:syncing|peerCount|listening|version|blockNumber|chainId|gasPrice|accounts|peers|nodeInfo|datadir|status|content|inspect|modules|clientVersion|get\w+(?:\([^()]*\))?(?:\.\w+)*|mining|hashrate)['"]?$/,
      risk: 'read',
      reason: 'asks the node',
      examples: ['geth attach /srv/geth.ipc --exec "eth.syncing"'],
    },
    {
      args: /(?:^|\s)(?:attach|console)\b.*--exec/,
      risk: 'opaque',
      reason: 'runs a line at the node nobody here knows',
      examples: ['geth attach --exec "shop.run()"'],
    },
    ['opaque', 'attach|console', 'opens a console of the node', 'geth attach http://localhost:8545'],
    ['read', 'version|version-check|license|help|dumpconfig|--version / account list', 'looks', 'geth version'],
    ['change', '', 'starts or changes a node', 'geth init genesis.json'],
  ]),
  tool('bitcoin-cli litecoin-cli dogecoin-cli', { values: '-rpcwallet -conf -datadir', verbDepth: 1 }, [
    [
      'destroy',
      '@stop|send*|invalidateblock|abandontransaction|pruneblockchain|unloadwallet',
      'stops the node or moves money',
      'bitcoin-cli stop',
    ],
    [
      'read',
      '@get*|list*|estimate*|uptime|help|decode*|validateaddress|-getinfo|ping|verify*|analyze*',
      'asks the node',
      'bitcoin-cli getblockchaininfo',
    ],
    ['change', '', 'changes the node', 'bitcoin-cli addnode a add'],
  ]),
];
