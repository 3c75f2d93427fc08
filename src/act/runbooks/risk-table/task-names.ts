import type { ConsoleLanguage } from '../consoles/console-language.ts';
import type { RunClass, Verdict } from '../risk/verdict.ts';

/**
 * Programs that run tasks an application names itself. Tasks the table knows are in `frameworks.ts`; the others are
 * judged by the verb in their name.
 */
export type TaskRunner = {
  name: string;
  also?: readonly string[];
  /** The file an interpreter is given for it: `php artisan`, `python manage.py`. */
  file?: RegExp;
  /** Tasks that open a console. */
  opens?: RegExp;
  /** The word or option after which code stands, and the language of that code. */
  code?: RegExp;
  language?: ConsoleLanguage;
  /** Every word is a task (`rake db:drop db:create`). */
  several?: true;
};

export const TASK_RUNNERS: readonly TaskRunner[] = [
  {
    name: 'rails',
    also: ['gitlab-rails'],
    file: /(?:^|\/)bin\/rails$/,
    opens: /^(?:c|console|db|dbconsole)$/,
    code: /^(?:r|runner)$/,
    language: 'ruby',
  },
  { name: 'rake', also: ['gitlab-rake'], file: /(?:^|\/)bin\/rake$/, several: true },
  { name: 'artisan', file: /(?:^|\/)artisan$/, opens: /^tinker$/, code: /^--execute/, language: 'php' },
  {
    name: 'manage.py',
    also: ['django-admin'],
    file: /(?:^|\/)manage\.py$/,
    opens: /^(?:shell|shell_plus|dbshell)$/,
    code: /^(?:-c|--command)/,
    language: 'python',
  },
  { name: 'console', file: /(?:^|\/)bin\/console$/ },
  { name: 'occ', file: /(?:^|\/)occ$/ },
  { name: 'magento', file: /(?:^|\/)bin\/magento$/ },
  { name: 'flask', opens: /^shell$/ },
  { name: 'wp', opens: /^shell$/, code: /^eval$/, language: 'php' },
  {
    name: 'drush',
    opens: /^(?:php|php:cli|sql-cli|sql:cli|sqlc)$/,
    code: /^(?:php-eval|php:eval|ev|eval)$/,
    language: 'php',
  },
  { name: 'mix' },
  { name: 'thor' },
  { name: 'cap' },
];

const VERBS: readonly { risk: RunClass; verbs: RegExp; reason: string }[] = [
  {
    risk: 'destroy',
    verbs:
      /^(?:clear|flush|purge|delete|destroy|drop|reset|rollback|truncate|remove|wipe|revoke|disable|stop|down|kill|cancel|prune|clean|cleanup|expire|forget|unlink|restore|deactivate|fresh|shutdown|terminate|evict|uninstall)$/,
    reason: 'takes something away, by its name',
  },
  {
    risk: 'read',
    verbs:
      /^(?:status|list|show|info|version|stats|about|routes|inspect|report|get|describe|search|tree|diff|dump|tasks|help|print|count|env|log|logs|audit|query|find|view)$/,
    reason: 'looks, by its name',
  },
  {
    risk: 'check',
    verbs: /^(?:check|verify|validate|test|lint|doctor|ping|health|healthcheck)$/,
    reason: 'checks, by its name',
  },
  {
    risk: 'change',
    verbs:
      /^(?:create|migrate|sync|import|rebuild|reindex|index|seed|update|upgrade|warm|warmup|enqueue|generate|precompile|compile|install|enable|up|start|restart|set|add|apply|run|process|backfill|schedule|retry|refresh|cache|configure|setup|prepare|backup|export|deploy|publish|send|notify|recalculate|repair|fix|optimize|load|grant|assign|rotate|resume|register|reload|rename|move|copy|link|make|build|work|resend|replay)$/,
    reason: 'changes something, by its name',
  },
];

/** `cache:clear`, `db:migrate:status`, `clear-stale-sessions`: the class of a task by the verbs in its name. */
export function classifyTask(name: string): Verdict | undefined {
  const words = name
    .replace(/\[.*$/s, '')
    .split(/[:._-]/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== '');
  // `db:migrate:status` looks; `cache:clear` clears; a destroying verb anywhere counts.
  for (const { risk, verbs, reason } of VERBS) {
    const found =
      risk === 'read' || risk === 'check' ? verbs.test(words.at(-1) ?? '') : words.some((word) => verbs.test(word));
    if (found) return { class: risk, reason: `${name} ${reason}` };
  }
  return undefined;
}
