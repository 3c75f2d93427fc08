import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';
import { type AlertmanagerConfig, loadAlertmanagerConfig } from './load-config.ts';
import type { IntegrationKind, IntegrationSettings } from './receivers/receiver.ts';

const load = (yaml: string, file = '/etc/am/alertmanager.yml') => loadAlertmanagerConfig(yaml, { file });

function refusal(yaml: string, file = 'am.yml'): string {
  try {
    load(yaml, file);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(HoldfastError);
    expect((thrown as HoldfastError).kind).toBe('invalid');
    return (thrown as HoldfastError).message;
  }
  return 'accepted';
}

const MINIMAL = 'route:\n  receiver: a\nreceivers:\n  - name: a\n';
const withReceiver = (lines: string) =>
  `route:\n  receiver: a\nreceivers:\n  - name: a\n${lines.replaceAll(/^/gm, '    ')}\n`;

function settings<Kind extends IntegrationKind>(config: AlertmanagerConfig, kind: Kind): IntegrationSettings[Kind] {
  const found = config.receivers.flatMap((receiver) => receiver.integrations).find((item) => item.kind === kind);
  expect(found, `an integration of kind ${kind}`).toBeDefined();
  return found?.settings as IntegrationSettings[Kind];
}

describe('the smallest file', () => {
  it('has the defaults of Alertmanager', () => {
    const config = load(MINIMAL);
    expect(config.global.resolveTimeoutMs).toBe(300_000);
    expect(config.route).toMatchObject({
      id: '{}',
      key: '{}',
      index: 0,
      receiver: 'a',
      groupBy: { all: false, labels: [] },
      groupWaitMs: 30_000,
      groupIntervalMs: 300_000,
      repeatIntervalMs: 14_400_000,
      matchers: [],
      continue: false,
      routes: [],
    });
    expect(config.receivers).toEqual([{ name: 'a', labels: { name: 'a' }, integrations: [] }]);
    expect(config.timeIntervals.size).toBe(0);
  });

  it('may have empty blocks: what is not said keeps its default', () => {
    const config = load(`global:\ntemplates:\ninhibit_rules:\ntime_intervals:\ntracing:\n${MINIMAL}`);
    expect(config.global.smtp).toMatchObject({ hello: 'localhost', requireTls: true, smarthost: null });
    expect(config.global.pagerdutyUrl).toBe('https://events.pagerduty.com/v2/enqueue');
  });
});

describe('a routing tree', () => {
  const tree = load(`
route:
  receiver: a
  group_by: [cluster, alertname]
  group_wait: 10s
  routes:
    - matchers: [ 'team=~"x|y"', severity="page" ]
      match: { area: eu }
      match_re: { host: 'db.*' }
      receiver: b
      group_by: [...]
      repeat_interval: 1d
      continue: true
      mute_time_intervals: [nights]
      routes:
        - group_by: []
        - group_interval: 2m
    - receiver: b
      active_time_intervals: [nights]
      labels: { tier: "{{ .GroupLabels.x }}" }
receivers: [{name: a}, {name: b}]
time_intervals: [{name: nights, time_intervals: [{times: [{start_time: 20:00, end_time: 24:00}]}]}]
`).route;

  it('inherits what a route does not say, and mute times never', () => {
    const [first, second] = tree.routes;
    expect(first).toMatchObject({ receiver: 'b', groupWaitMs: 10_000, repeatIntervalMs: 86_400_000, continue: true });
    expect(first?.groupBy).toEqual({ all: true });
    expect(first?.routes[0]?.groupBy).toEqual({ all: false, labels: [] });
    expect(first?.routes[1]).toMatchObject({ groupBy: { all: true }, groupIntervalMs: 120_000, muteTimeIntervals: [] });
    expect(first?.muteTimeIntervals).toEqual(['nights']);
    expect(second).toMatchObject({ activeTimeIntervals: ['nights'], labels: { tier: '{{ .GroupLabels.x }}' } });
  });

  it('has the keys, identities and numbers that Alertmanager gives its routes', () => {
    const [first, second] = tree.routes;
    const key = '{}/{area="eu",host=~"^(?:db.*)$",severity="page",team=~"x|y"}';
    expect(first).toMatchObject({ key, id: `${key}/0`, index: 2 });
    expect(first?.routes.map(({ key, id, index }) => ({ key, id, index }))).toEqual([
      { key: `${key}/{}`, id: `${key}/0/{}/0`, index: 0 },
      { key: `${key}/{}`, id: `${key}/0/{}/1`, index: 1 },
    ]);
    expect(second).toMatchObject({ key: '{}/{}', id: '{}/{}/1', index: 3 });
    expect(tree.index).toBe(4);
  });
});

