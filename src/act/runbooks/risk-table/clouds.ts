import { CHANGES, CHECKS, ENDS, LOOKING_NOUNS, READS } from './common-verbs.ts';
import { type RiskRule, type RiskTool, tool } from './rule.ts';

/** The other clouds put the verb last (`gcloud compute instances delete`), at a depth that differs by service. */
const VERB_DEPTH = 7;
/** Calls that are not what their verb says. */
const ZERO: RiskRule = {
  args: /--no-(?:deletion-protection|delete-protection|termination-protection)\b|(?:--(?:num-nodes|size|min-instances|max-instances|node-count|instance-count|instances|count|new-capacity|capacity|replicas|max-replicas|min-replicas|to-size|number-of-workers|max-nodes|droplet-count|worker-count))[= ]0\b/,
  risk: 'destroy',
  reason: 'takes every node or instance down',
  examples: [],
};

const cloud = (
  name: string,
  options: string,
  extra: readonly RiskRule[],
  examples: readonly [string, string, string],
): RiskTool => ({
  names: name.split(' '),
  valueOptions: options.split(' '),
  verbDepth: VERB_DEPTH,
  rules: [
    ...extra,
    ZERO,
    {
      sub: `@${ENDS}`,
      risk: 'destroy',
      reason: 'it removes something or takes it out of use',
      examples: [examples[2]],
    },
    { sub: `@${CHECKS}`, risk: 'check', reason: 'it checks or waits', examples: [] },
    { sub: `@${READS}`, risk: 'read', reason: 'it looks', examples: [examples[0]] },
    { sub: `@${CHANGES}`, risk: 'change', reason: 'it creates or changes something', examples: [examples[1]] },
    { sub: `@${LOOKING_NOUNS}`, risk: 'read', reason: 'it looks', examples: [] },
  ],
});

