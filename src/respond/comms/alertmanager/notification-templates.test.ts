import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { programOnPath, requireServer } from '../../../../test/harness/require-server.ts';
import { DEFAULT_TEMPLATES } from './default-templates.ts';
import { commonOf, type Notification, statusOf } from './notification.ts';
import { createNotificationTemplates } from './notification-templates.ts';

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../test/fixtures/go-template/${name}.json`, import.meta.url), 'utf8'));

type Golden = { template: string; html?: boolean; alerts?: number; out?: string; error?: string };

const sample = fixture('sample-notification') as Notification & {
  alerts: { startsAt: string; endsAt: string | null }[];
};

/** The sample with its first alerts. */
function notification(alertCount = 3, changes: Partial<Notification> = {}): Notification {
  return {
    ...sample,
    alerts: sample.alerts.slice(0, alertCount).map((alert) => ({
      ...alert,
      startsAt: new Date(alert.startsAt),
      endsAt: alert.endsAt === null ? null : new Date(alert.endsAt),
    })),
    ...changes,
  };
}

const templates = createNotificationTemplates([]);
const text = (template: string, alertCount = 3) => templates.for(notification(alertCount)).text(template);
const html = (template: string) => templates.for(notification()).html(template);

/** What Go's own packages print for these, kept as they answered. */
describe('as in Go', () => {
  it.each(['language', 'html', 'generated'])('every template of %s.json prints or fails the same', (name) => {
    const differing: unknown[] = [];
    const goldens = fixture(name) as Golden[];
    expect(goldens.length).toBeGreaterThan(40);
    for (const golden of goldens) {
      const render = templates.for(notification(golden.alerts ?? 3));
      let got: { out?: string; error?: string };
      try {
        got = { out: golden.html ? render.html(golden.template) : render.text(golden.template) };
      } catch (thrown) {
        got = { error: (thrown as Error).message };
      }
      if (got.out !== golden.out || got.error !== golden.error) differing.push({ golden, got });
    }
    expect(differing).toEqual([]);
  });
});

describe('the default templates', () => {
  it.each<[number, string]>([
    [0, '[RESOLVED] HighCPU '],
    [1, '[FIRING:1] HighCPU (a:9100 critical eu)'],
    [2, '[FIRING:2] HighCPU (eu)'],
    [3, '[FIRING:2] HighCPU (eu)'],
  ])('with %i alerts have the subject %s', (alertCount, subject) => {
    for (const name of ['__subject', 'slack.default.title', 'email.default.subject', 'pagerduty.default.description'])
      expect(text(`{{ template "${name}" . }}`, alertCount)).toBe(subject);
  });

  it.each([
    ['slack.default.color', 'danger'],
    ['slack.default.username', 'Alertmanager'],
    ['slack.default.titlelink', 'http://am.example:9093/#/alerts?receiver=team-X%5C.y'],
    ['slack.default.fallback', '[FIRING:2] HighCPU (eu) | http://am.example:9093/#/alerts?receiver=team-X%5C.y'],
    ['pagerduty.default.client', 'Alertmanager'],
    ['slack.default.text', ''],
    ['discord.default.content', ''],
  ])('%s is "%s"', (name, printed) => {
    expect(text(`{{ template "${name}" . }}`)).toBe(printed);
  });

  it.each([
    'pushover.default.message',
    'telegram.default.message',
    'discord.default.message',
    'msteams.default.text',
    'msteamsv2.default.text',
    'opsgenie.default.description',
    'sns.default.message',
    'webex.default.message',
    'wechat.default.message',
    'victorops.default.state_message',
  ])('%s names every alert and what is known of it', (name) => {
    const printed = text(`{{ template "${name}" . }}`);
    for (const part of ['HighCPU', 'a:9100', 'b:9100', 'c:9100', 'other', '2026-03-01 10:00:00 UTC', 'Resolved'])
      expect(printed).toContain(part);
  });

  it('lists alerts for pagerduty.default.instances, which is given a list', () => {
    expect(text('{{ template "pagerduty.default.instances" .Alerts.Firing }}')).toContain('instance = a:9100');
  });

  it('make a page of an e-mail in which nothing of an alert is markup', () => {
    const page = html('{{ template "email.default.html" . }}');
    expect(page).toContain('<title>[FIRING:2] HighCPU (eu)</title>');
    expect(page).toContain('CPU &#34;high&#34; &lt;b&gt;&amp;&lt;/b&gt;');
    expect(page).toContain('<a href="#ZgotmplZ">Source</a>');
    expect(page).toContain('<a href="http://am.example:9093/#/alerts?receiver=team-X%5C.y">');
    expect(page).not.toContain('<b>&');
  });

  it('can be replaced by a file, also in part', () => {
    const own = createNotificationTemplates([
      {
        name: 'own.tmpl',
        text: '{{ define "__subject" }}{{ .Status }}!{{ end }}{{ define "x" }}{{ template "slack.default.title" . }}{{ end }}',
      },
      { name: 'empty.tmpl', text: 'text outside of definitions is no template of ours' },
    ]);
    expect(own.for(notification()).text('{{ template "x" . }}')).toBe('firing!');
  });

  it('say where a file is wrong', () => {
    expect(() => createNotificationTemplates([{ name: 'own.tmpl', text: 'a\n{{ nope }}' }])).toThrow(
      'template: own.tmpl:2: function "nope" not defined',
    );
  });
});

describe('route labels', () => {
  it('may be templates that name each other', () => {
    const routeLabels = { a: '{{ routeLabels "b" }}-{{ .GroupLabels.alertname }}', b: '{{ .Status }}', c: 'plain' };
    expect(templates.routeLabels(notification(1, { routeLabels }))).toEqual({
      a: 'firing-HighCPU',
      b: 'firing',
      c: 'plain',
    });
  });

  it('that need themselves are refused', () => {
    const routeLabels = { a: '{{ routeLabels "b" }}', b: '{{ routeLabels "a" }}' };
    expect(() => templates.routeLabels(notification(1, { routeLabels }))).toThrow(
      'route label cycle detected: a -> b -> a',
    );
  });

  it('are not rendered a second time in a notification', () => {
    const raw = templates.for(notification(1, { routeLabels: { a: '{{ .Status }}' } }));
    expect(raw.text('{{ routeLabels "a" }} {{ .RouteLabels.a }} {{ routeLabels "b" }}')).toBe(
      '{{ .Status }} {{ .Status }} ',
    );
  });
});

describe('the clock', () => {
  it('is the one that is given', () => {
    const at = createNotificationTemplates([], () => new Date('2026-03-01T11:00:00.500Z')).for(notification());
    expect(at.text('{{ since (index .Alerts 0).StartsAt }} {{ now.Unix }}')).toBe('1h0m0s 1772362800');
    expect(at.text('{{ since (index .Alerts 2).StartsAt | humanizeDuration }}')).toBe('2h 0m 0s');
  });
});

describe('any text', () => {
  it('is rendered or refused in the words of templates', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '{{',
        '}}',
        '{{-',
        '-}}',
        ' ',
        '\n',
        '.',
        '$',
        '$x',
        ':=',
        '=',
        '|',
        '(',
        ')',
        '"',
        '`',
        "'",
        ',',
        '/*',
        '*/',
        'if',
        'else',
        'end',
        'range',
        'with',
        'define',
        'template',
        'block',
        'break',
        'continue',
        'nil',
        'true',
        '1',
        '-',
        '0x',
        '1e9',
        '.Alerts',
        '.Labels',
        '.StartsAt',
        'printf',
        'index',
        'len',
        'slice',
        'toJson',
        '"%*d"',
        '999999999',
        'list',
        'append',
        'dict',
        '<a href="',
        '<script>',
        '</',
        '<!--',
      ),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), fc.boolean(), (pieces, asHtml) => {
        const render = templates.for(notification());
        try {
          expect(typeof (asHtml ? render.html(pieces.join('')) : render.text(pieces.join('')))).toBe('string');
        } catch (thrown) {
          expect((thrown as Error).name).toBe('TemplateError');
          expect((thrown as Error).message).toMatch(/^template: /);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

const amtool = await requireServer('amtool', programOnPath('amtool'));
const run = promisify(execFile);

describe('amtool', () => {
  beforeEach(amtool.skipUnlessThere);

  it('renders the same for generated alerts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-templates-'));
    const word = fc.constantFrom('a', 'prod', 'x y', 'é', '<b>', '"q"', 'z-9', '0', 'ünï', '&amp;', "it's");
    const labels = fc.dictionary(fc.constantFrom('alertname', 'job', 'severity', 'zone', 'Upper', '_u'), word, {
      maxKeys: 4,
    });
    const alert = fc.record({
      status: fc.constantFrom('firing' as const, 'resolved' as const),
      labels,
      annotations: labels,
      startsAt: fc.date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      generatorURL: fc.constantFrom('', 'http://p/g?x=1&y=<z>', 'javascript:x'),
      fingerprint: fc.constantFrom('abc', 'def'),
    });
    const expressions = [
      '{{ template "__subject" . }}',
      '{{ .CommonLabels.Names }}|{{ .CommonAnnotations.SortedPairs.Values }}|{{ .GroupLabels.Names }}',
      '{{ range .Alerts }}{{ .StartsAt.Format "Mon Jan _2 15:04:05.000 2006 PM Z07:00" }} {{ (.Labels.Remove (stringSlice "job")).Values }};{{ end }}',
      '{{ range $i, $a := .Alerts.Firing }}{{ $i }}:{{ $a.Annotations.Values | join "," | title | toUpper }};{{ else }}none{{ end }}',
      '{{ range .Alerts }}{{ with .GeneratorURL }}{{ . | urlquery }}{{ else }}-{{ end }}{{ end }}',
      '{{ printf "%q %v %5d %-8s| %x" .Status .CommonLabels.Values (len .Alerts) .Receiver .Status }}',
      '{{ range .Alerts }}{{ range $k, $v := .Labels }}{{ if match "^[a-m]" $k }}{{ $k }}{{ reReplaceAll "[aeiou]" "<$0>" $v }}{{ end }}{{ end }}{{ end }}',
    ];
    const pages = [
      '<p title="{{ .CommonLabels.Values }}">{{ template "__subject" . }}{{ range .Alerts }}<a href="{{ .GeneratorURL }}">{{ .Labels.job }}</a>{{ end }}</p>',
    ];
    try {
      for (const alerts of fc.sample(fc.array(alert, { minLength: 1, maxLength: 4 }), 12)) {
        const told = alerts.map((item) => ({
          ...item,
          endsAt: item.status === 'firing' ? null : new Date(item.startsAt.getTime() + 1_500),
        }));
        const given: Notification = {
          ...sample,
          alerts: told,
          groupLabels: told[0]?.labels.job ? { job: told[0].labels.job } : {},
        };
        const data = {
          receiver: 'team-X\\.y',
          status: statusOf(told),
          alerts: told.map((item) => ({ ...item, endsAt: item.endsAt ?? '0001-01-01T00:00:00Z' })),
          groupLabels: given.groupLabels,
          commonLabels: commonOf(told.map((item) => item.labels)),
          commonAnnotations: commonOf(told.map((item) => item.annotations)),
          externalURL: sample.externalUrl,
        };
        const dataFile = join(folder, 'data.json');
        await writeFile(dataFile, JSON.stringify(data));
        // The tool brings no templates of its own: it takes ours.
        await writeFile(join(folder, 'own.tmpl'), DEFAULT_TEMPLATES);
        for (const [type, template] of [
          ['text', expressions.join('\n')],
          ['html', pages.join('\n')],
        ] as const) {
          const { stdout } = await run('amtool', [
            'template',
            'render',
            `--template.glob=${join(folder, '*.tmpl')}`,
            `--template.type=${type}`,
            `--template.data=${dataFile}`,
            `--template.text=${template}`,
          ]);
          const render = templates.for(given);
          expect(type === 'html' ? render.html(template) : render.text(template)).toBe(stdout);
        }
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 60_000);
});