describe('inhibit rules', () => {
  it('merge three ways of writing matchers; an empty one is a rule', () => {
    const { inhibitRules } = load(`${MINIMAL}inhibit_rules:
  - {}
  -
  - name: less noise
    source_match: {severity: critical}
    source_match_re: {area: eu|us}
    source_matchers: [ 'up!="1"' ]
    target_matchers: [ severity=~"warning|info" ]
    equal: [cluster, cluster]
`);
    const empty = { name: '', sourceMatchers: [], targetMatchers: [], equal: [] };
    expect(inhibitRules.slice(0, 2)).toEqual([empty, empty]);
    expect(inhibitRules[2]).toMatchObject({ name: 'less noise', equal: ['cluster'] });
    expect(inhibitRules[2]?.sourceMatchers.map(({ name, type, value }) => name + type + value)).toEqual([
      'area=~^(?:eu|us)$',
      'severity=critical',
      'up!=1',
    ]);
  });
});

describe('what a receiver does not say', () => {
  it('comes from global', () => {
    const config = load(`
global:
  smtp_smarthost: '[::1]:465'
  smtp_from: am@example.org
  smtp_auth_username: u
  smtp_auth_password_file: /p
  smtp_require_tls: no
  slack_api_url: https://hooks.slack.com/x
  http_config: { proxy_url: 'http://proxy:3128', tls_config: { ca_file: tls/ca.pem } }
  telegram_bot_token: t
${withReceiver(`email_configs:
  - to: x@example.org
    headers: { reply-to: y@example.org }
slack_configs:
  - channel: '#a'
  - http_config: { basic_auth: { username: u, password: p } }
telegram_configs:
  - chat_id: -1001234567890
msteamsv2_configs:
  - webhook_url: https://teams.example.org/x
    http_config: { follow_redirects: false }`)}`);
    expect(settings(config, 'email')).toMatchObject({
      smarthost: { host: '::1', port: '465' },
      from: 'am@example.org',
      authPassword: { value: null, file: '/p' },
      requireTls: false,
      headers: { 'Reply-To': 'y@example.org' },
      html: '{{ template "email.default.html" . }}',
    });
    const slack = settings(config, 'slack');
    expect(slack).toMatchObject({ url: 'https://hooks.slack.com/x', title: '{{ template "slack.default.title" . }}' });
    expect(slack.http.proxy.url).toBe('http://proxy:3128');
    expect(slack.http.tls.caFile).toBe('/etc/am/tls/ca.pem');
    expect(settings(config, 'telegram')).toMatchObject({
      chatId: -1001234567890,
      botToken: { value: 't', file: null },
    });
    expect(settings(config, 'msteamsv2').http).toMatchObject({
      followRedirects: false,
      proxy: { url: 'http://proxy:3128' },
    });
    const sendResolved = config.receivers[0]?.integrations.map((item) => [item.kind, item.index, item.sendResolved]);
    expect(sendResolved).toEqual([
      ['email', 0, false],
      ['slack', 0, false],
      ['slack', 1, false],
      ['telegram', 0, true],
      ['msteamsv2', 0, true],
    ]);
  });

  it('makes a Slack app token a bearer token for the API', () => {
    const slack = settings(
      load(`global: { slack_app_token: xoxb }\n${withReceiver('slack_configs: [{channel: c}]')}`),
      'slack',
    );
    expect(slack.url).toBe('https://slack.com/api/chat.postMessage');
    expect(slack.http.authorization).toEqual({ type: 'Bearer', credentials: { value: 'xoxb', file: null } });
  });

  it('gives PagerDuty its details, keeping those that are written', () => {
    const config = load(
      withReceiver('pagerduty_configs: [{routing_key: k, details: {firing: f, nested: {a: [1, "2"]}}}]'),
    );
    expect(settings(config, 'pagerduty')).toMatchObject({
      routingKey: { value: 'k', file: null },
      details: { firing: 'f', num_firing: '{{ .Alerts.Firing | len }}', nested: { a: [1, '2'] } },
      source: '{{ template "pagerduty.default.client" . }}',
    });
  });
});

