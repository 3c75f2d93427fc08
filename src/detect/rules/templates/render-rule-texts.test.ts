import { describe, expect, it } from 'vitest';
import { judgeRuleTemplate, openRuleTexts } from './render-rule-texts.ts';

const texts = openRuleTexts({
  nowMs: Date.parse('2026-03-01T12:00:00Z'),
  externalUrl: 'https://ops.example.com/holdfast/',
  externalLabels: { region: 'eu' },
  ask: (expression) => {
    if (expression === 'broken') throw new Error('the server is away');
    return expression === 'up'
      ? ['b', 'ä', 'a'].map((job, value) => ({ labels: { job, __value__: `v${value}` }, value }))
      : [];
  },
});
const render = (
  template: string,
  value = 0.1234567,
  labels: Record<string, string> = { instance: 'db-1.example.com:9100' },
) => texts.render(template, { labels, value });

describe('texts of rules', () => {
  it.each([
    ['plain', 'plain'],
    ['{{ $value }}', '0.1234567'],
    ['{{ .Value }} {{ .Labels.instance }}', '0.1234567 db-1.example.com:9100'],
    ['{{ $labels.instance }} {{ $externalLabels.region }}', 'db-1.example.com:9100 eu'],
    ['{{ $labels.nothing }}|', '|'],
    ['{{ printf "%.2f" $value }}', '0.12'],
    ['{{ $value | humanize }}', '123.5m'],
    ['{{ humanize 1234567.0 }}', '1.235M'],
    ['{{ humanize 0 }}', '0'],
    ['{{ humanize1024 1048576.0 }}', '1Mi'],
    ['{{ humanize1024 0.5 }}', '0.5'],
    ['{{ $value | humanizePercentage }}', '12.35%'],
    ['{{ humanizeDuration 3661 }}', '1h 1m 1s'],
    ['{{ humanizeDuration 0.0123 }}', '12.3ms'],
    ['{{ humanizeTimestamp 1435065584.128 }}', '2015-06-23 13:19:44.128 +0000 UTC'],
    ['{{ "aa bb CC" | title }} {{ toUpper "aÿ" }} {{ toLower "AB" }}', 'Aa Bb CC AŸ ab'],
    ['{{ reReplaceAll "(d)b-(.)" "$2$1" $labels.instance }}', '1d.example.com:9100'],
    ['{{ if match "^db" $labels.instance }}yes{{ else }}no{{ end }}', 'yes'],
    ['{{ stripPort $labels.instance }} {{ stripDomain $labels.instance }}', 'db-1.example.com db-1:9100'],
    ['{{ stripDomain "10.0.0.1:80" }} {{ stripPort "[::1]:80" }}', '10.0.0.1:80 ::1'],
    ['{{ externalURL }} {{ pathPrefix }}', 'https://ops.example.com/holdfast/ /holdfast'],
    ['{{ parseDuration "1h30m" }}', '5400'],
    ['{{ (toTime 0.0).Year }}', '1970'],
    ['{{ urlQueryEscape "a b&c" }}', 'a+b%26c'],
    ['{{ range $k, $v := $labels }}{{ $k }}={{ $v }};{{ end }}', 'instance=db-1.example.com:9100;'],
    ['{{ now | printf "%.0f" }}', '1772366400'],
    ['{{ query "up" | first | value }} {{ query "up" | first | label "job" }}', '0 b'],
    ['{{ range query "up" | sortByLabel "job" }}{{ .Labels.job }}{{ .Value }} {{ end }}', 'a2 b0 ä1 '],
    ['{{ range $n, $each := query "up" }}{{ $n }}{{ strvalue $each }}{{ end }}', '0v01v12v2'],
    ['{{ if query "none" }}some{{ else }}none{{ end }} {{ len (query "up") }}', 'none 3'],
    ['{{ label "nothing" (first (query "up")) }}|', '|'],
    ['{{ query "up" | first | value | humanizePercentage }}', '0%'],
    ['{{ graphLink "a (b)" }}', '/graph?g0.expr=a+%28b%29&g0.tab=0'],
  ])('%s is %s', (template, expected) => {
    expect(judgeRuleTemplate(template)).toBeNull();
    expect(render(template)).toBe(expected);
  });

  it.each([
    [Number.NaN, 'NaN NaN'],
    [Number.POSITIVE_INFINITY, '+Inf +Inf'],
  ])('%s has a name', (value, expected) => expect(render('{{ $value }} {{ humanize $value }}', value)).toBe(expected));

  it('say their own error instead of losing the alert', () => {
    expect(render('{{ humanize "much" }}')).toMatch(/^<error expanding template: .*humanize/);
    expect(render('{{ first $labels }}')).toContain('expected template.queryResult; got map[string]string');
    expect(render('{{ query "none" | first }}')).toContain('first() called on vector with no elements');
    expect(render('{{ query "broken" }}')).toContain('the server is away');
    expect(render('{{ value 5 }}')).toContain('expected *template.sample; got int');
    expect(render('{{ range $a := $labels }}{{ template "x" }}{{ end }}')).toContain('<error expanding template');
  });
});
