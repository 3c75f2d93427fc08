/** Modes with an on and an off. `on` captures what is switched; `off` recognises its end, in a command or in the text. */
type Switch = { tool: RegExp; on: RegExp; off(name: string): RegExp; what(name: string): string; undo: string };

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const MODE = '(?:MAINTENANCE|EMERGENCY|READ_?ONLY|SAFE|DEGRADED|DEBUG|LOCKDOWN|BYPASS)[A-Z_]*';

export const SWITCHES: readonly Switch[] = [
  {
    tool: /^(?:kubectl|oc|heroku|docker)$/,
    on: new RegExp(`\\b(${MODE})=["']?(?:true|1|on|yes|enabled)\\b`),
    off: (name) => new RegExp(`\\b${literal(name)}=["']?(?:false|0|off|no|disabled)\\b|\\b${literal(name)}-(?:\\s|$)`),
    what: (name) => `${name} is switched on`,
    undo: 'switches it off',
  },
  {
    tool: /^(?:kubectl|oc)$/,
    on: /"(maintenance_mode|emergency_mode|read_only|maintenance)"\s*:\s*"?true\b/i,
    off: (name) => new RegExp(`"${literal(name)}"\\s*:\\s*"?false\\b`, 'i'),
    what: (name) => `${name} is switched on`,
    undo: 'switches it off',
  },
  {
    tool: /^(?:kubectl|oc)$/,
    on: /^(?:kubectl|oc)\s(?:.*\s)?(?:cordon|drain)\s/,
    off: () =>
      /\buncordon\b|\bdelete nodes?\b|terminate-instances|(?:gcloud|aws|az)\b[^\n]*\b(?:delete|upgrade|recreate)\b|decommission|remove the node|replace the node|\bnode is (?:deleted|removed|replaced|terminated)/i,
    what: () => 'the node takes no more work',
    undo: 'lets it (uncordon)',
  },
  {
    tool: /^(?:kubectl|oc)$/,
    on: /\brollout pause\s+(\S+)/,
    off: () => /\brollout resume\b/,
    what: () => 'the rollout is paused',
    undo: 'resumes it',
  },
  {
    tool: /^ceph$/,
    on: /\bosd set (no\w+|pause)/,
    off: (name) => new RegExp(`osd unset ${literal(name)}`),
    what: (name) => `${name} is set`,
    undo: 'unsets it',
  },
  {
    tool: /^aws$/,
    on: /\bautoscaling suspend-processes\b/,
    off: () => /\bautoscaling resume-processes\b/,
    what: () => 'automatic scaling is suspended',
    undo: 'resumes it',
  },
  {
    tool: /^(?:patronictl|pcs|crm)$/,
    on: /\b(?:pause|property set maintenance-mode=true|configure property maintenance-mode=true)\b/,
    off: () => /\b(?:patronictl\b[^\n]*resume|maintenance-mode=false)\b/,
    what: () => 'automatic failover is paused',
    undo: 'resumes it',
  },
  {
    tool: /^setenforce$/,
    on: /^setenforce (?:0|permissive)/i,
    off: () => /setenforce (?:1|enforcing)/i,
    what: () => 'SELinux no longer enforces',
    undo: 'switches it back',
  },
];
