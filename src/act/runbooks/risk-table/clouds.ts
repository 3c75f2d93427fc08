import type { RiskRule, RiskTool } from './rule.ts';

/** The other clouds put the verb last (`gcloud compute instances delete`), at a depth that differs by service. */
function verbsLast(tool: string, verbs: string): RegExp {
  return new RegExp(`^(?:--?[\\w-]+(?:=\\S*| [^-\\s]\\S*)?\\s+)*(?:[a-z][\\w-]*\\s+){0,6}(?:${verbs})(?:\\s|$)`);
}

const READS =
  'list|describe|show|get|get-[\\w-]+|list-[\\w-]+|read|ls|cat|tail|logs|version|info|help|stat|du|check-[\\w-]+|browse|explain|lookup';
const ENDS =
  'delete|remove|destroy|rm|rb|purge|stop|deallocate|reset|reboot|restart|power-off|shutdown|cancel|revoke|disable|detach|release|drain|failover|promote-replica|abandon[\\w-]*|remove-[\\w-]+|delete-[\\w-]+|clear[\\w-]*|deactivate|evict|invalidate[\\w-]*|regenerate[\\w-]*|undelete|suspend|unset|drop|halt|rollback';
const CHANGES =
  'create|update|set|add|start|enable|attach|apply|resize|scale|patch|replace|import|export|copy|cp|mv|rsync|sync|upload|download|deploy|run|restore|backup|clone|assign|login|activate|configure|grant|bind|add-[\\w-]+|set-[\\w-]+|update-[\\w-]+|create-[\\w-]+|get-credentials|kubeconfig|save|tag|move|migrate|publish|submit|mb|up';

const cloud = (
  name: string,
  options: string,
  extra: readonly RiskRule[],
  examples: readonly [string, string, string],
): RiskTool => ({
  names: [name],
  valueOptions: options.split(' '),
  rules: [
    ...extra,
    {
      args: verbsLast(name, ENDS),
      risk: 'destroy',
      reason: `${name} removes something or takes it out of use`,
      examples: [examples[2]],
    },
    {
      args: verbsLast(name, CHANGES),
      risk: 'change',
      reason: `${name} creates or changes something`,
      examples: [examples[1]],
    },
    { args: verbsLast(name, READS), risk: 'read', reason: `${name} looks`, examples: [examples[0]] },
  ],
});

const REMOTE_SHELL = (sub: string, example: string): RiskRule => ({
  sub,
  risk: 'opaque',
  reason: 'runs a command on another machine',
  examples: [example],
});

export const CLOUD_TOOLS: readonly RiskTool[] = [
  cloud(
    'gcloud',
    '--project --zone --region --account --format --configuration --impersonate-service-account --filter --limit',
    [
      REMOTE_SHELL('compute ssh', 'gcloud compute ssh vm --command=ls'),
      {
        args: /(?:--num-nodes|--size|--min-instances|--max-instances)[= ]0\b/,
        risk: 'destroy',
        reason: 'takes every node or instance down',
        examples: ['gcloud container clusters resize c --num-nodes=0'],
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
    '--subscription --resource-group -g -n --name -o --output --query',
    [
      REMOTE_SHELL('vm run-command', 'az vm run-command invoke -n v'),
      { sub: 'account show|list', risk: 'read', reason: 'az looks', examples: ['az account show'] },
    ],
    ['az vm list -g x', 'az aks scale -n x --node-count 3', 'az vm delete -n x'],
  ),
  cloud(
    'doctl',
    '--context -t --access-token -o --output -c --config -u --api-url',
    [REMOTE_SHELL('compute ssh', 'doctl compute ssh x')],
    ['doctl compute droplet list', 'doctl compute droplet create x', 'doctl compute droplet delete x'],
  ),
  {
    names: ['gsutil'],
    bareOptions: ['-m', '-q'],
    rules: [
      { sub: 'rm|rb|mv', risk: 'destroy', reason: 'gsutil removes objects', examples: ['gsutil -m rm gs://b/x'] },
      {
        sub: 'rsync',
        flags: ['-d'],
        risk: 'destroy',
        reason: 'gsutil rsync -d removes objects',
        examples: ['gsutil rsync -d a gs://b'],
      },
      { sub: 'ls|cat|du|stat|version|hash', risk: 'read', reason: 'gsutil looks', examples: ['gsutil ls gs://b'] },
      {
        sub: 'cp|mb|rsync|setmeta|compose',
        risk: 'change',
        reason: 'gsutil copies objects, over what is there',
        examples: ['gsutil cp f gs://b/'],
      },
    ],
  },
];
