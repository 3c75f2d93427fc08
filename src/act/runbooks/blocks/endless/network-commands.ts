import type { EndlessCommand } from './endless-command.ts';

/** What listens, captures, pings or keeps a connection open. */
export const NETWORK_COMMANDS: readonly EndlessCommand[] = [
  {
    names: ['ping', 'ping6'],
    unless: /^-c/,
    bound: 'append',
    text: ' -c 4',
    why: 'ping never ends; four answers are awaited',
    examples: ['ping x'],
  },
  {
    names: ['tcpdump', 'tshark', 'ngrep', 'tcpflow', 'termshark', 'dumpcap'],
    unless: /^-(?:c|r|D|W|h|-version)/,
    bound: 'time-box',
    why: 'it captures until somebody stops it',
    examples: ['tcpdump -i eth0'],
  },
  {
    names: ['nc', 'ncat', 'netcat'],
    flags: /^-[a-z]*l[a-z]*$|^--listen$/,
    bound: 'time-box',
    why: 'it listens until somebody connects and leaves',
    examples: ['nc -l 8080', 'nc -lk -p 80'],
  },
  {
    names: ['nc', 'ncat', 'netcat'],
    unless: /^-[a-z]*[zwh][a-z0-9]*$|^--(?:help|version|send-only|wait.*)$/,
    bound: 'time-box',
    why: 'it stays connected until one side leaves',
    examples: ['nc db 5432'],
  },
  {
    names: ['socat', 'iperf', 'iperf3'],
    verb: /LISTEN|^$/,
    flags: /LISTEN|^-s$|^-[a-z]*s[a-z]*$/,
    bound: 'time-box',
    why: 'it listens until it is stopped',
    examples: ['iperf3 -s'],
  },
  {
    names: ['ip', 'conntrack', 'nft'],
    verb: /(?:^|\s)(?:monitor)\b/,
    bound: 'time-box',
    why: 'it watches until it is stopped',
    examples: ['ip monitor', 'nft monitor'],
  },
  {
    names: ['conntrack'],
    flags: /^(?:-E|--event)$/,
    bound: 'time-box',
    why: 'it watches until it is stopped',
    examples: ['conntrack -E'],
  },
  {
    names: ['gcloud'],
    verb: /^compute start-iap-tunnel\b/,
    bound: 'door',
    why: 'the door stays open until it is closed; it is closed again when the step ends',
    examples: ['gcloud compute start-iap-tunnel vm 22'],
  },
  {
    names: ['ssh', 'autossh'],
    flags: /^-[a-zA-Z]*N[a-zA-Z]*$/,
    unless: /^-[a-zA-Z]*f[a-zA-Z]*$/,
    bound: 'door',
    why: 'the tunnel stays open until it is closed; it is closed again when the step ends',
    examples: ['ssh -N -L 5432:db:5432 bastion'],
  },
];