describe('YAML', () => {
  it('is read as Go reads it: 1.1 booleans, texts that look like numbers, anchors, merges, the first document', () => {
    const config = load(
      `x-common:
route: &root
  receiver: 0123
receivers:
  - name: 0123
    webhook_configs: [ &hook { url: http://127.0.0.1/x, send_resolved: off, max_alerts: 0x10 }, { <<: *hook, timeout: 1m30s } ]
---
other: document
`.replace('x-common:\n', ''),
    );
    expect(config.receivers[0]?.name).toBe('0123');
    expect(config.receivers[0]?.integrations).toMatchObject([
      { sendResolved: false, settings: { maxAlerts: 16, timeoutMs: 0 } },
      { sendResolved: false, settings: { maxAlerts: 16, timeoutMs: 90_000, url: 'http://127.0.0.1/x' } },
    ]);
  });
});

describe('a refused file', () => {
  it.each<[string, string, string]>([
    ['empty', '', 'am.yml:1:1: no route provided in config'],
    ['only comments', '# nothing\n', 'am.yml:1:1: no route provided in config'],
    ['no YAML', 'route: [', 'not valid YAML'],
    [
      'an anchor that is nowhere',
      'route: {receiver: *a}\nreceivers: [{name: a}]',
      'am.yml:1:19: unknown anchor "a" referenced',
    ],
    ['a list', '- a', 'am.yml:1:1: configuration must be a map, not a list'],
    ['no route', 'receivers: [{name: a}]', 'no route provided in config'],
    [
      'an unknown field',
      `${MINIMAL}recievers: []\n`,
      'am.yml:5:1: field recievers not found in configuration; did you mean receivers?',
    ],
    [
      'an unknown field of a route',
      'route:\n  receiver: a\n  groupby: [x]\nreceivers: [{name: a}]',
      'am.yml:3:3: field groupby not found in route; did you mean group_by?',
    ],
    ['a key twice', `${MINIMAL}route: {}\n`, 'am.yml:5:1: key "route" is written twice'],
    ['no default receiver', 'route: {}\nreceivers: [{name: a}]', 'root route must specify a default receiver'],
    [
      'matchers at the root',
      MINIMAL.replace('receiver: a', 'receiver: a\n  match: {a: b}'),
      'root route must not have any matchers',
    ],
    [
      'mute times at the root',
      MINIMAL.replace('receiver: a', 'receiver: a\n  mute_time_intervals: [x]'),
      'am.yml:3:3: root route must not have any mute time intervals',
    ],
    [
      'active times at the root',
      MINIMAL.replace('receiver: a', 'receiver: a\n  active_time_intervals: [x]'),
      'root route must not have any active time intervals',
    ],
    [
      'continue at the root',
      MINIMAL.replace('receiver: a', 'receiver: a\n  continue: true'),
      'am.yml:3:3: cannot have continue in root route',
    ],
    [
      'an undefined receiver',
      MINIMAL.replace('- name: a', '- name: b'),
      'am.yml:2:3: undefined receiver "a" used in route',
    ],
    [
      'an undefined receiver below',
      MINIMAL.replace('receiver: a', 'receiver: a\n  routes:\n    - receiver: z'),
      'am.yml:4:7: undefined receiver "z" used in route',
    ],
    [
      'an undefined time',
      MINIMAL.replace('receiver: a', 'receiver: a\n  routes:\n    - mute_time_intervals: [z]'),
      'undefined time interval "z" used in route',
    ],
    ['a receiver twice', `${MINIMAL}  - name: a\n`, 'am.yml:5:5: notification config name "a" is not unique'],
    ['a receiver without a name', 'route: {receiver: a}\nreceivers: [{}]', 'missing name in receiver'],
    [
      'a time twice',
      `${MINIMAL}time_intervals: [{name: t}]\nmute_time_intervals: [{name: t}]\n`,
      'time interval "t" is not unique',
    ],
    [
      'zero group_interval',
      MINIMAL.replace('receiver: a', 'receiver: a\n  group_interval: 0s'),
      'am.yml:3:3: group_interval cannot be zero',
    ],
    [
      'zero repeat_interval',
      MINIMAL.replace('receiver: a', 'receiver: a\n  repeat_interval: 0'),
      'repeat_interval cannot be zero',
    ],
    [
      'no unit',
      MINIMAL.replace('receiver: a', 'receiver: a\n  group_wait: 30'),
      'am.yml:3:15: not a valid duration string: "30"',
    ],
    [
      'units in the wrong order',
      MINIMAL.replace('receiver: a', 'receiver: a\n  group_wait: 1s1m'),
      'not a valid duration string: "1s1m"',
    ],
    [
      'an unknown unit',
      MINIMAL.replace('receiver: a', 'receiver: a\n  group_wait: 1x'),
      'unknown unit "x" in duration "1x"',
    ],
    [
      '... with others',
      MINIMAL.replace('receiver: a', 'receiver: a\n  group_by: [..., x]'),
      'cannot have wildcard group_by (`...`) and other labels at the same time',
    ],
    [
      'a label twice',
      MINIMAL.replace('receiver: a', 'receiver: a\n  group_by: [x, x]'),
      'duplicated label "x" in group_by',
    ],
    [
      'a bad label to match',
      MINIMAL.replace('receiver: a', 'receiver: a\n  routes: [{match: {a-b: c}}]'),
      'invalid label name "a-b"',
    ],
    [
      'a bad expression',
      MINIMAL.replace('receiver: a', 'receiver: a\n  routes: [{match_re: {a: "("}}]'),
      'missing closing )',
    ],
    [
      'a bad matcher',
      MINIMAL.replace('receiver: a', 'receiver: a\n  routes: [{matchers: ["a"]}]'),
      'bad matcher format: a',
    ],
    [
      'an unsupported receiver',
      withReceiver('opsgenie_configs: [{api_key: k}]'),
      'am.yml:5:5: receiver a: opsgenie_configs is not supported by Holdfast; supported are webhook_configs',
    ],
    ['an unheard-of receiver', withReceiver('fax_configs: []'), 'receiver a: fax_configs is not supported by Holdfast'],
    ['an empty webhook', withReceiver('webhook_configs: [~]'), 'missing webhook config'],
    ['no url', withReceiver('webhook_configs: [{send_resolved: true}]'), 'one of url or url_file must be configured'],
    [
      'two urls',
      withReceiver('webhook_configs: [{url: http://a, url_file: b}]'),
      'at most one of url & url_file must be configured',
    ],
    [
      'another scheme',
      withReceiver('webhook_configs: [{url: ftp://a}]'),
      'am.yml:5:29: invalid URL: unsupported scheme "ftp" for URL',
    ],
    [
      'a broken template',
      withReceiver("webhook_configs: [{url: 'http://h/{{ .Status'}]"),
      'invalid template syntax: template: :1: unclosed action',
    ],
    ['no host', withReceiver('webhook_configs: [{url: http://}]'), 'missing host for URL'],
    ['no smarthost', withReceiver('email_configs: [{to: x}]'), 'no global SMTP smarthost set'],
    ['no sender', withReceiver('email_configs: [{to: x, smarthost: "h:25"}]'), 'no global SMTP from set'],
    [
      'no recipient',
      withReceiver('email_configs: [{smarthost: "h:25", from: x}]'),
      'missing to address in email config',
    ],
    ['no port', withReceiver('email_configs: [{smarthost: h}]'), 'address h: missing port in address'],
    ['an empty port', withReceiver('email_configs: [{smarthost: "h:"}]'), 'port cannot be empty'],
    [
      'a header twice',
      withReceiver('email_configs: [{to: x, from: y, smarthost: "h:1", headers: {a-b: 1, A-B: 2}}]'),
      'duplicate header "A-B" in email config',
    ],
    [
      'no slack url',
      withReceiver('slack_configs: [{channel: x}]'),
      'no Slack API URL nor App token set either inline or in a file',
    ],
    [
      'a token with authorization',
      withReceiver('slack_configs: [{app_token: x, http_config: {authorization: {credentials: y}}}]'),
      "http authorization can't be set when using Slack App tokens",
    ],
    [
      'a nameless action',
      withReceiver('slack_configs: [{api_url: http://a, actions: [{type: button, text: t}]}]'),
      'missing name or url in Slack action configuration',
    ],
    ['no key', withReceiver('pagerduty_configs: [{}]'), 'missing service or routing key in PagerDuty config'],
    [
      'no user key',
      withReceiver('pushover_configs: [{token: t}]'),
      'one of user_key or user_key_file must be configured',
    ],
    [
      'html and monospace',
      withReceiver('pushover_configs: [{token: t, user_key: u, html: true, monospace: true}]'),
      'at most one of monospace & html must be configured',
    ],
    [
      'no chat',
      withReceiver('telegram_configs: [{bot_token: t}]'),
      'missing chat_id or chat_id_file on telegram_config',
    ],
    [
      'a parse mode',
      withReceiver('telegram_configs: [{bot_token: t, chat_id: 1, parse_mode: X}]'),
      'unknown parse_mode on telegram_config',
    ],
    [
      'no discord url',
      withReceiver('discord_configs: [{}]'),
      'one of webhook_url or webhook_url_file must be configured',
    ],
    [
      'basic as authorization',
      withReceiver('webhook_configs: [{url: http://a, http_config: {authorization: {type: Basic}}}]'),
      'authorization type cannot be set to "basic", use "basic_auth" instead',
    ],
    [
      'two kinds of credentials',
      withReceiver('webhook_configs: [{url: http://a, http_config: {basic_auth: {username: u}, bearer_token: t}}]'),
      'at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured',
    ],
    [
      'a certificate without key',
      withReceiver('webhook_configs: [{url: http://a, http_config: {tls_config: {cert_file: c}}}]'),
      'exactly one of key or key_file must be configured when a client certificate is configured',
    ],
    [
      'a reserved header',
      withReceiver('webhook_configs: [{url: http://a, http_config: {http_headers: {Host: {values: [x]}}}}]'),
      'setting header "Host" is not allowed',
    ],
    [
      'a truth value',
      withReceiver('webhook_configs: [{url: http://a, send_resolved: maybe}]'),
      'must be true or false, not "maybe"',
    ],
    [
      'a quoted truth value',
      withReceiver('webhook_configs: [{url: http://a, send_resolved: "true"}]'),
      'must be true or false, not "true"',
    ],
    [
      'a negative number',
      withReceiver('webhook_configs: [{url: http://a, max_alerts: -1}]'),
      'must be a whole number from 0',
    ],
    [
      'a day that is none',
      `${MINIMAL}time_intervals: [{name: t, time_intervals: [{weekdays: [funday]}]}]`,
      'funday is not a valid weekday',
    ],
    [
      'days the wrong way round',
      `${MINIMAL}time_intervals: [{name: t, time_intervals: [{weekdays: ['friday:monday']}]}]`,
      'start day cannot be before end day',
    ],
    [
      'day 0',
      `${MINIMAL}time_intervals: [{name: t, time_intervals: [{days_of_month: ['0']}]}]`,
      '0 is not a valid day of the month: out of range',
    ],
    [
      'days never',
      `${MINIMAL}time_intervals: [{name: t, time_intervals: [{days_of_month: ['-1:1']}]}]`,
      'end day must be negative if start day is negative',
    ],
    [
      'months the wrong way round',
      `${MINIMAL}time_intervals: [{name: t, time_intervals: [{months: ['may:january']}]}]`,
      'end month january is before start month may',
    ],
    [
      'a time of day',
      `${MINIMAL}time_intervals: [{name: t, time_intervals: [{times: [{start_time: '9:00', end_time: '10:00'}]}]}]`,
      "couldn't parse timestamp 9:00, invalid format",
    ],
    [
      'times the wrong way round',
      `${MINIMAL}time_intervals: [{name: t, time_intervals: [{times: [{start_time: '10:00', end_time: '09:00'}]}]}]`,
      'start time cannot be equal or greater than end time',
    ],
    [
      'a time zone',
      `${MINIMAL}time_intervals: [{name: t, time_intervals: [{location: Mars/Olympus}]}]`,
      'unknown time zone Mars/Olympus',
    ],
    [
      'an offset as time zone',
      `${MINIMAL}time_intervals: [{name: t, time_intervals: [{location: '+02:00'}]}]`,
      'unknown time zone +02:00',
    ],
  ])('with %s says where and what', (_what, yaml, message) => {
    expect(refusal(yaml)).toContain(message);
  });

  it('names everything that is wrong, by line', () => {
    expect(refusal('route:\n  receiver: a\n  group_wait: x\n  bogus: 1\nreceivers:\n  - nam: a\n').split('\n')).toEqual(
      [
        'am.yml:3:15: not a valid duration string: "x"',
        'am.yml:4:3: field bogus not found in route',
        'am.yml:6:5: field nam not found in receiver; did you mean name?',
        'am.yml:6:5: missing name in receiver',
      ],
    );
  });
});

