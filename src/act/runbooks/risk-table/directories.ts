import { type RiskTool, tool } from './rule.ts';

/** Directories of users and machines: FreeIPA, 389 Directory Server, SSSD, certificates kept by certmonger. */
export const DIRECTORY_TOOLS: readonly RiskTool[] = [
  tool('ipactl', { verbDepth: 1 }, [
    ['destroy', 'stop', 'stops the directory', 'ipactl stop'],
    ['read', 'status', 'looks at the directory', 'ipactl status'],
    ['change', 'start|restart', 'starts the directory', 'ipactl restart'],
  ]),
  tool(
    'ipa-server-install ipa-replica-install ipa-client-install ipa-ca-install ipa-dns-install ipa-kra-install ipa-adtrust-install',
    {},
    [
      ['destroy', '--uninstall', 'takes this machine out of the domain', 'ipa-client-install --uninstall'],
      ['change', '', 'makes this machine a part of the domain', 'ipa-replica-install', 'ipa-client-install -U'],
    ],
  ),
  tool('ipa-server-upgrade ipa-cert-fix ipa-certupdate ipa-cacert-manage ipa-server-certinstall ipa-backup', {}, [
    ['change', '', 'changes the directory server', 'ipa-certupdate', 'ipa-backup'],
  ]),
  tool('ipa-restore', {}, [['destroy', '', 'overwrites the directory by a backup', 'ipa-restore /b/ipa-full-1']]),
  tool('ipa-replica-manage ipa-csreplica-manage', { values: '--from -p -H --host', verbDepth: 1 }, [
    [
      'destroy',
      'del|disconnect|re-initialize|clean-ruv|abort-clean-ruv|clean-dangling-ruv|dnarange-set|dnanextrange-set|set-renewal-master',
      'takes a replica, or what only it knew, away',
      'ipa-replica-manage re-initialize --from a.example.com',
      'ipa-replica-manage del b.example.com --force',
    ],
    [
      'read',
      'list|list-ruv|list-clean-ruv|dnarange-show|dnanextrange-show',
      'looks at the replicas',
      'ipa-replica-manage list -v',
    ],
    ['change', 'connect|force-sync', 'changes the replication', 'ipa-replica-manage force-sync --from a'],
  ]),
  tool('ipa-healthcheck ipa-replica-conncheck', {}, [['check', '', 'checks the directory', 'ipa-healthcheck']]),
  tool('ipa-getcert getcert selfsign-getcert', { values: '-i -f -k -d -n -c', verbDepth: 1 }, [
    ['destroy', 'stop-tracking|remove-ca', 'lets a certificate run out', 'getcert stop-tracking -i 1'],
    ['read', 'list|list-cas|status', 'looks at certificates', 'getcert list'],
    [
      'change',
      'request|resubmit|rekey|start-tracking|add-ca|refresh|refresh-ca|modify-ca',
      'asks for a certificate',
      'getcert resubmit -i 1',
    ],
  ]),
  tool('dsconf dsidm dsctl', { values: '-D -w -y -b -Z', verbDepth: 5 }, [
    [
      'destroy',
      '@stop|remove|delete|del|disable|restore|bak2db|ldif2db|import|purge-changelog|cleanallruv|reindex|re-initialize|reinit|init|demote|lock|poke|set-rid',
      'takes data, a user or a replica away',
      'dsctl shop stop',
      'dsconf shop repl-agmt init --suffix dc=x agmt',
      'dsidm shop user delete x',
    ],
    ['check', '@healthcheck|check|compare|lint', 'checks the directory', 'dsctl shop healthcheck'],
    [
      'read',
      '@list|get|get-all|show|status|monitor|ls|search|dn-get|info|init-status|get-ruv|winsync-status|report / --list|-l',
      'looks at the directory',
      'dsconf shop plugin retro-changelog show',
      'dsconf --list',
      'dsconf shop monitor server',
    ],
    [
      'change',
      '@start|restart|set|add|create|enable|replace|update|promote|unlock|backup|db2bak|db2ldif|export|modify|rename|tls|config|poke',
      'changes the directory',
      'dsctl shop restart',
      'dsconf shop config replace nsslapd-a=b',
    ],
  ]),
  tool('sssctl', { verbDepth: 1 }, [
    ['destroy', 'cache-remove|cache-expire|logs-remove|client-data-restore', 'forgets users', 'sssctl cache-remove'],
    [
      'read',
      'domain-list|domain-status|user-checks|user-show|group-show|config-check|access-report|logs-fetch|analyze|client-data-backup',
      'looks at users',
      'sssctl domain-status example.com',
    ],
    ['change', '', 'changes the service', 'sssctl cache-upgrade', 'sssctl debug-level 6'],
  ]),
  tool('nsupdate', {}, [['change', '', 'changes records of a zone', 'nsupdate -k /etc/key /tmp/update']]),
];
