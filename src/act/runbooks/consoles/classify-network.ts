import { type RunClass, riskiest, type Verdict } from '../risk/verdict.ts';

/** What a line typed at a switch, router or firewall does: what it begins with, what that does, and lines it was checked on. */
type NetworkRule = { risk: RunClass; line: RegExp; reason: string; examples: readonly string[] };

/** Tried in order. Words of several vendors: they mean the same wherever they are known. */
export const NETWORK_RULES: readonly NetworkRule[] = [
  {
    risk: 'destroy',
    line: /^(?:reload|reboot|reset(?! saved)|restart|poweroff|format|erase|delete|rm|write erase|factory-reset|request (?:system|chassis|vmhost|security|shutdown|restart|high-availability) .*\b(?:reboot|halt|power-off|zeroize|rollback|switch|offline|restart|shutdown|system|failover|suspend)\b|execute (?:reboot|shutdown|factoryreset|formatlogdisk|restore|ha)|rollback|configure replace|switchover|redundancy|issu|boot system)\b/,
    reason: 'restarts the device or throws away what is on it',
    examples: ['reload', 'write erase', 'delete interfaces ge-0/0/1', 'request system reboot', 'rollback 1'],
  },
  {
    risk: 'change',
    line: /^clear (?:counters?|screen|log(?:ging)?|line-protocol statistics|.*\bstatistics)\b/,
    reason: 'sets counters back',
    examples: ['clear counters', 'clear interfaces statistics all'],
  },
  {
    risk: 'destroy',
    line: /^(?:clear|flush|diagnose sys (?:session|kill)|diagnose firewall .* clear|reset) \S/,
    reason: 'drops sessions or what was learnt, and traffic with it',
    examples: ['clear ip bgp * soft', 'clear bgp neighbor 10.0.0.1', 'clear arp-cache', 'clear crypto sa'],
  },
  {
    risk: 'change',
    line: /^(?:no|undo) (?:shut(?:down)?|debug\b.*|logging\b.*|monitor\b.*|isolate)\s*$/,
    reason: 'lets something take part again, or ends its own debugging',
    examples: ['no shutdown', 'undo shutdown', 'no debug all'],
  },
  {
    risk: 'destroy',
    line: /^(?:(?:no|undo|deactivate|disable|unset|purge) \S|shut(?:down)?\b|isolate\b|default interface|set .*\b(?:disable|discard|reject|deny|down|overload|shutdown)\b|neighbor .*\bshutdown\b|.*\bdeny\b|drain\b|switchport .*\bremove\b|standby .*\bpreempt\b|isis overload|max-metric)/,
    reason: 'takes a way or a setting away from traffic',
    examples: [
      'no neighbor 10.0.0.1',
      'shutdown',
      'set interfaces ge-0/0/0 disable',
      'neighbor 10.0.0.1 shutdown',
      'access-list 10 deny 10.0.0.0 0.0.0.255',
    ],
  },
  {
    risk: 'read',
    line: /^(?:(?:do |run )?(?:show|display|dis|sh) \S|ping\b|traceroute|tracert|trace\b|mtr\b|telnet \S|nslookup|dir\b|more\b|terminal\b|term len|end\b|exit\b|quit\b|return\b|enable\s*$|en\s*$|exec\b|monitor (?:interface|traffic|start|stop)|test \S|verify\b|get \S|diagnose (?:sniffer|hardware|sys (?:top|ha status|kill -l)|debug (?:info|crashlog))|diagnose ip|execute (?:ping|traceroute|telnet|log|date|time)|help\b|screen-length|set cli\b|compare\b|commit (?:check|show))/,
    reason: 'a network device shows its state',
    examples: [
      'show ip bgp summary',
      'display current-configuration',
      'ping 10.0.0.1',
      'get system status',
      'do show run',
    ],
  },
  {
    risk: 'change',
    line: /^(?:conf(?:igure)?(?:\s|$)|system-view|edit\b|config\b|next\b|set \S|commit\b|write\b|wr\b|copy \S|save\b|interface\b|int \S|router\b|route-map\b|route-policy\b|ip \S|ipv6 \S|vlan\b|vrf\b|neighbor \S|network \S|switchport\b|spanning-tree\b|channel-group\b|description\b|debug \S|undebug\b|logging\b|ntp\b|snmp-server\b|access-list\b|access-group\b|line\b|username\b|hostname\b|bgp \S|address-family\b|redistribute\b|area \S|mtu\b|speed\b|duplex\b|policy\S*|class-map\b|service-policy\b|match \S|permit\b|peer \S|activate \S|service \S|vtp\b|insert \S|rename \S|annotate \S|load \S|request \S|diagnose \S|execute \S|install\b|license\b|snapshot\b|archive\b|event\b|exit-address-family|maximum-paths|timers\b|update-source|remote-as|soft-reconfiguration)/,
    reason: 'changes what a network device does',
    examples: [
      'configure terminal',
      'interface GigabitEthernet0/1',
      'ip route 0.0.0.0 0.0.0.0 10.0.0.1',
      'commit',
      'debug ip bgp',
    ],
  },
];