describe('the file as it is shown', () => {
  const secrets = `
# the old password was hunter-comment
global:
  smtp_smarthost: h:25 # hunter-comment
  smtp_from: a@b
  smtp_auth_password: hunter-1
  slack_api_url: https://hooks.slack.com/hunter-2
  opsgenie_api_key: hunter-3
  pagerduty_url: https://user:hunter-4@pd.example.org/x
  http_config: { basic_auth: { username: u, password: &p hunter-5 }, http_headers: { X-A: { secrets: [hunter-6] } } }
event_recorder: { webhook_outputs: [ { url: hunter-7 } ] }
${withReceiver(
  `webhook_configs:
  - url: 'https://example.org/hunter-8?x={{ .Status }}'
  - url: http://h/ # hunter-9
    http_config: { oauth2: { client_id: c, client_secret: *p, token_url: http://x }, proxy_url: 'http://u:hunter-10@proxy' }
pagerduty_configs: [ { routing_key: hunter-11 } ]
pushover_configs: [ { token: "hunter-12", user_key: |
    hunter-13
    } ]`.replace('user_key: |\n    hunter-13\n    }', 'user_key: hunter-13 }'),
)}`;

  it('holds no secret and no comment, and can be loaded again', () => {
    const { original } = load(secrets);
    expect(original).not.toContain('hunter');
    expect(original).not.toContain('event_recorder');
    expect(original).toContain('url: http://<secret>');
    expect(original).toContain('https://user:xxxxx@pd.example.org/x');
    expect(original).toContain('slack_api_url: <secret>');
    const again = load(original);
    expect(again.original).toBe(original);
    expect(again.receivers.map((receiver) => receiver.integrations.length)).toEqual([4]);
  });

  it('keeps secrets out of messages', () => {
    for (const bad of ['ftp://hunter', 'http://', 'hunter', 'http://hunter:x:y@/']) {
      const said = refusal(withReceiver(`webhook_configs: [{url: '${bad}'}]\nslack_configs: [{api_url: '${bad}'}]`));
      expect(said).toContain('am.yml:5');
      expect(said).not.toContain('hunter');
    }
  });
});

describe('any text', () => {
  const word = fc.constantFrom(
    'route',
    'receiver',
    'receivers',
    'name',
    'a',
    'routes',
    'match',
    'match_re',
    'matchers',
    'group_by',
    '...',
    'global',
    'webhook_configs',
    'url',
    'http://x',
    'slack_configs',
    'api_url',
    'email_configs',
    'to',
    'time_intervals',
    'times',
    'weekdays',
    'monday:friday',
    'http_config',
    'basic_auth',
    'true',
    '0s',
    '5m',
    '{}',
    '[]',
    '~',
    '*x',
    '&x',
    '<<',
    'a=~"b"',
    '|',
    '!!binary',
    '? ',
    '- ',
  );
  const value = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      word,
      fc.integer(),
      fc.string(),
      fc.constant(null),
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(word, tie('node'), { maxKeys: 5 }),
    ),
  })).node;
  const judge = (yaml: string) => {
    try {
      return load(yaml).original.length > 0;
    } catch (thrown) {
      expect(thrown, yaml).toBeInstanceOf(HoldfastError);
      return false;
    }
  };

  it('is loaded or refused with a place, never a crash', () => {
    fc.assert(
      fc.property(value, (tree) => void judge(JSON.stringify(tree))),
      { numRuns: 400 },
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(6), word, fc.constantFrom(':', ': ', '', ' ')), { maxLength: 20 }),
        (lines) => void judge(lines.map(([indent, text, end]) => ' '.repeat(indent) + text + end).join('\n')),
      ),
      { numRuns: 400 },
    );
    fc.assert(
      fc.property(
        fc.nat(MINIMAL.length),
        fc.string({ maxLength: 8 }),
        (at, text) => void judge(MINIMAL.slice(0, at) + text + MINIMAL.slice(at)),
      ),
      { numRuns: 300 },
    );
  });

  it('nested without end or multiplied by aliases is refused', () => {
    expect(refusal('['.repeat(20_000))).toMatch(/am\.yml:1:\d+: (not valid YAML|cannot be read)/);
    expect(refusal(`route: ${'{routes: ['.repeat(200)}${']}'.repeat(200)}`)).toContain('nested deeper than 100 levels');
    const levels = Array.from({ length: 9 }, (_, n) => `  k${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`);
    const bomb = `${withReceiver(`webhook_configs: [{url: http://a, payload: {k0: &a0 [x],\n${levels.join(',\n')}}}]`)}`;
    expect(refusal(bomb)).toContain('counting what aliases repeat');
  });
});
