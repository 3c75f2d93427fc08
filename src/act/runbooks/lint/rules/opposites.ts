import { hasOption, type LintCommand, optionValue, writtenAs } from '../lint-script.ts';

/** Calls that let something in, or out, and the words under which they would be a mistake. */
type Opposite = { tool: RegExp; does(command: LintCommand): boolean; claims: RegExp; effect: string };

const BLOCKS = /\b(?:block|deny|isolat|quarantin|contain|restrict|reject|ban\b|cut off|shut out|lock ?down|drop)/i;
const words = (command: LintCommand) =>
  command.args.filter((arg) => !arg.value.startsWith('-')).map((arg) => arg.value);
const EVERYONE = /(?:^|[^\d.])0\.0\.0\.0\/0|(?:^|[\s,='"])::\/0|\bany\b/;

export const OPPOSITES: readonly Opposite[] = [
  {
    tool: /^aws$/,
    does: (command) =>
      /authorize-security-group-(?:ingress|egress)/.test(words(command)[1] ?? '') &&
      EVERYONE.test(writtenAs(command, 2_000)),
    claims: BLOCKS,
    effect: 'lets every address in',
  },
  {
    tool: /^aws$/,
    does: (command) => hasOption(command, '--no-source-dest-check'),
    claims: BLOCKS,
    effect:
      'only switches the source and destination check off: nothing is cut off, the instance may even forward traffic for others',
  },
  {
    tool: /^aws$/,
    does: (command) =>
      words(command)[1] === 'create-network-acl-entry' &&
      optionValue(command, '--rule-action') === 'allow' &&
      EVERYONE.test(writtenAs(command, 2_000)),
    claims: BLOCKS,
    effect: 'allows every address',
  },
  {
    tool: /^ip6?tables$/,
    does: (command) =>
      /^(?:-A|-I|--append|--insert)$/.test(command.args[0]?.value ?? command.name) &&
      optionValue(command, '-j', '--jump') === 'ACCEPT' &&
      !/(?:^|\s)(?:-s|--source)\s+(?:10|192\.168|172|127)\.|ESTABLISHED|-i lo\b/.test(writtenAs(command, 400)),
    claims: /\b(?:block|deny|reject|ban\b|drop)\b/i,
    effect: 'accepts what it names',
  },
  {
    tool: /^ufw$/,
    does: (command) => words(command)[0] === 'allow',
    claims: /\b(?:block|deny|reject|ban)\b/i,
    effect: 'allows it',
  },
  {
    tool: /^gcloud$/,
    does: (command) =>
      words(command).join(' ').includes('firewall-rules create') &&
      hasOption(command, '--allow') &&
      EVERYONE.test(writtenAs(command, 2_000)),
    claims: BLOCKS,
    effect: 'allows every address',
  },
  {
    tool: /^az$/,
    does: (command) =>
      words(command).join(' ').startsWith('network nsg rule create') &&
      /^allow$/i.test(optionValue(command, '--access') ?? ''),
    claims: BLOCKS,
    effect: 'allows it',
  },
  {
    tool: /^(?:kubectl|oc)$/,
    does: (command) => words(command)[0] === 'uncordon',
    claims: /\b(?:isolat|quarantin|cordon|take .* out)/i,
    effect: 'lets work onto the node again',
  },
];
