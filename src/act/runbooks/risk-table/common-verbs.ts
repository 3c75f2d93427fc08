import type { RiskRule } from './rule.ts';

/** Verbs that mean the same in most command lines, as alternatives of a pattern. */
export const READS =
  'list|ls|describe|show|get|get-*|list-*|show-*|describe-*|read|explain|lookup|query|search|print-*|find|diff|summarize';
/** Words that look only where no verb stands beside them: `logging metrics create` creates. */
export const LOOKING_NOUNS =
  'cat|tail|logs|log|version|info|help|stat|stats|du|output|history|view|usage|metrics|hash|whoami|dump|serial-port-output|quota|tree|catalog|url|netcheck|peers|recent|top|me|current|latest';
export const CHECKS = 'wait|check|check-*|test|test-*|validate|validate-*|verify|what-if|ping|lint|can-i|exists';
export const ENDS =
  'delete|abort|operation-abort|seek|remove|destroy|rm|rb|purge|stop|deallocate|reset|reset-*|reboot|redeploy|power-off|poweroff|power-cycle|power-reset|shutdown|shut-down|cancel|cancel-*|revoke|revoke-*|disable|disable-*|detach|detach-*|release|drain|failover|failover-*|switchover|promote-replica|promote|abandon*|remove-*|delete-*|del|clear|clear-*|deactivate|evict|regenerate*|suspend|unset|drop|halt|rollback|recreate*|reimage|rebuild|pause|shelve|shelve-offload|unassign*|disassociate*|deregister*|unregister*|terminate*|force-reboot|flush|rescue|offline|evacuate|force-delete|purge-*|key-revoke|restore|simulate-eviction|start-failover|begin-failover|stop-*|expire|reject|deny|perform-maintenance|hard-reboot|soft-delete|decommission|down|logout|quarantine|archive|expire-key|un-register|force-unlock';
export const CHANGES =
  'create|create-*|update|update-*|set|set-*|add|add-*|start|start-*|enable|enable-*|attach|attach-*|apply|resize|scale|patch|replace|import|import-*|export|export-*|copy|cp|mv|rsync|sync|upload*|download*|deploy|run|backup|backups|clone|assign|assign-*|login|activate|activate-*|configure|grant|bind|get-credentials|kubeconfig|save|tag|untag|move|move-*|migrate|publish|submit|mb|up|execute|restart|power-on|poweron|unpause|resume|unshelve|lock|unlock|associate|register|undelete|retain|rotate|renew|refresh|recover|snapshot|upgrade|install|approve|accept|invoke|call|trigger|retry|switch|use|init|generate|sign|encrypt|decrypt|extend|transfer|change-*|modify|rename|mount|connect|ssh-keys|set-iam-policy|change-type|rsync|print|boot|open-port|unrescue|reinstall|auto-*|queue|issue|request|send|publish-*|seed|rewind|link|unlink|put|invalidate*';

/**
 * What a call of a known tool does that none of its rules speaks of: its verb says so, if it is a common one. The
 * harmful verbs come first, so that `list delete x` is not taken for a list.
 */
export const COMMON_VERB_RULES: readonly RiskRule[] = [
  { sub: `@${ENDS}`, risk: 'destroy', reason: 'by its verb it removes something or takes it out of use', examples: [] },
  { sub: `@${CHANGES}`, risk: 'change', reason: 'by its verb it creates or changes something', examples: [] },
  { sub: `@${CHECKS}`, risk: 'check', reason: 'by its verb it checks or waits', examples: [] },
  {
    sub: `@${READS}|${LOOKING_NOUNS}|peers|members|ps|top|events`,
    risk: 'read',
    reason: 'by its verb it looks',
    examples: [],
  },
];
