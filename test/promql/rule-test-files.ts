/** Rules and files of unit tests for them, right and wrong, as promtool reads both. */
export const RULES = `
groups:
  - name: second
    rules:
      - record: job:errors:ratio2m
        expr: job:errors:rate2m / job:requests:rate2m
      - alert: ManyErrors
        expr: job:errors:ratio2m > 0.1
        for: 2m
        labels: { severity: '{{ if gt $value 0.5 }}critical{{ else }}warning{{ end }}', empty: '' }
        annotations:
          summary: '{{ $labels.job }} fails {{ $value | humanizePercentage }} in {{ $externalLabels.region }}'
          link: '{{ $externalURL }}/{{ .Labels.job }}'
  - name: first
    rules:
      - record: job:requests:rate2m
        expr: sum by (job) (rate(requests_total[2m]))
      - record: job:errors:rate2m
        expr: sum by (job) (rate(requests_total{status=~"5.."}[2m]))
        labels: { kind: error, job: '' }
      - record: job:errors:rate2m
        expr: sum by (job) (rate(requests_total{status=~"5.."}[2m]))
  - name: states
    rules:
      - alert: Down
        expr: up == 0
        for: 3m
        keep_firing_for: 2m
        labels: { severity: page }
      - alert: WaitsLong
        expr: ALERTS{alertname="Down", alertstate="firing"} == 1
      - alert: Absent
        expr: absent(up{job="mail"})
        annotations: { summary: 'no {{ $labels.job }} at {{ $value }}' }
      - alert: SameName
        expr: up == 0
      - alert: SameName
        expr: vector(1) > 0
        labels: { other: rule }
      - alert: Asks
        expr: up{instance="a"} == 0
        labels: { worst: '{{ query "topk(1, requests_total)" | first | label "status" }}' }
        annotations:
          most: '{{ with query "sum by (job) (requests_total)" }}{{ . | first | value | humanize }} of {{ first . | label "job" }}{{ end }}'
          each: '{{ range query "requests_total" | sortByLabel "status" }}{{ .Labels.status }}={{ .Value }} {{ end }}'
          none: '{{ range query "nothing" }}x{{ else }}nobody{{ end }}'
          own: '{{ query (printf "up{instance=%q} + 1" $labels.instance) | first | value }}{{ query "up" | first | strvalue }}'
          link: '{{ graphLink "up == (0)" }} {{ tableLink "up" }}'
          again: '{{ range query "up" | sortByLabel "instance" }}{{ printf "up{instance=%q}" .Labels.instance | query | first | value }},{{ end }}'
      - record: instance:up:count
        expr: count_over_time(up[5m])
`;

const SERIES = [
  { series: 'requests_total{job="shop", status="200"}', values: '0+60x20' },
  { series: 'requests_total{job="shop", status="500"}', values: '0+0x5 0+30x15' },
  { series: 'up{job="shop", instance="a"}', values: '1 1 0x6 1x10' },
  { series: 'up{job="shop", instance="b"}', values: '1x4 stale' },
];
const shop = (more: Record<string, unknown>) => ({
  rule_files: ['rules.yaml'],
  evaluation_interval: '1m',
  group_eval_order: ['first', 'second', 'states'],
  tests: [{ interval: '1m', input_series: SERIES, ...more }],
});
const expression = (expr: string, eval_time: string, exp_samples: unknown) => ({ expr, eval_time, exp_samples });
const alert = (alertname: string, eval_time: string, exp_alerts: unknown) => ({ alertname, eval_time, exp_alerts });
const down = { exp_labels: { job: 'shop', instance: 'a', severity: 'page' } };

/** Fields that came with Prometheus 3. */
export const NEWER_FIELDS = /^(?:fuzzy_compare|start_timestamp):|^ +start_timestamp:/m;