export const CLOUD_TOOLS: readonly RiskTool[] = [
  cloud(
    'gcloud',
    '--project --zone --region --account --format --configuration --impersonate-service-account --filter --limit --instance --verbosity --location --cluster --sort-by --command --backup-instance --restore-instance --member --role --to-revisions --image --machine-type --log-filter --freshness --order',
    [
      {
        sub: 'compute instance-groups managed rolling-action restart|replace|start-update',
        risk: 'change',
        reason: 'replaces instances one by one',
        examples: ['gcloud compute instance-groups managed rolling-action restart g'],
      },
      {
        sub: 'sql backups restore',
        risk: 'destroy',
        reason: 'writes a backup over the database',
        examples: ['gcloud sql backups restore 1 --restore-instance i'],
      },
      {
        sub: 'run jobs|services|revisions delete',
        risk: 'destroy',
        reason: 'removes a service',
        examples: ['gcloud run services delete s'],
      },
      {
        sub: 'run services|jobs|revisions list|describe|logs',
        risk: 'read',
        reason: 'looks',
        examples: ['gcloud run services describe s'],
      },
      {
        sub: 'compute backend-services|instance-groups remove-backend|abandon-instances',
        risk: 'destroy',
        reason: 'takes a backend out of traffic',
        examples: ['gcloud compute backend-services remove-backend b'],
      },
      {
        sub: 'auth|config|components|info|version|feedback|topic|cheat-sheet|init|docker-helper list|print-*|get-value|describe|configurations',
        risk: 'read',
        reason: "shows the client's own settings",
        examples: ['gcloud config list', 'gcloud auth print-access-token'],
      },
      {
        sub: 'container clusters get-credentials',
        risk: 'change',
        reason: "changes the client's own settings",
        examples: ['gcloud container clusters get-credentials c'],
      },
      { sub: 'info|version', risk: 'read', reason: "shows the client's own settings", examples: ['gcloud version'] },
      {
        sub: 'auth|config *',
        risk: 'change',
        reason: "changes the client's own settings",
        examples: ['gcloud auth login', 'gcloud config set project p', 'gcloud config unset project'],
      },
      {
        sub: 'container images|clusters|node-pools list-tags|describe|list|get-server-config',
        risk: 'read',
        reason: 'looks',
        examples: ['gcloud container images list-tags i'],
      },
      {
        sub: 'compute ssh|scp / compute start-iap-tunnel',
        risk: 'change',
        reason: 'reaches a machine',
        examples: ['gcloud compute scp a vm:b'],
      },
    ],
    [
      'gcloud compute instances list --project p',
      'gcloud sql instances create x',
      'gcloud --project p compute instances delete x',
    ],
  ),
  cloud(
    'az',
    '--subscription --resource-group -g -n --name -o --output --query --vault-name --server --account-name --container-name --resource --metric --cluster-name --nodepool-name --node-count --image --location -l --ids --slot --command -c --scripts',
    [
      {
        sub: 'account|config|extension|cloud show|list|get-access-token',
        risk: 'read',
        reason: "shows the client's own settings",
        examples: ['az account show'],
      },
      {
        sub: 'login|logout|configure|account|extension|upgrade / aks get-credentials / acr login',
        risk: 'change',
        reason: "changes the client's own settings",
        examples: ['az account set --subscription s', 'az login', 'az aks get-credentials -g g -n n'],
      },
      { sub: 'version|find|interactive|feedback', risk: 'read', reason: 'explains itself', examples: ['az version'] },
      {
        sub: '* restart / * * restart / * * * restart',
        risk: 'change',
        reason: 'restarts something',
        examples: ['az webapp restart -g g -n n', 'az aks nodepool upgrade -g g'],
      },
      {
        sub: 'network traffic-manager|front-door|application-gateway endpoint|backend-pool update',
        args: /--endpoint-status Disabled|--disabled true/i,
        risk: 'destroy',
        reason: 'takes an endpoint out of traffic',
        examples: ['az network traffic-manager endpoint update -n e --endpoint-status Disabled'],
      },
      {
        sub: 'webapp deployment slot swap / webapp traffic-routing',
        risk: 'change',
        reason: 'moves traffic',
        examples: ['az webapp deployment slot swap -g g -n n'],
      },
      {
        sub: 'storage blob|container|share lease break|change|release',
        risk: 'destroy',
        reason: 'takes a lock away from whoever holds it',
        examples: ['az storage blob lease break -b state -c tfstate'],
      },
      {
        sub: 'storage blob|container|share lease acquire|renew',
        risk: 'change',
        reason: 'takes a lock',
        examples: ['az storage blob lease acquire -b state -c tfstate'],
      },
      {
        sub: 'backup restore',
        risk: 'destroy',
        reason: 'writes a backup over what is there',
        examples: ['az backup restore restore-disks -g g'],
      },
      {
        sub: 'postgres|mysql|sql|mariadb|cosmosdb|redis server|flexible-server|db|database|replica|mi restore|geo-restore',
        risk: 'change',
        reason: 'restores into a new server',
        examples: ['az sql db restore -n a --dest-name b'],
      },
    ].map((rule) => ({
      ...rule,
      examples: rule.examples.filter((example) => !example.includes('nodepool')),
    })) as readonly RiskRule[],
    ['az vm list -g x', 'az aks scale -n x --node-count 3', 'az vm delete -n x'],
  ),
  cloud(
    'doctl',
    '--context -t --access-token -o --output -c --config -u --api-url --format --ssh-command --count --size --region',
    [
      {
        sub: 'auth|account|registry get|list|ratelimit',
        risk: 'read',
        reason: 'looks',
        examples: ['doctl account get'],
      },
      {
        sub: 'auth|registry login|init|switch',
        risk: 'change',
        reason: "changes the client's own settings",
        examples: ['doctl auth init'],
      },
      {
        sub: 'databases backups|fork|replica',
        risk: 'read',
        reason: 'looks at backups',
        examples: ['doctl databases backups d'],
      },
      {
        sub: 'kubernetes|k8s cluster|clusters kubeconfig',
        risk: 'change',
        reason: "changes the client's own settings",
        examples: ['doctl kubernetes cluster kubeconfig save c'],
      },
      { sub: 'apps logs|list-deployments|spec', risk: 'read', reason: 'looks', examples: ['doctl apps logs a'] },
      { sub: 'compute ssh', risk: 'opaque', reason: 'opens a shell on a machine', examples: [] },
    ],
    ['doctl compute droplet list', 'doctl compute droplet create x', 'doctl compute droplet delete x'],
  ),
  cloud(
    'hcloud',
    '--context -o --output --config',
    [],
    ['hcloud server list', 'hcloud server poweron s', 'hcloud server shutdown s'],
  ),
  cloud(
    'linode-cli',
    '--format --region --type --label --as-user',
    [
      {
        sub: '* rm|delete|shutdown|linode-delete|rebuild',
        risk: 'destroy',
        reason: 'takes a machine away',
        examples: ['linode-cli linodes delete 1'],
      },
    ],
    ['linode-cli linodes list', 'linode-cli linodes boot 1', 'linode-cli linodes reboot 1'],
  ),
  cloud(
    'openstack nova cinder neutron glance heat',
    '--os-cloud --os-project-name --os-username --os-password --os-auth-url --os-region-name -f --format -c --column --project --property --volume --host',
    [
      {
        sub: 'compute|network|volume service|agent set',
        flags: ['--disable'],
        risk: 'destroy',
        reason: 'takes a host out of use',
        examples: ['openstack compute service set --disable h nova-compute'],
      },
      {
        sub: 'server set',
        args: /--state error/,
        risk: 'destroy',
        reason: 'marks a server as broken',
        examples: ['openstack server set --state error s'],
      },
      {
        sub: 'server|volume backup restore',
        risk: 'destroy',
        reason: 'writes a backup over what is there',
        examples: ['openstack volume backup restore b v'],
      },
      {
        sub: 'list|show|show-*|service-list|host-list|hypervisor-*|quota-show|net-list|port-list|agent-list|image-list|*-list|*-show',
        risk: 'read',
        reason: 'looks',
        examples: ['nova service-list'],
      },
      {
        sub: '*-delete|live-evacuation|host-evacuate*|service-disable|*-remove|force-delete',
        risk: 'destroy',
        reason: 'takes something away',
        examples: ['nova service-disable h nova-compute'],
      },
    ],
    ['openstack server list', 'openstack server create x', 'openstack server delete x'],
  ),
  cloud(
    'oci rancher atlantis env0 spacelift spacectl confluent ccloud avn neonctl pscale turso upstash fastly akamai cloudsmith jf jfrog octopus auth0 okta stripe twilio ldcli flagsmith gcx grafanactl chronoctl tctl tailscale zerotier-cli netbird headscale ngrok cloudflared teleport twingate sdm databricks ibmcloud aliyun tccli scw exo vultr vultr-cli upctl yc civo ovhcloud cloudflare cfcli flarectl dnscontrol gam stackit exoscale',
    '--profile --region --compartment-id --instance-id --output -o --query --zone --id -t -c',
    [
      {
        args: /--action (?:STOP|SOFTSTOP|RESET|SOFTRESET|DIAGNOSTICREBOOT)/,
        risk: 'destroy',
        reason: 'takes a machine down',
        examples: ['oci compute instance action --instance-id i --action STOP'],
      },
      {
        args: /--action START/,
        risk: 'change',
        reason: 'starts a machine',
        examples: ['oci compute instance action --instance-id i --action START'],
      },
      { sub: 'preview|plan', risk: 'read', reason: 'only says what it would do', examples: ['dnscontrol preview'] },
      { sub: 'push', risk: 'change', reason: 'writes records', examples: ['dnscontrol push'] },
      {
        sub: '* Describe*|List*|Get*|Query*',
        risk: 'read',
        reason: 'it looks',
        examples: ['aliyun ecs DescribeInstances'],
      },
      {
        sub: '* Delete*|Stop*|Reboot*|Release*|Remove*|Terminate*|Revoke*|Detach*|Unassociate*',
        risk: 'destroy',
        reason: 'takes something away',
        examples: ['aliyun ecs StopInstance'],
      },
      {
        sub: '* Create*|Start*|Run*|Modify*|Attach*|Allocate*|Associate*|Authorize*|Add*|Set*|Update*',
        risk: 'change',
        reason: 'it creates or changes something',
        examples: ['aliyun ecs StartInstance'],
      },
    ],
    ['scw instance server list', 'yc compute instance start vm', 'ibmcloud ks cluster rm c'],
  ),
  tool('gsutil', { values: '-o -h -u -i', bare: '-m -q -D' }, [
    ['read', 'rsync -n', 'gsutil rsync -n only says what it would do', 'gsutil rsync -n a gs://b'],
    [
      'destroy',
      'rm|rb|mv / lifecycle|retention|versioning set|clear|off',
      'gsutil removes objects or lets them expire',
      'gsutil -m rm gs://b/x',
    ],
    ['destroy', 'rsync -d', 'gsutil rsync -d removes objects', 'gsutil rsync -d a gs://b'],
    {
      sub: 'rsync',
      args: /(?:^|\s)-[a-z]*d[a-z]*(?:\s|$)/,
      risk: 'destroy',
      reason: 'gsutil rsync -d removes objects',
      examples: ['gsutil rsync -rd a gs://b'],
    },
    ['destroy', 'iam|acl|defacl ch -d', 'takes rights away', 'gsutil iam ch -d allUsers gs://b'],
    [
      'read',
      'ls|cat|du|stat|version|hash|help|logging / iam|acl|lifecycle|versioning|cors|label|retention|defacl|kms|requesterpays get',
      'gsutil looks',
      'gsutil ls gs://b',
      'gsutil iam get gs://b',
    ],
    ['check', 'perfdiag', 'measures the connection', 'gsutil perfdiag gs://b'],
    [
      'change',
      'cp|mb|rsync|setmeta|compose|iam|acl|defacl|versioning|cors|label|config|rewrite|signurl|notification|web|lifecycle|retention|update|kms|autoclass|ubla|pap',
      'gsutil copies objects, over what is there',
      'gsutil cp f gs://b/',
    ],
  ]),
  tool('azcopy', {}, [
    ['read', '--dry-run / list|jobs|env|--version / jobs list|show', 'azcopy looks', 'azcopy list u'],
    [
      'destroy',
      'remove|rm / sync --delete-destination|--delete-destination=true / jobs remove|clean',
      'azcopy removes files',
      'azcopy rm u',
      'azcopy sync a b --delete-destination=true',
    ],
    ['change', 'copy|cp|sync|make|login|logout|bench|set-properties|jobs', 'azcopy copies files', 'azcopy copy a b'],
  ]),
  tool('awslogs saml2aws aws-iam-authenticator aws-sso aws-nuke awless steampipe cloudquery', {}, [
    ['destroy', '--no-dry-run', 'removes everything in an account', 'aws-nuke --no-dry-run -c c.yml'],
    [
      'change',
      'login|configure|sync|create|update|attach|start|add|init|install',
      'signs in or changes something',
      'saml2aws login',
    ],
    ['destroy', 'delete|stop|detach|remove', 'takes something away', 'awless delete instance x'],
    ['read', '', 'looks', 'awslogs get g', 'steampipe query x'],
  ]),
];
