import { type RiskTool, tool } from './rule.ts';

/** What connects the machine: addresses, routes, firewalls, shaping, and asking other machines. */
export const NETWORK_TOOLS: readonly RiskTool[] = [
  tool(
    'host dig nslookup drill kdig delv whois ping ping6 fping arping traceroute traceroute6 tracepath mtr netstat ifstat nload iftop ngrep arp-scan speedtest speedtest-cli iperf iperf3 ipcalc hping3 dnstop bmon vnstat ntpq ntpstat dnstracer doggo tcptraceroute nethogs tcpflow',
    {},
    [['read', '', 'asks other machines or counts packets', 'dig x', 'ping -c 3 h', 'mtr -rw h', 'ntpq -p']],
  ),
  tool('arp', { bundled: true }, [
    ['destroy', '-d|--delete', 'forgets an address', 'arp -d h'],
    ['change', '-s|--set', 'sets an address'],
    ['read', '', 'shows addresses', 'arp -an'],
  ]),
  tool('ss', { bundled: true }, [
    ['destroy', '-K|--kill', 'ss -K closes connections of other programs', 'ss -K dst 10.0.0.1'],
    ['read', '', 'shows connections', 'ss -tlnp'],
  ]),
  tool('conntrack', { bundled: true }, [
    ['destroy', '-D|-F|--delete|--flush', 'forgets tracked connections', 'conntrack -D -s 10.0.0.1', 'conntrack -F'],
    [
      'read',
      '-L|-C|-S|-E|-G|--dump|--count|--stats|--list / -',
      'shows tracked connections',
      'conntrack -L',
      'conntrack -S',
    ],
    ['change', '', 'changes tracked connections', 'conntrack -U -s 10.0.0.1 -m 1'],
  ]),
  tool('tcpdump tshark', { bundled: true, values: '-i -c -s -r -G -W -C -f -Y -T -e' }, [
    ['opaque', '-z', 'tcpdump -z runs a program', 'tcpdump -z ./x'],
    ['change', '-w', 'writes captured packets to a file', 'tcpdump -i eth0 -w f'],
    ['read', '', 'shows packets', 'tcpdump -i eth0 -c 10'],
  ]),
  tool(
    'iptables ip6tables arptables ebtables',
    {
      bundled: true,
      values:
        '-t --table -s -d -p -j -i -o -m --dport --sport --jump --protocol --source --destination --state --ctstate --comment --to-destination',
    },
    [
      ['read', '-L|-S|--list|--list-rules|-C|--check|-V', 'lists the firewall', 'iptables -L -n', 'iptables -t nat -S'],
      [
        'destroy',
        '-F|-D|-X|-P|-R|-Z|--flush|--delete|--delete-chain|--policy|--replace',
        'changes who gets through the firewall',
        'iptables -F',
        'iptables -D INPUT 3',
        'iptables -P INPUT DROP',
      ],
      [
        'change',
        '-j=ACCEPT|--jump=ACCEPT|-j=LOG|-j=RETURN|-N|--new-chain',
        'lets more through the firewall',
        'iptables -A INPUT -p tcp --dport 443 -j ACCEPT',
      ],
      ['destroy', '', 'changes who gets through the firewall', 'iptables -A INPUT -s x -j DROP'],
    ],
  ),
  tool('iptables-save ip6tables-save nft-list ipset-list', {}, [['read', '', 'prints the firewall', 'iptables-save']]),
  tool('iptables-restore ip6tables-restore', {}, [
    ['check', '-t|--test', 'only checks the rules', 'iptables-restore --test f'],
    ['destroy', '', 'replaces the whole firewall', 'iptables-restore f'],
  ]),
  tool('ipset', {}, [
    [
      'destroy',
      'destroy|flush|del|-X|-F|swap|x',
      'removes addresses from a set',
      'ipset destroy s',
      'ipset del s 10.0.0.1',
    ],
    ['read', 'list|save|test|-L|version', 'shows sets', 'ipset list'],
    ['change', '', 'adds to a set', 'ipset add s 10.0.0.1'],
  ]),
  tool('nft', { bare: '-a -n -j -s' }, [
    [
      'read',
      'list|get|monitor|describe',
      'lists the firewall',
      'nft list ruleset',
      'nft -a list chain x y z',
      'nft get element inet f blocked "{ 203.0.113.7 }"',
    ],
    ['check', '-c|--check', 'only checks the rules', 'nft -c -f rules.nft'],
    ['destroy', 'delete|flush|reset|replace|destroy', 'removes rules of the firewall', 'nft flush ruleset'],
    {
      args: /\baccept\b/,
      risk: 'change',
      reason: 'lets more through the firewall',
      examples: ['nft add rule inet f i tcp dport 22 accept'],
    },
    ['destroy', '', 'changes who gets through the firewall', 'nft add rule inet f i drop', 'nft -f rules.nft'],
  ]),
  tool('ufw', {}, [
    ['read', 'status|show|app|version / --dry-run', 'shows the firewall', 'ufw status verbose'],
    ['change', 'allow|limit|logging|reload', 'lets more through the firewall', 'ufw allow 443/tcp'],
    [
      'destroy',
      '',
      'changes who gets through the firewall',
      'ufw deny from 10.0.0.1',
      'ufw delete 3',
      'ufw disable',
      'ufw enable',
    ],
  ]),
  tool('firewall-cmd', { values: '--zone --timeout' }, [
    {
      args: /--remove-|--panic-on|--set-default-zone|--set-target|--delete-|--complete-reload|--change-/,
      risk: 'destroy',
      reason: 'changes who gets through the firewall',
      examples: ['firewall-cmd --remove-port=80/tcp', 'firewall-cmd --panic-on'],
    },
    {
      args: /(?:drop|reject)\b/,
      risk: 'destroy',
      reason: 'keeps somebody out',
      examples: ["firewall-cmd --add-rich-rule='rule family=ipv4 source address=10.0.0.1 drop'"],
    },
    {
      args: /--add-|--reload|--runtime-to-permanent|--panic-off|--new-/,
      risk: 'change',
      reason: 'lets more through the firewall',
      examples: ['firewall-cmd --add-port=80/tcp', 'firewall-cmd --reload'],
    },
    ['read', '', 'shows the firewall', 'firewall-cmd --list-all', 'firewall-cmd --state'],
  ]),
  tool('tc', { bare: '-s -d -p -j' }, [
    ['read', '@show|list|ls|get|monitor', 'shows how traffic is shaped', 'tc qdisc show dev eth0', 'tc -s qdisc show'],
    {
      args: /\b(?:loss|corrupt|drop|blackhole)\b/,
      risk: 'destroy',
      reason: 'loses traffic on purpose',
      examples: ['tc qdisc add dev eth0 root netem loss 10%'],
    },
    [
      'change',
      '@add|del|delete|change|replace|link|flush',
      'changes how traffic is shaped',
      'tc qdisc add dev eth0 root netem delay 10ms',
      'tc qdisc del dev eth0 root',
    ],
    ['read', 'qdisc|class|filter', 'shows how traffic is shaped', 'tc qdisc'],
    ['change', '', 'changes how traffic is shaped', 'tc -batch f'],
  ]),
  tool('ethtool', {}, [
    [
      'read',
      '-S|-i|-k|-a|-c|-g|-l|-m|-n|-P|-x|-T|--statistics|--show-*|--driver',
      'shows a network card',
      'ethtool -S eth0',
    ],
    ['destroy', '-r|--negotiate|-t|--test|--reset|-p|--identify|-E', 'interrupts a network card', 'ethtool -r eth0'],
    [
      'change',
      '-s|-K|-G|-C|-A|-L|-N|-X|--change|--offload|--set-ring',
      'changes a network card',
      'ethtool -G eth0 rx 4096',
    ],
    ['read', '', 'shows a network card', 'ethtool eth0'],
  ]),
  tool('ifconfig', {}, [
    ['destroy', '* down|del', 'takes an address away', 'ifconfig eth0 down'],
    ['read', '- / -a', 'shows addresses', 'ifconfig', 'ifconfig -a'],
    ['change', '* *', 'changes an address', 'ifconfig eth0 10.0.0.2'],
    ['read', '*', 'shows an address', 'ifconfig eth0'],
  ]),
  tool('route', {}, [
    ['destroy', 'del|delete|flush', 'removes a route', 'route del default'],
    ['change', 'add|change', 'adds a route', 'route add default gw 10.0.0.1'],
    ['read', '', 'shows routes', 'route -n'],
  ]),
  tool(
    'ifup ifdown nmcli netplan networkctl dhclient resolvectl systemd-resolve brctl bridge ovs-vsctl ovs-ofctl ovs-appctl ovn-nbctl ovn-sbctl ovn-appctl ovs-dpctl wg wg-quick birdc keepalived ipvsadm teamdctl lldpcli',
    {},
    [
      [
        'destroy',
        '@down|del|delete|del-*|delif|delbr|remove|disconnect|off|disable|clear|flush|destroy|lr-del|ls-del|lsp-del|lrp-del|emer-reset|set-down / ifdown / -D|-C|-d|--delete|--clear|-r',
        'takes a connection or a setting away',
        'nmcli connection down eth0',
        'ovs-vsctl del-port br0 p',
        'wg-quick down wg0',
        'ipvsadm -C',
      ],
      [
        'read',
        '@show|list|status|get|dump|dump-*|show-*|list-*|query|statistics|monitor|find|lsp-list|lr-list|general|stp|fdb|lookup|get-*|device / -l|-L|-ln|-Ln|-c / -',
        'shows connections',
        'nmcli device status',
        'ovs-vsctl show',
        'resolvectl status',
        'ipvsadm -ln',
        'wg show',
      ],
      ['change', '', 'changes connections', 'netplan apply', 'nmcli connection up eth0', 'resolvectl flush-caches x'],
    ],
  ),
  // With words behind it, it is a network device's.
  tool('clear', {}, [
    ['read', '-', 'clears the screen', 'clear'],
    ['destroy', '', 'drops sessions or routes of a network device', 'clear session all'],
  ]),
  tool('vtysh', { values: '-c -d -f --command --vty_socket' }, [
    {
      args: /(?:-c|--command)[ =](?:do )?(?:clear|no|shutdown|reset|delete|write erase|neighbor \S+ shutdown)\b/i,
      risk: 'destroy',
      reason: 'drops sessions or routes, or takes a setting away',
      examples: [
        "vtysh -c 'clear ip bgp *'",
        "vtysh -c 'show ip bgp' -c 'clear bgp 10.0.0.1'",
        "vtysh -c 'conf t' -c 'no router bgp 1'",
      ],
    },
    {
      args: /^(?:-[dE]\s*\S*\s+)*(?:(?:-c|--command)[ =](?:do )?(?:sh(?:ow)?|ping|traceroute|list|exit|end)\b(?:(?! -c ).)*\s*)+$/i,
      risk: 'read',
      reason: 'shows routes',
      examples: ["vtysh -c 'show ip bgp summary'", "vtysh -c 'show ip route' -c 'show ip ospf neighbor'"],
    },
    [
      'change',
      '-c|-f|-b|--command',
      'changes routing',
      "vtysh -c 'conf t' -c 'router bgp 1' -c 'bgp router-id 10.0.0.1'",
    ],
  ]),
  tool('containerlab clab', { values: '-t --topo --name --format -f --label --node-filter --log-level' }, [
    ['destroy', 'destroy|des', 'takes a lab down', 'containerlab destroy -t lab.clab.yml'],
    ['read', 'inspect|ins|version|graph', 'shows labs', 'containerlab inspect --all'],
    ['opaque', 'exec', 'runs what is written for every node', 'containerlab exec -t lab.clab.yml --cmd x'],
    [
      'change',
      'deploy|dep|save|generate|tools|config|start|restart',
      'builds a lab',
      'containerlab deploy -t lab.clab.yml',
    ],
  ]),
  tool('nmap masscan zmap', { bundled: true }, [['read', '', 'looks for open ports', 'nmap -p 443 h']]),
];