/** By what they show. */
export const TEST_FILES: Readonly<Record<string, unknown>> = {
  'a recorded ratio': shop({
    promql_expr_test: [
      expression('job:errors:ratio2m', '4m', [{ labels: 'job:errors:ratio2m{job="shop"}', value: 0 }]),
      expression('job:errors:ratio2m', '10m', [
        { labels: 'job:errors:ratio2m{job="shop"}', value: 0.3333333333333333 },
      ]),
      expression('job:errors:ratio2m > 0.5', '10m', []),
    ],
  }),
  'an alert with its texts': shop({
    external_labels: { region: 'eu' },
    external_url: 'https://prometheus.example',
    alert_rule_test: [
      alert('ManyErrors', '7m', []),
      alert('ManyErrors', '10m', [
        {
          exp_labels: { job: 'shop', severity: 'warning' },
          exp_annotations: { summary: 'shop fails 33.33% in eu', link: 'https://prometheus.example/shop' },
        },
      ]),
    ],
  }),
  'an alert with other texts': shop({
    alert_rule_test: [
      alert('ManyErrors', '10m', [
        { exp_labels: { job: 'shop', severity: 'warning' }, exp_annotations: { summary: 'wrong' } },
      ]),
    ],
  }),
  'an alert that waits, fires and is kept firing': shop({
    alert_rule_test: [
      alert('Down', '1m', []),
      alert('Down', '4m', []),
      alert('Down', '5m', [down]),
      alert('Down', '8m', [down]),
      alert('Down', '9m', [down]),
      alert('Down', '10m', [down]),
      alert('Down', '11m', []),
      alert('Down', '12m', []),
    ],
  }),
  'an alert over alerts': shop({
    alert_rule_test: [
      alert('WaitsLong', '5m', [
        { exp_labels: { job: 'shop', instance: 'a', severity: 'page', alertstate: 'firing' } },
      ]),
    ],
    promql_expr_test: [
      expression('ALERTS{alertname="Down"}', '3m', [
        {
          labels: 'ALERTS{alertname="Down", alertstate="pending", instance="a", job="shop", severity="page"}',
          value: 1,
        },
      ]),
      expression('ALERTS_FOR_STATE{alertname="Down"}', '6m', [
        { labels: 'ALERTS_FOR_STATE{alertname="Down", instance="a", job="shop", severity="page"}', value: 120 },
      ]),
      expression('ALERTS{alertname="Down"}', '14m', []),
    ],
  }),
  'an alert whose texts ask': shop({
    alert_rule_test: [
      alert('Asks', '3m', [
        {
          exp_labels: { job: 'shop', instance: 'a', worst: '200' },
          exp_annotations: {
            most: '180 of shop',
            each: '200=180 500=0 ',
            none: 'nobody',
            own: '1',
            link: '/graph?g0.expr=up+%3D%3D+%280%29&g0.tab=0 /graph?g0.expr=up&g0.tab=1',
            again: '0,1,',
          },
        },
      ]),
    ],
  }),
  'an alert of nothing': shop({
    alert_rule_test: [
      alert('Absent', '0m', [{ exp_labels: { job: 'mail' }, exp_annotations: { summary: 'no mail at 1' } }]),
    ],
  }),
  'an alert of nothing, expected without its label': shop({ alert_rule_test: [alert('Absent', '0m', [{}])] }),
  'an alert that is not expected': shop({ alert_rule_test: [alert('Absent', '0m', [])] }),
  'an alert that is expected and not there': shop({ alert_rule_test: [alert('Down', '0m', [down])] }),
  'an alert without a rule': shop({ alert_rule_test: [alert('Nobody', '1m', [])] }),
  'an alert without a rule that is expected': shop({ alert_rule_test: [alert('Nobody', '1m', [{}])] }),
  'alerts of one name and two rules': shop({
    alert_rule_test: [
      alert('SameName', '3m', [{ exp_labels: { other: 'rule' } }, { exp_labels: { job: 'shop', instance: 'a' } }]),
    ],
  }),
  'an empty label that is expected': shop({
    alert_rule_test: [alert('Down', '5m', [{ exp_labels: { ...down.exp_labels, x: '' } }])],
  }),
  'a number as a label': shop({
    alert_rule_test: [alert('Down', '5m', [{ exp_labels: { ...down.exp_labels, severity: 5 } }])],
  }),
  'a test without a name of an alert': shop({ alert_rule_test: [{ eval_time: '1m', exp_alerts: [] }] }),
  'groups in another order': {
    ...shop({
      promql_expr_test: [
        expression('job:errors:ratio2m', '2m', [{ labels: 'job:errors:ratio2m{job="shop"}', value: 0 }]),
      ],
    }),
    group_eval_order: ['second', 'first', 'states'],
  },
  'a group twice in the order': { ...shop({}), group_eval_order: ['first', 'first'] },
  'values that differ in their last digit': shop({
    promql_expr_test: [expression('0.1 + 0.2', '0m', [{ labels: '{}', value: 0.3 }])],
  }),
  'values that differ in their last digit, compared fuzzily': {
    ...shop({ promql_expr_test: [expression('0.1 + 0.2', '0m', [{ labels: '{}', value: 0.3 }])] }),
    fuzzy_compare: true,
  },
  'values that differ in more, compared fuzzily': {
    ...shop({ promql_expr_test: [expression('0.1 + 0.2', '0m', [{ labels: '{}', value: 0.31 }])] }),
    fuzzy_compare: true,
  },
  'what is no number': shop({
    promql_expr_test: [expression('vector(NaN)', '0m', [{ labels: '{}', value: Number.NaN }])],
  }),
  'what is infinite': shop({
    promql_expr_test: [expression('1 / vector(0)', '0m', [{ labels: '{}', value: Number.POSITIVE_INFINITY }])],
  }),
  'samples in another order': shop({
    promql_expr_test: [
      expression('up', '2m', [
        { labels: 'up{job="shop", instance="b"}', value: 1 },
        { labels: 'up{instance="a", job="shop"}', value: 0 },
      ]),
    ],
  }),
  'a sample too few': shop({
    promql_expr_test: [expression('up', '2m', [{ labels: 'up{job="shop", instance="b"}', value: 1 }])],
  }),
  'a sample twice': shop({
    promql_expr_test: [
      expression('sum(up)', '2m', [
        { labels: '{}', value: 1 },
        { labels: '{}', value: 1 },
      ]),
    ],
  }),
  'a sample without labels': shop({ promql_expr_test: [expression('sum(up)', '2m', [{ value: 1 }])] }),
  'a sample without a value': shop({ promql_expr_test: [expression('sum(up) - 1', '2m', [{ labels: '{}' }])] }),
  'labels that are no labels': shop({
    promql_expr_test: [expression('sum(up)', '2m', [{ labels: '{a=~"b"}', value: 1 }])],
  }),
  'an expression that is none': shop({ promql_expr_test: [expression('sum(', '2m', [])] }),
  'an expression with an error': shop({ promql_expr_test: [expression('up + on () up', '2m', [])] }),
  'a range vector': shop({ promql_expr_test: [expression('up[5m]', '2m', [])] }),
  'a text': shop({ promql_expr_test: [expression('"text"', '2m', [])] }),
  'a scalar': shop({ promql_expr_test: [expression('time()', '2m', [{ labels: '{}', value: 120 }])] }),
  'a time between evaluations': shop({
    promql_expr_test: [expression('time()', '150s', [{ labels: '{}', value: 150 }])],
  }),
  'samples nobody has seen yet': {
    ...shop({
      promql_expr_test: [
        expression('count_over_time(up{instance="a"}[10m])', '9m', [
          { labels: '{instance="a", job="shop"}', value: 6 },
        ]),
      ],
    }),
    evaluation_interval: '5m',
  },
  'an interval of its own': {
    rule_files: [],
    tests: [
      {
        interval: '15s',
        input_series: [{ series: 'x', values: '1+1x40' }],
        promql_expr_test: [expression('x', '1m', [{ labels: 'x', value: 5 }])],
      },
    ],
  },
  'a subquery in the evaluation interval': {
    ...shop({
      promql_expr_test: [expression('count_over_time(vector(1)[10m:])', '20m', [{ labels: '{}', value: 5 }])],
    }),
    evaluation_interval: '2m',
  },
  'a start at another time': shop({
    start_timestamp: '2024-02-29T12:00:00Z',
    promql_expr_test: [
      expression('time()', '2m', [{ labels: '{}', value: 1_709_208_120 }]),
      expression('day_of_month(vector(time()))', '2m', [{ labels: '{}', value: 29 }]),
      expression('sum(up)', '2m', [{ labels: '{}', value: 1 }]),
    ],
    alert_rule_test: [alert('Down', '5m', [down])],
  }),
  'a number in quotes': shop({ promql_expr_test: [expression('sum(up)', '2m', [{ labels: '{}', value: '1' }])] }),
  'no tests': { rule_files: ['rules.yaml'] },
  'no rule files': {
    tests: [
      {
        interval: '1m',
        input_series: SERIES,
        promql_expr_test: [expression('sum(up)', '2m', [{ labels: '{}', value: 1 }])],
      },
    ],
  },
  'a rule file that is not there': { rule_files: ['nothing.yaml'], tests: [{ input_series: SERIES }] },
  'a pattern of rule files': { ...shop({ alert_rule_test: [alert('Down', '5m', [down])] }), rule_files: ['r*s.yaml'] },
  'rules that are wrong': { ...shop({}), rule_files: ['wrong.yaml'] },
  'a rule with an error': {
    ...shop({ promql_expr_test: [expression('1', '2m', [{ labels: '{}', value: 1 }])] }),
    rule_files: ['fails.yaml'],
  },
  'a field that is none': { ...shop({}), nonsense: 1 },
  'a duration that is none': { ...shop({}), evaluation_interval: 'soon' },
  'a series that is none': shop({ input_series: [{ series: 'up{', values: '1' }] }),
  'values that are none': shop({ input_series: [{ series: 'up', values: '1 two 3' }] }),
  'values in every notation': {
    tests: [
      {
        interval: '1m',
        input_series: [
          { series: 'x{a="b"}', values: '1 -2 3e2 0.5 .5 _ 4x2 1+2x2 1-2x2 -1-1x1 -1+1x1 _x2 stale Inf -Inf NaN 7' },
        ],
        promql_expr_test: [...Array(26).keys()].map((minute) =>
          expression('timestamp(x) * 1000 + x', `${minute}m`, [{ labels: '{a="b"}', value: minute }]),
        ),
      },
    ],
  },
};
export const WRONG_RULES = 'groups: [{name: g, rules: [{alert: A, expr: "sum("}]}]\n';
export const FAILING_RULES = 'groups: [{name: g, rules: [{alert: A, expr: "up + on () group_left up"}]}]\n';
