import { LineCounter, parseAllDocuments } from 'yaml';
import { isKnownCommand } from '../../blocks/detect-language.ts';
import type { LintBlock } from '../lint-document.ts';
import { type LintRule, sh } from '../lint-rule.ts';

const fence = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`;
/** Text with holes: templates, examples cut short, placeholders. Nobody expects it to parse. */
const HAS_HOLES = /\.\.\.|…|\{\{|\{%|<[A-Za-z][^>\n]*>|^\s*[+-]{1,3} [^\n]*\n[\s\S]*^\s*\+/m;

/** Configuration and schedules, and blocks that are not what they say. */
export const CONFIG_RULES: readonly LintRule[] = [
  {
    id: 'json-syntax',
    severity: 'error',
    title: 'JSON that does not parse',
    why: 'Whatever reads it refuses the whole file.',
    fix: 'Correct it where the message points.',
    bad: fence('json', '{\n  "replicas": 3,\n  "image": "shop:2.4.1",\n}'),
    good: fence('json', '{\n  "replicas": 3,\n  "image": "shop:2.4.1"\n}'),
    silent: [
      fence('json', '{ "a": ... }'),
      fence('json', '{"a":1}\n{"a":2}'),
      fence('json', '// comment\n{"a": 1}'),
      fence('json', '"name": "x"'),
      fence('jsonc', '{"a":1,}'),
      fence('json', '{"id": <id>}'),
      fence('json', 'GET /x\n{"a":1}'),
    ],
    *check(document) {
      for (const block of document.blocks) {
        if (
          block.language !== 'json' ||
          !/^\s*[{[]/.test(block.text) ||
          HAS_HOLES.test(block.text) ||
          /^\s*(?:\/\/|#|\/\*)|\s\/\/ |\$\{?[A-Z]/m.test(block.text)
        )
          continue;
        const lines = block.text.split('\n').filter((line) => line.trim() !== '');
        // One object a line is as common in logs as one object a block.
        if (lines.length > 1 && lines.every((line) => isJson(line))) continue;
        try {
          JSON.parse(block.text);
        } catch (thrown) {
          const said = (thrown as Error).message;
          const position = Number(/position (\d+)/.exec(said)?.[1] ?? block.text.length - 1);
          if (/^\s*[}\]]?\s*[{[]/.test(block.text.slice(position))) continue;
          const at = block.offsetOf(Math.min(position, Math.max(0, block.text.length - 1)));
          yield { at: { start: at, end: at + 1 }, message: said.replace(/ in JSON at position.*| \(line.*/, '') };
        }
      }
    },
  },
  {
    id: 'yaml-syntax',
    severity: 'error',
    title: 'YAML that does not parse, or is no YAML at all',
    why: 'Whatever reads it refuses the whole file; a block with the wrong name is copied into the wrong place.',
    fix: 'Correct it where the message points, or name the language it is in.',
    bad: fence('yaml', 'replicas: 3\n  image: shop:2.4.1'),
    good: fence('yaml', 'replicas: 3\nimage: shop:2.4.1'),
    loud: [fence('yaml', '/var/log/shop/*.log {\n    daily\n    rotate 30\n}')],
    silent: [
      fence('yaml', 'a: {{ .Values.x }}'),
      fence('yaml', 'spec:\n  ...\n  replicas: 3'),
      fence('yaml', 'a: 1\n---\nb: 2'),
      fence('yaml', 'url: <url>\nx: !Ref y'),
      fence('yaml', 'a: 1\na: 2'),
      fence('yaml', '- job_name: x\n  scrape_interval: 5s'),
    ],
    *check(document) {
      for (const block of document.blocks) {
        if (!/^ya?ml$/.test(block.language) || HAS_HOLES.test(block.text) || /\$\{?[A-Z_]+|^\s*%/.test(block.text))
          continue;
        const counter = new LineCounter();
        const parsed = parseAllDocuments(block.text, {
          prettyErrors: false,
          lineCounter: counter,
          uniqueKeys: false,
          strict: false,
        });
        const error = (Array.isArray(parsed) ? parsed : []).flatMap((each) => each.errors)[0];
        const braces = /^[ \t]*\S[^:\n]*\{[ \t]*$/m.exec(block.text);
        // Braces and bare words are one long text to YAML, which hardly anyone means.
        const foreign =
          braces !== null &&
          /^\s*\}\s*$/m.test(block.text) &&
          !/^\s*[\w."'-]+:(?:\s|$)/m.test(block.text.replace(/^\s*#.*$/gm, ''));
        if (error === undefined && !foreign) continue;
        const offset = foreign ? braces.index : Math.min(error!.pos[0], block.text.length);
        const start = block.offsetOf(offset);
        const message = foreign
          ? 'this is no YAML but the configuration of another program (logrotate, nginx or the like)'
          : error!.message.split('\n')[0]!;
        yield { at: { start, end: start + (foreign ? braces[0].length : 1) }, message };
      }
    },
  },
  {
    id: 'not-bash',
    severity: 'warning',
    title: 'A block called bash that holds something else',
    why: 'It is pasted into a shell, which answers with syntax errors or, worse, runs some of it.',
    fix: 'Name the language it is in, or put what belongs elsewhere into a block of its own.',
    bad: fence(
      'bash',
      "# Kill idle connections\nSELECT pg_terminate_backend(pid)\nFROM pg_stat_activity\nWHERE state = 'idle' AND datname = 'shop';",
    ),
    good: fence(
      'sql',
      "-- Kill idle connections\nSELECT pg_terminate_backend(pid)\nFROM pg_stat_activity\nWHERE state = 'idle' AND datname = 'shop';",
    ),
    loud: [
      fence('bash', '# Drill\n1. Stop the services\n2. Restore the backup'),
      fence('bash', 'kubectl edit deployment x\n\nresources:\n  requests:\n    cpu: 1000m\n    memory: 1Gi'),
      fence('bash', './warm.sh\n\n# Every quarter of an hour\n*/15 * * * * /usr/bin/warm'),
      fence('bash', 'psql $DATABASE_URL\n\n-- Connections\nSELECT count(*) FROM pg_stat_activity;'),
    ],
    silent: [
      fence('bash', 'psql <<EOF\nSELECT 1;\nEOF'),
      fence('bash', '# crontab\n0 2 * * * /usr/bin/backup'),
      fence('bash', 'cat > x.yaml <<EOF\nresources:\n  requests:\n    cpu: 1\nEOF'),
      fence('bash', 'select x in a b; do echo $x; done'),
      fence('bash', 'psql shop -c "SELECT 1;"'),
      fence('bash', "curl -d '\nname: x\n  y: z\n' https://x"),
    ],
    *check(document) {
      for (const block of document.blocks) {
        if (!/^(?:bash|sh|shell|zsh)$/.test(block.language)) continue;
        const odd = oddPart(block);
        if (odd === null) continue;
        const start = block.offsetOf(odd.offset);
        const language = block.language;
        const name = document.text.indexOf(language, document.lineStart(block.line));
        yield {
          at: { start, end: start + odd.length },
          message: odd.message,
          ...(odd.rename !== undefined && {
            fix: {
              title: `Call it ${odd.rename}`,
              edits: [{ start: name, end: name + language.length, text: odd.rename }],
            },
          }),
        };
      }
    },
  },
  {
    id: 'crontab-syntax',
    severity: 'error',
    title: 'A schedule that cron refuses or never runs',
    why: 'cron takes no line of a table with a mistake in it, so all other jobs stop too.',
    fix: 'Minute 0–59, hour 0–23, day 1–31, month 1–12, weekday 0–7.',
    bad: fence('crontab', '0 25 * * * /usr/local/bin/backup'),
    good: fence('crontab', '0 2 * * * /usr/local/bin/backup'),
    loud: [fence('cron', '*/5 * * 13 * /usr/bin/x'), fence('crontab', '0 0 31 2 * /usr/bin/x')],
    silent: [fence('crontab', '# daily\n0 2 * * 0 x\n@daily y\n*/15 0-6,22 1-15 jan mon-fri z\nMAILTO=x@example.com')],
    *check(document) {
      for (const block of document.blocks) {
        const isTable = /^(?:cron|crontab)$/.test(block.language);
        let offset = 0;
        for (const line of block.text.split('\n')) {
          const fields =
            /^[ \t]*((?:[\d*/,-]|[a-z]{3}(?=[\s,-]))[\w*/,-]*)[ \t]+([\d*/,-]+)[ \t]+([\d*/,-]+)[ \t]+([\w*/,-]+)[ \t]+([\w*/,-]+)[ \t]+[\w/.~"'$(]/.exec(
              line,
            );
          if (fields !== null && (isTable || /^(?:sh|bash|)$/.test(block.language)) && /\*/.test(fields[0])) {
            const wrong = cronProblem(fields.slice(1, 6));
            const start = block.offsetOf(offset + line.search(/\S/));
            if (wrong !== null)
              yield { at: { start, end: start + fields.slice(1, 6).join(' ').length }, message: wrong };
          }
          offset += line.length + 1;
        }
      }
    },
  },
  {
    id: 'timeout-above-interval',
    severity: 'error',
    title: 'A timeout longer than the interval it belongs to',
    why: 'Prometheus refuses such a configuration, load balancers refuse such a health check.',
    fix: 'Make the timeout shorter than the interval.',
    bad: fence('yaml', 'scrape_configs:\n  - job_name: shop\n    scrape_interval: 10s\n    scrape_timeout: 15s'),
    good: fence('yaml', 'scrape_configs:\n  - job_name: shop\n    scrape_interval: 15s\n    scrape_timeout: 10s'),
    loud: [
      sh(
        'aws elbv2 modify-target-group --target-group-arn $TG --health-check-interval-seconds 5 --health-check-timeout-seconds 10',
      ),
    ],
    silent: [
      fence('yaml', 'a:\n  scrape_interval: 1m\n  scrape_timeout: 15s'),
      fence('yaml', 'global:\n  scrape_interval: 10s\njobs:\n  - scrape_timeout: 15s'),
    ],
    *check(document) {
      for (const block of document.blocks) {
        for (const match of block.text.matchAll(
          /^([ \t]*(?:-[ \t]+)?)scrape_interval:[ \t]*(\S+)[^\n]*\n(?:[^\n]*\n)?([ \t]*)scrape_timeout:[ \t]*(\S+)/gm,
        )) {
          if (match[1]!.length !== match[3]!.length || !(secondsOf(match[4]!) > secondsOf(match[2]!))) continue;
          const start = block.offsetOf(match.index + match[0].length - match[4]!.length);
          yield {
            at: { start, end: start + match[4]!.length },
            message: `a timeout of ${match[4]} within an interval of ${match[2]}`,
          };
        }
      }
      for (const command of document.commands) {
        const value = (name: string) =>
          Number(command.args[command.args.findIndex((arg) => arg.value === name) + 1]?.value);
        const [interval, timeout] = [value('--health-check-interval-seconds'), value('--health-check-timeout-seconds')];
        if (
          command.args.some((arg) => arg.value === '--health-check-interval-seconds') &&
          command.args.some((arg) => arg.value === '--health-check-timeout-seconds') &&
          timeout >= interval
        )
          yield { at: command, message: `a timeout of ${timeout} s within an interval of ${interval} s` };
      }
    },
  },
];

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const secondsOf = (text: string) => {
  const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(text.replace(/["']/g, '')) ?? [];
  return number === undefined
    ? Number.NaN
    : Number(number) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : unit === 'ms' ? 0.001 : 1);
};

type Odd = { offset: number; length: number; message: string; rename?: string };

/** The first part of a block that no shell is meant to read. Texts in quotes and here-documents are not looked at. */
function oddPart(block: LintBlock): Odd | null {
  const lines = block.text.split('\n');
  const code = lines.filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  const at = (index: number) => lines.slice(0, index).reduce((sum, line) => sum + line.length + 1, 0);
  const found = (index: number, message: string, rename?: string): Odd => ({
    offset: at(index) + lines[index]!.search(/\S|$/),
    length: lines[index]!.trim().length,
    message,
    ...(rename !== undefined && { rename }),
  });
  if (/<<-?\s*["']?\w/.test(block.text)) return null;
  const sql = lines.findIndex((line) =>
    /^\s*(?:SELECT\s+\S|UPDATE\s+\w+\s+SET\b|DELETE\s+FROM\b|INSERT\s+INTO\b|CREATE\s+(?:INDEX|TABLE)\b|ALTER\s+(?:TABLE|SYSTEM)\b|VACUUM\b)/.test(
      line,
    ),
  );
  if (sql >= 0 && /;\s*$/m.test(block.text) && !insideQuotes(block.text, at(sql))) {
    const all = !code.some((line) => isKnownCommand(/^\s*([\w-]+)/.exec(line)?.[1] ?? ''));
    return found(
      sql,
      all ? 'this is SQL, not bash' : 'SQL in the middle of bash: the shell tries to run it after psql has ended',
      all ? 'sql' : undefined,
    );
  }
  if (code.length > 1 && code.every((line) => /^\s*\d+[.)]\s+[A-Z]/.test(line)))
    return found(lines.indexOf(code[0]!), 'this is a list for people, not bash');
  const cron = lines.findIndex(
    (line) => /^\s*(?:\*\/\d+|\*|\d+)(?:\s+[\d*/,-]+){4}\s+\S/.test(line) && /\*/.test(line),
  );
  if (cron >= 0 && code.some((line) => !/^\s*(?:[\d*@]|\w+=)/.test(line)))
    return found(cron, 'a line of a crontab: pasted into a shell its stars become file names');
  const yaml = lines.findIndex(
    (line, index) => /^\s*[a-z]\w*:\s*$/i.test(line) && /^\s+(?:- )?[a-z]\w*:(?:\s|$)/i.test(lines[index + 1] ?? ''),
  );
  if (yaml >= 0 && !insideQuotes(block.text, at(yaml)))
    return found(yaml, 'YAML in the middle of bash: the shell tries to run it');
  return null;
}

function insideQuotes(text: string, offset: number): boolean {
  const before = text
    .slice(0, offset)
    .replace(/\\./g, '')
    .replace(/^\s*#.*$/gm, '');
  return (before.match(/'/g)?.length ?? 0) % 2 === 1 || (before.match(/"/g)?.length ?? 0) % 2 === 1;
}

const RANGES: readonly [name: string, low: number, high: number][] = [
  ['minute', 0, 59],
  ['hour', 0, 23],
  ['day', 1, 31],
  ['month', 1, 12],
  ['weekday', 0, 7],
];

function cronProblem(fields: readonly string[]): string | null {
  for (const [place, field] of fields.entries()) {
    const [name, low, high] = RANGES[place]!;
    for (const part of field.split(',')) {
      for (const number of part.split('/')[0]!.split('-')) {
        if (/^\d+$/.test(number) && (Number(number) < low || Number(number) > high))
          return `${name} ${number} does not exist`;
      }
      if (/\/0*$/.test(part)) return `a step of nothing in ${part}`;
    }
  }
  const [, , day, month] = fields;
  const days: Record<string, number> = { 2: 29, 4: 30, 6: 30, 9: 30, 11: 30 };
  if (
    /^\d+$/.test(day!) &&
    days[Number(month)] !== undefined &&
    Number(day) > days[Number(month)]! &&
    fields[4] === '*'
  )
    return `month ${month} has no day ${day}`;
  return null;
}
