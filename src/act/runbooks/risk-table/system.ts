import { type RiskTool, words } from './rule.ts';

/** Services, processes and the network of the machine the step runs on. */
export const SYSTEM_TOOLS: readonly RiskTool[] = [
  {
    names: ['systemctl'],
    valueOptions: words('-H --host -M --machine -t --type -p --property -n --lines -o --output --state -s --signal'),
    bareOptions: words('--user --system --no-pager -l --full -q --quiet --now --failed -a --all -f --force --no-block'),
    rules: [
      {
        sub: 'is-active|is-enabled|is-failed|is-system-running',
        risk: 'check',
        reason: 'asks about a service',
        examples: ['systemctl is-active x'],
      },
      {
        sub: 'status|show|cat|list-*|get-default|help',
        risk: 'read',
        reason: 'systemctl looks',
        examples: ['systemctl status x', 'systemctl list-units'],
      },
      { sub: '-', risk: 'read', reason: 'systemctl looks', examples: ['systemctl --failed'] },
      {
        sub: 'stop|disable|mask|kill|isolate|poweroff|reboot|halt|suspend|hibernate|rescue|emergency|revert|clean|kexec',
        risk: 'destroy',
        reason: 'systemctl takes a service or the machine down',
        examples: ['systemctl stop x', 'systemctl --user disable --now x', 'systemctl reboot'],
      },
      {
        sub: 'start|restart|reload|reload-or-restart|try-restart|enable|unmask|daemon-reload|daemon-reexec|reset-failed|edit|set-property|set-default|link|reenable|preset|import-environment|set-environment',
        risk: 'change',
        reason: 'systemctl starts, restarts or configures a service',
        examples: ['systemctl restart x', 'systemctl daemon-reload'],
      },
    ],
  },
  {
    names: ['service'],
    rules: [
      { sub: '* status', risk: 'read', reason: 'asks about a service', examples: ['service x status'] },
      { sub: '* stop', risk: 'destroy', reason: 'stops a service', examples: ['service x stop'] },
      {
        sub: '* start|restart|reload|force-reload|condrestart',
        risk: 'change',
        reason: 'starts or restarts a service',
        examples: ['service x restart'],
      },
      { flags: ['--status-all'], risk: 'read', reason: 'lists services', examples: ['service --status-all'] },
    ],
  },
  {
    names: ['journalctl'],
    rules: [
      {
        args: /--vacuum-|--rotate|--flush/,
        risk: 'destroy',
        reason: 'journalctl throws logs away',
        examples: ['journalctl --vacuum-time=1d'],
      },
      { risk: 'read', reason: 'journalctl shows logs', examples: ['journalctl -u x -n 100'] },
    ],
  },
  {
    names: words(
      'ps top htop atop pgrep pidof pstree free uptime vmstat iostat mpstat sar pidstat iotop nproc lscpu lsmod uname arch who w whoami id groups last lastb users getent slabtop dstat pmap jps sensors lspci lsusb netstat ifstat nload iftop host dig nslookup ping ping6 traceroute tracepath mtr whois ngrep arping locale tty glances',
    ),
    rules: [
      {
        risk: 'read',
        reason: 'observes the machine',
        examples: ['ps aux', 'free -m', 'iostat -x 1', 'dig x'],
      },
    ],
  },
  {
    names: ['ss'],
    bundled: true,
    rules: [
      {
        flags: ['-K', '--kill'],
        risk: 'destroy',
        reason: 'ss -K closes connections of other programs',
        examples: ['ss -K dst 10.0.0.1'],
      },
      { risk: 'read', reason: 'shows connections', examples: ['ss -tlnp'] },
    ],
  },
  {
    names: ['tcpdump', 'tshark'],
    rules: [
      { flags: ['-z'], risk: 'opaque', reason: 'tcpdump -z runs a program', examples: ['tcpdump -z ./x'] },
      {
        flags: ['-w'],
        risk: 'change',
        reason: 'writes captured packets to a file',
        examples: ['tcpdump -i eth0 -w f'],
      },
      { risk: 'read', reason: 'shows packets', examples: ['tcpdump -i eth0 -c 10'] },
    ],
  },
  {
    names: ['perf'],
    rules: [
      {
        sub: 'top|report|list|annotate|script|version',
        risk: 'read',
        reason: 'shows where time goes',
        examples: ['perf top', 'perf report'],
      },
    ],
  },
  {
    names: ['numactl'],
    rules: [
      {
        flags: ['-H', '--hardware', '-s', '--show'],
        risk: 'read',
        reason: 'shows memory nodes',
        examples: ['numactl --hardware'],
      },
    ],
  },
  {
    names: ['nvidia-smi'],
    rules: [
      {
        args: /reset|(?:^|\s)(?:-pm|-pl|-ac|-rac|-c|-e|-mig|-lgc|-am)\b/,
        risk: 'change',
        reason: 'changes the graphics card',
        examples: ['nvidia-smi -pm 1'],
      },
      { risk: 'read', reason: 'shows the graphics card', examples: ['nvidia-smi -q'] },
    ],
  },
  {
    names: ['hostname', 'hostnamectl', 'timedatectl', 'localectl', 'loginctl'],
    rules: [
      { sub: '-', risk: 'read', reason: 'says what the machine is called', examples: ['hostname -f'] },
      { sub: 'status|show|list-*', risk: 'read', reason: 'looks', examples: ['timedatectl status'] },
      { risk: 'change', reason: "changes the machine's identity", examples: ['hostname x'] },
    ],
  },
  {
    names: ['dmesg'],
    rules: [
      {
        flags: ['-C', '-c', '--clear', '--read-clear'],
        risk: 'destroy',
        reason: 'dmesg -C throws kernel messages away',
        examples: ['dmesg -C'],
      },
      { risk: 'read', reason: 'shows kernel messages', examples: ['dmesg -T'] },
    ],
  },
  {
    names: ['nc', 'ncat', 'netcat', 'telnet', 'socat'],
    rules: [
      {
        flags: ['-z', '-zv', '-vz', '-zvw'],
        risk: 'check',
        reason: 'asks whether a port is open',
        examples: ['nc -z h 80', 'nc -zv h 80'],
      },
      { risk: 'opaque', reason: 'sends whatever it is given to another program', examples: ['nc h 80'] },
    ],
  },
  {
    names: ['openssl'],
    rules: [
      { args: /(?:^|\s)-out\s/, risk: 'change', reason: 'openssl writes a file', examples: ['openssl rand -out k 32'] },
      {
        sub: 'rand|s_client|x509|version|verify|dgst|ciphers|asn1parse|crl|ocsp|speed|passwd',
        risk: 'read',
        reason: 'openssl computes or looks',
        examples: ['openssl rand -base64 32', 'openssl x509 -noout -dates'],
      },
      { risk: 'change', reason: 'openssl writes keys or certificates', examples: ['openssl genrsa 2048'] },
    ],
  },
  {
    names: ['sysctl'],
    rules: [
      {
        flags: ['-w', '-p', '--system', '--load'],
        risk: 'change',
        reason: 'sysctl changes the kernel',
        examples: ['sysctl -w a=1'],
      },
      { args: /\S=\S/, risk: 'change', reason: 'sysctl changes the kernel', examples: ['sysctl a=1'] },
      { risk: 'read', reason: 'shows kernel settings', examples: ['sysctl -a'] },
    ],
  },
  {
    names: ['iptables', 'ip6tables'],
    bundled: true,
    rules: [
      {
        flags: ['-L', '-S', '--list', '--list-rules'],
        risk: 'read',
        reason: 'lists the firewall',
        examples: ['iptables -L -n'],
      },
      {
        risk: 'destroy',
        reason: 'changes the firewall, and with it who gets in',
        examples: ['iptables -F', 'iptables -A INPUT -s x -j DROP'],
      },
    ],
  },
  {
    names: ['ip'],
    bareOptions: words('-4 -6 -s -o -br -c -j'),
    rules: [
      {
        sub: '* del|delete|flush|down',
        risk: 'destroy',
        reason: 'ip removes addresses or routes',
        examples: ['ip route del default'],
      },
      {
        sub: 'link set',
        risk: 'destroy',
        reason: 'ip link set can cut the machine off',
        examples: ['ip link set eth0 down'],
      },
      {
        sub: '* add|replace|change|set|append',
        risk: 'change',
        reason: 'ip changes addresses or routes',
        examples: ['ip addr add x dev y'],
      },
      {
        sub: 'netns exec',
        risk: 'opaque',
        reason: 'runs a command in another network',
        examples: ['ip netns exec n ls'],
      },
      {
        flags: ['-batch', '-b', '-force'],
        risk: 'opaque',
        reason: 'runs a file of commands',
        examples: ['ip -batch f'],
      },
      {
        sub: '* show|list|ls|get|monitor|save|help',
        risk: 'read',
        reason: 'shows addresses and routes',
        examples: ['ip route show', 'ip route get 1.1.1.1'],
      },
      {
        sub: '*',
        args: /^(?:-\S+\s+)*\w+$/,
        risk: 'read',
        reason: 'shows addresses and routes',
        examples: ['ip addr', 'ip -br a'],
      },
    ],
  },
  {
    names: words(
      'shutdown reboot halt poweroff init telinit userdel groupdel deluser passwd chpasswd usermod ufw firewall-cmd nft',
    ),
    rules: [
      {
        risk: 'destroy',
        reason: 'takes the machine, a user or its network away',
        examples: ['reboot', 'userdel x', 'passwd x'],
      },
    ],
  },
  {
    names: words(
      'useradd adduser groupadd ssh-keygen ssh-copy-id update-ca-certificates ldconfig logrotate logger wall mail sendmail mailx modprobe at swaks',
    ),
    rules: [
      {
        risk: 'change',
        reason: 'changes the machine or tells somebody',
        examples: ['useradd x', 'logrotate -f /etc/logrotate.conf', 'logger x'],
      },
    ],
  },
  {
    names: ['crontab'],
    rules: [
      { flags: ['-l'], risk: 'read', reason: 'lists scheduled jobs', examples: ['crontab -l'] },
      { flags: ['-r'], risk: 'destroy', reason: 'removes every scheduled job', examples: ['crontab -r'] },
      { risk: 'change', reason: 'changes scheduled jobs', examples: ['crontab -e'] },
    ],
  },
  {
    names: words('apt apt-get yum dnf apk brew pip pip3 npm gem snap zypper yarn pnpm'),
    bareOptions: ['-y', '-q', '-qq', '--yes', '-g'],
    rules: [
      {
        sub: 'list|show|search|info|check-update|outdated|view|policy|freeze|check',
        risk: 'read',
        reason: 'looks at packages',
        examples: ['apt list --installed', 'pip freeze'],
      },
      {
        sub: 'remove|purge|autoremove|erase|uninstall|del|clean',
        risk: 'destroy',
        reason: 'removes packages',
        examples: ['apt-get -y remove x'],
      },
      {
        sub: 'install|add|update|upgrade|dist-upgrade|ci|refresh|reinstall|i',
        risk: 'change',
        reason: 'installs packages',
        examples: ['apt-get update', 'npm ci'],
      },
    ],
  },
  {
    names: ['nginx', 'apachectl', 'haproxy', 'named-checkconf', 'sshd', 'httpd'],
    rules: [
      {
        flags: ['-t', '-T', '-c', '-v', '-V'],
        risk: 'check',
        reason: "checks a server's configuration",
        examples: ['nginx -t'],
      },
      { args: /-s\s*(?:stop|quit)/, risk: 'destroy', reason: 'stops the server', examples: ['nginx -s stop'] },
      {
        args: /-s\s*(?:reload|reopen)|graceful/,
        risk: 'change',
        reason: 'reloads the server',
        examples: ['nginx -s reload'],
      },
    ],
  },
];
