import { describe, expect, it } from 'vitest';
import { classifyNetwork, looksLikeNetwork, NETWORK_RULES } from './classify-network.ts';

describe('lines typed at a network device', () => {
  it.each(NETWORK_RULES.flatMap(({ risk, examples }) => examples.map((line) => [line, risk] as const)))(
    '%s is %s',
    (line, risk) => {
      expect(classifyNetwork(line).class).toBe(risk);
    },
  );

  it.each<[string, string, string]>([
    ['one removal after many looks', 'show ip route\nshow ip bgp\nno router bgp 65000', 'destroy'],
    ['a session cleared in a line with a filter', 'show bgp summary | include Idle\nclear ip bgp 10.0.0.1', 'destroy'],
    ['an interface closed in the configuration', 'conf t\ninterface Te1/1\n shutdown\nend', 'destroy'],
    ['an interface opened again', 'conf t\ninterface Te1/1\n no shutdown\nend', 'change'],
    ['capitals', 'Clear IP BGP *', 'destroy'],
    ['a word of no vendor', 'show version\nfrobnicate 3', 'opaque'],
    [
      'prompts, and what the device says',
      'core-1(config)#service internal\ncore-1#clear mac address-table\n42 entries',
      'destroy',
    ],
    ['what is copied in between', 'core-1#dir flash:\ncopy tftp://10.0.0.9/image.bin flash:', 'change'],
    ['a comment that speaks of one', '! clear ip bgp *\nshow ip bgp', 'read'],
  ])('%s', (_, text, expected) => {
    expect(classifyNetwork(text).class).toBe(expected);
  });

  it.each<[string, boolean]>([
    ['show ip bgp summary\nping 10.0.0.1', true],
    ['show bgp neighbor <PEER>', true],
    ['display interface brief', true],
    ['configure terminal\nrouter bgp 65001\nneighbor 10.0.0.1 shutdown', true],
    ['Switch#show vlan', true],
    ['copy scp://ops@10.0.0.9/image.bin bootflash:', true],
    ['install all nxos bootflash:image.bin', true],
    ['install all the packages', false],
    ['ticket#shutdown', true],
    ['copy a.txt b.txt', false],
    ['show dbs', false],
    ['SHOW TABLES;', false],
    ['ping 10.0.0.1', false],
    ['show ip route\nkubectl get pods', false],
    ['ip addr show', false],
    ['set -euo pipefail\nip route add default via 10.0.0.1', false],
  ])('%j: %s', (text, expected) => {
    expect(looksLikeNetwork(text)).toBe(expected);
  });
});