/** Lines that nothing but a network device understands. */
const CERTAIN =
  /^(?:(?:do |run )?(?:show|display|dis) (?:ip|ipv6|bgp|int(?:erfaces?)?|version|run(?:ning-config)?|startup-config|current-configuration|arp|mac(?:-address-table)?|vlans?|ospf|isis|route|log(?:ging)?|clock|cdp|lldp|spanning-tree|etherchannel|port-channel|environment|inventory|chassis|system|configuration|mpls|ldp|rsvp|l2vpn|evpn|bfd|vrrp|hsrp|standby|access-lists?|ntp|snmp|processes|platform|module|power|hardware|firewall|pim|vrf|nat|crypto|security|vpn|failover|redundancy|controllers?|tech-support|lacp|dhcp|aaa|license|vtp|ver|flash:?|boot|switch|vmhost|policy-map|ethernet-switching|device|cpu(?:-usage)?|session|counters)\b|conf(?:igure)? (?:t(?:erminal)?|exclusive|private)\s*$|system-view\s*$|clear (?:ip|ipv6|bgp|ospf|isis|mac|arp(?:-cache)?|crypto|counters|interfaces?|security)\b|request (?:system|chassis|security|vmhost) |copy (?:(?:t?ftp|scp|sftp|https?):\S+ \S+:|(?:flash|bootflash|usb\d?|disk\d|running-config|startup-config)\S* )|install (?:(?:add|activate|commit)\b|all (?:nxos|kickstart|system|epld) |remove inactive\b)|router (?:bgp|ospf|eigrp|isis)\b|(?:no )?neighbor \d|get (?:system|router|hardware) |diagnose (?:sys|hardware|debug|sniffer) )/i;

/** `core-1#clear …`, `Switch(config)# …`: the prompt of a device, with no more than a blank before what was typed. */
const PROMPT = /^[A-Za-z][\w.-]{0,60}(?:\([\w-]{1,30}\))?# ?(?=[a-z])/i;

/** What was typed; where there are prompts, the lines without one are what the device said. */
function linesOf(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !/^[#!]/.test(line));
  if (!lines.some(isPrompted)) return lines;
  return lines
    .filter((line) => isPrompted(line) || CERTAIN.test(line))
    .map((line) => (isPrompted(line) ? line.replace(PROMPT, '') : line));
}

const isPrompted = (line: string): boolean => PROMPT.test(line) && ruleFor(line.replace(PROMPT, '')) !== undefined;

const ruleFor = (line: string) => NETWORK_RULES.find((rule) => rule.line.test(line.toLowerCase()));

/** True where every line is one that network devices know, and one is nothing else (`show ip bgp summary`). */
export function looksLikeNetwork(text: string): boolean {
  const sample = text.slice(0, 20_000);
  const lines = linesOf(sample);
  const prompted = sample.split('\n').some((line) => isPrompted(line.trim()));
  return (prompted || lines.some((line) => CERTAIN.test(line))) && lines.every((line) => ruleFor(line) !== undefined);
}

/** What lines typed at a network device would do; a line nobody knows is opaque. */
export function classifyNetwork(text: string): Verdict {
  return riskiest(
    linesOf(text).map((line): Verdict => {
      const rule = ruleFor(line);
      return rule === undefined
        ? { class: 'opaque', reason: `nothing is known about \`${line.slice(0, 40)}\`` }
        : { class: rule.risk, reason: rule.reason };
    }),
  );
}
