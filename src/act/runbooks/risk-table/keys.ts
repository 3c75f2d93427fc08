import { type RiskTool, tool } from './rule.ts';

/** Keys, certificates, secrets in files, and directories of people. */
export const KEY_TOOLS: readonly RiskTool[] = [
  tool('openssl', { values: '-in -out -connect -servername -key -CAfile -days -subj -keyout -CA -CAkey -passin' }, [
    {
      args: /(?:^|\s)-(?:out|keyout)\s+(?!\/tmp\/|\/dev\/(?:null|stdout)|-(?:\s|$))/,
      risk: 'change',
      reason: 'openssl writes a file',
      examples: ['openssl rand -out k 32', 'openssl req -new -x509 -keyout k -out c'],
    },
    [
      'check',
      'verify / -checkend',
      'openssl checks a certificate',
      'openssl verify c.pem',
      'openssl x509 -checkend 86400 -in c',
    ],
    [
      'read',
      'rand|s_client|x509|version|dgst|ciphers|asn1parse|crl|ocsp|speed|passwd|req|rsa|ec|pkey|pkcs12|pkcs7|list|s_time|errstr|sess_id|sha256|md5|base64|enc|help|prime|genpkey|genrsa|dhparam|ecparam',
      'openssl computes or looks',
      'openssl rand -base64 32',
      'openssl x509 -noout -dates',
      'openssl s_client -connect h:443',
    ],
    ['change', '', 'openssl writes keys or certificates', 'openssl ca -revoke c'],
  ]),
  tool('ssh-keygen', { bundled: true, values: '-f -t -b -C -N -F -R -I -n -V -s -P' }, [
    ['read', '-l|-F|-B|-y|-H|-L|-e|-Q', 'shows keys', 'ssh-keygen -lf k', 'ssh-keygen -F h'],
    ['change', '', 'makes keys or forgets a host', 'ssh-keygen -t ed25519 -f k', 'ssh-keygen -R h'],
  ]),
  tool('ssh-keyscan ssh-add-l klist pass-ls keyctl-show', {}, [
    ['read', '', 'shows keys', 'ssh-keyscan h', 'klist -k'],
  ]),
  tool(
    'ssh-add ssh-agent ssh-copy-id update-ca-certificates update-ca-trust kinit kdestroy ktutil kadmin-init dpkg-reconfigure',
    { bundled: true },
    [
      ['read', '-l|-L|-k', 'shows keys', 'ssh-add -l'],
      ['change', '', 'changes which keys are used', 'ssh-add k', 'kinit u', 'ssh-copy-id h'],
    ],
  ),
  tool(
    'kadmin kadmin.local ipa realm adcli net samba-tool wbinfo sss_cache smbstatus smbclient',
    { values: '-q -p -k -t -U', verbDepth: 3 },
    [
      {
        args: /\b(?:delprinc|delete_principal|cpw|change_password|ktrem|purgekeys|\w+-(?:del|disable|remove-member|mod)|user\s+(?:delete|disable|setpassword)|leave|delete|demote)\b|(?:^|\s)-E(?:\s|$)/,
        risk: 'destroy',
        reason: 'takes access away',
        examples: ["kadmin.local -q 'delprinc u'", 'ipa user-disable u', 'samba-tool user disable u'],
      },
      {
        args: /\b(?:getprinc|listprincs|list_principals|\w+-(?:show|find|status)|list|show|discover|testjoin|info|status|drs\s+showrepl|listpols|getpol|user\s+list)\b|(?:^|\s)-[ugtpSL](?:\s|$)/,
        risk: 'read',
        reason: 'looks',
        examples: ["kadmin.local -q 'listprincs'", 'ipa user-show u', 'wbinfo -t'],
      },
      ['change', '', 'changes accounts', 'ipa user-add u', 'realm join d'],
    ],
  ),
  tool('gpg gpg2', { values: '-u --local-user -r --recipient --keyserver --homedir -o --output --batch-x' }, [
    [
      'destroy',
      '--delete-key|--delete-keys|--delete-secret-key|--delete-secret-keys|--delete-secret-and-public-key|--gen-revoke|--quick-revoke-uid',
      'removes keys',
      'gpg --delete-key k',
    ],
    ['check', '--verify', 'checks a signature', 'gpg --verify f.sig f'],
    [
      'change',
      '--import|--gen-key|--full-generate-key|--full-gen-key|--quick-gen-key|--quick-generate-key|--edit-key|--sign|--recv-keys|--send-keys|--refresh-keys|--encrypt|-e|-c|--symmetric|--dearmor|--sign-key|--batch|-o|--output|--import-ownertrust|--detach-sign|-s|--clearsign|--receive-keys',
      'makes or changes keys or files',
      'gpg --import k',
      'gpg -c f',
      'gpg --full-generate-key',
    ],
    ['read', '', 'shows keys or reads a file', 'gpg --list-keys', 'gpg -d f', 'gpg --version'],
  ]),
  tool('gpgconf gpg-connect-agent', {}, [
    ['destroy', '--kill', 'ends the agent'],
    ['change', '', 'changes the agent', 'gpg-connect-agent reloadagent'],
  ]),
  tool(
    'certbot acme.sh lego',
    { values: '-d --domain --domains --cert-name -m --email -w --webroot-path --config-dir --server --reason' },
    [
      ['check', '--dry-run|--test-cert|--staging', 'only tries it out', 'certbot renew --dry-run'],
      [
        'destroy',
        'delete|revoke|unregister / --revoke|--remove|--uninstall|--deactivate',
        'takes a certificate away',
        'certbot revoke --cert-name c',
        'acme.sh --revoke -d d',
      ],
      [
        'read',
        'certificates|list|plugins|--version|show_account / --list|--info|--version',
        'shows certificates',
        'certbot certificates',
        'acme.sh --list',
      ],
      ['change', '', 'gets or renews a certificate', 'certbot renew', 'certbot certonly -d d', 'acme.sh --issue -d d'],
    ],
  ),
  tool('cmctl', { values: '-n --namespace' }, [
    ['destroy', 'deny|uninstall / x uninstall', 'refuses a certificate'],
    ['check', 'check', 'asks whether cert-manager answers', 'cmctl check api'],
    ['read', 'status|inspect|version|convert', 'shows certificates', 'cmctl status certificate c'],
    ['change', 'renew|approve|create|upgrade|experimental|x', 'renews a certificate', 'cmctl renew c'],
  ]),
  tool('keytool', {}, [
    ['destroy', '-delete|-storepasswd|-keypasswd', 'removes a key', 'keytool -delete -alias a'],
    ['read', '-list|-printcert|-exportcert|-printcrl|-showinfo', 'shows keys', 'keytool -list -keystore k'],
    ['change', '', 'makes or imports keys', 'keytool -importcert -alias a'],
  ]),
  tool('cfssl cfssljson step-ca mkcert easyrsa minica', { verbDepth: 2 }, [
    ['destroy', '@revoke|uninstall|delete / -uninstall', 'takes a certificate away', 'easyrsa revoke c'],
    ['check', '@verify|needs-renewal|health', 'checks', 'cfssl verify -ca c'],
    [
      'read',
      '@certinfo|inspect|version|info|fingerprint|scan|show-cert|list / -version',
      'shows certificates',
      'cfssl certinfo -cert c',
      'cfssl version',
    ],
    ['change', '', 'makes certificates', 'mkcert h', 'step-ca renew c k'],
  ]),
  tool('sops', { values: '--input-type --output-type --age --kms --pgp --set --output' }, [
    [
      'change',
      '-i|--in-place|--set|-r|--rotate|--output / updatekeys|edit|set|unset|rotate|publish',
      'changes an encrypted file',
      'sops -e -i f',
      'sops updatekeys f',
    ],
    [
      'read',
      '-d|--decrypt|-e|--encrypt|--version / decrypt|encrypt|filestatus|exec-env|exec-file|groups',
      'shows an encrypted file',
      'sops -d f',
    ],
    { risk: 'change', byHand: true, reason: 'sops opens an editor', examples: ['sops secrets.yaml'] },
  ]),
  tool(
    'age age-keygen rage kubeseal git-crypt pass gopass bw lpass op vaultwarden 1password',
    { values: '-i -r -R -o --identity --recipient --output --cert --vault', verbDepth: 2 },
    [
      ['destroy', '@rm|delete|remove|archive|revoke|forget', 'removes a secret', 'pass rm a', 'op item delete a'],
      [
        'change',
        '-o|--output|-w / @insert|edit|generate|create|set|init|add|share|mv|cp|git|push|sync|lock|unlock|signin|login|update|import|inject',
        'changes a secret or writes a file',
        'age -o f.age f',
        'pass insert a',
      ],
      [
        'read',
        '',
        'shows or turns a secret',
        'age -d -i k f.age',
        'pass show a',
        'kubeseal --fetch-cert',
        'op item get a',
        'op read op://v/a/p',
      ],
    ],
  ),
  tool('ldapsearch ldapwhoami ldapcompare slapcat slaptest getent id-ldap', {}, [
    ['read', '', 'asks the directory', 'ldapsearch -x', 'ldapwhoami', 'slapcat -n 0', 'getent passwd u'],
  ]),
  tool('ldapdelete ldappasswd', {}, [
    ['destroy', '', 'takes people or their passwords away', 'ldapdelete d', 'ldappasswd u'],
  ]),
  tool('ldapadd ldapmodify ldapmodrdn slapadd slapindex', { bundled: true }, [
    ['check', '-n', 'only says what it would do', 'ldapmodify -n -f f'],
    ['change', '', 'changes the directory', 'ldapadd -f f.ldif', 'ldapmodify -f f.ldif'],
  ]),
];
