import {
  openMaintenances,
  overallStatus,
  type PublicComponent,
  type PublicNotice,
  type PublicState,
  type UptimeDay,
  unresolved,
  uptimeShare,
} from '../../respond/status-page/index.ts';
import { escapeHtml } from '../render-page.ts';

const COMPONENT_WORDS: Readonly<Record<PublicComponent['status'], string>> = {
  operational: 'Operational',
  degraded_performance: 'Degraded performance',
  partial_outage: 'Partial outage',
  major_outage: 'Major outage',
  under_maintenance: 'Under maintenance',
};

/** The page as the public sees it: works without scripts, in light and dark, on a phone, for a screen reader. */
export function renderStatusPage(state: PublicState, uptime: ReadonlyMap<string, readonly UptimeDay[]>): string {
  const overall = overallStatus(state);
  const open = unresolved(state.notices);
  const maintenances = openMaintenances(state.notices);
  const past = state.notices.filter((notice) => notice.resolvedAt !== null);
  const shown = state.components.filter((component) => component.showcase);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="60">
<title>${escapeHtml(`${state.page.name} status: ${overall.description}`)}</title>
<link rel="stylesheet" href="/status/style.css">
<link rel="alternate" type="application/atom+xml" title="History" href="/status/history.atom">
</head>
<body>
<main>
<header><h1>${escapeHtml(state.page.name)} status</h1></header>
<p class="overall ${overall.indicator}" role="status">${escapeHtml(overall.description)}</p>
${section('Incidents', open.map(renderNotice))}
${section('Maintenance', maintenances.map(renderNotice))}
${section('Components', renderComponents(shown, uptime))}
${past.length === 0 ? '<section><h2>Past incidents</h2><p class="quiet">None in the last 90 days.</p></section>' : section('Past incidents', past.map(renderNotice))}
<footer class="quiet"><a href="/status/subscribe">Get updates</a> · <a href="/status/history.atom">Atom feed</a> · <a href="/api/v2/summary.json">JSON</a> · as of ${time(state.now)}</footer>
</main>
</body>
</html>
`;
}

function section(title: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : `<section><h2>${title}</h2>\n${parts.join('\n')}\n</section>`;
}

function renderNotice(notice: PublicNotice): string {
  const when =
    notice.kind === 'maintenance' && notice.scheduledFor && notice.scheduledUntil
      ? `<p class="quiet">${time(notice.scheduledFor)} to ${time(notice.scheduledUntil)}</p>`
      : '';
  const updates = notice.updates.map(
    (update) =>
      `<li><strong>${escapeHtml(words(update.status))}</strong> <span class="quiet">${time(update.at)}</span><p>${escapeHtml(update.body).replaceAll('\n', '<br>')}</p></li>`,
  );
  return `<article id="${escapeHtml(notice.id)}" class="notice ${escapeHtml(notice.impact)}"><h3>${escapeHtml(notice.name)}</h3>${when}<ol>${updates.join('')}</ol></article>`;
}

function renderComponents(
  components: readonly PublicComponent[],
  uptime: ReadonlyMap<string, readonly UptimeDay[]>,
): string[] {
  const groups = Map.groupBy(components, (component) => component.groupName);
  return [...groups].map(([group, members]) => {
    const rows = members.map((component) => renderComponent(component, uptime.get(component.id) ?? []));
    return `${group === null ? '' : `<h3>${escapeHtml(group)}</h3>`}<ul class="components">${rows.join('')}</ul>`;
  });
}

function renderComponent(component: PublicComponent, days: readonly UptimeDay[]): string {
  const share = uptimeShare(days);
  const known = days.filter((day) => day.knownMs > 0).length;
  const span = known === 1 ? 'today' : `in ${known} days`;
  const percent = share === null ? '' : `${(Math.floor(share * 10_000) / 100).toFixed(2)} % up ${span}`;
  const about = component.description === '' ? '' : `<p class="quiet">${escapeHtml(component.description)}</p>`;
  return `<li><div class="row"><span class="name">${escapeHtml(component.name)}</span><span class="state ${component.status}">${COMPONENT_WORDS[component.status]}</span></div>${about}${renderBars(days)}<p class="quiet">${percent}</p></li>`;
}

const BAR_WIDTH = 8;
const BAR_STEP = 10;
const BAR_HEIGHT = 28;

/** A bar a day, oldest left; the figures are in the text beside it and in each bar's title. */
function renderBars(days: readonly UptimeDay[]): string {
  const bars = days.map((day, index) => {
    const down = day.majorMs + day.partialMs;
    const kind = day.knownMs === 0 ? 'unknown' : day.majorMs > 0 ? 'major' : down > 0 ? 'partial' : 'up';
    const minutes = Math.round(down / 60_000);
    const what = day.knownMs === 0 ? 'no data' : minutes === 0 ? 'no outage' : `${minutes} min of outage`;
    return `<rect class="${kind}" x="${index * BAR_STEP}" width="${BAR_WIDTH}" height="${BAR_HEIGHT}" rx="2"><title>${day.day}: ${what}</title></rect>`;
  });
  return `<svg class="bars" viewBox="0 0 ${days.length * BAR_STEP - (BAR_STEP - BAR_WIDTH)} ${BAR_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${bars.join('')}</svg>`;
}

const words = (status: string) => status.charAt(0).toUpperCase() + status.slice(1).replaceAll('_', ' ');

function time(at: Date): string {
  const iso = at.toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

export const STATUS_STYLE = `:root { color-scheme: light dark; --ink: #1c2024; --quiet: #5b636c; --line: #d9dde1; --back: #fff; --card: #f7f8f9; --accent: #0b5bd3; --good: #1a7f37; --warn: #9a6700; --bad: #c2410c; --worst: #b42318; --calm: #0b5bd3; --none: #c8ced4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --quiet: #9aa3ad; --line: #343a40; --back: #14171a; --card: #1b1f23; --accent: #7cb0ff; --good: #4ac26b; --warn: #d4a72c; --bad: #fb923c; --worst: #f97066; --calm: #7cb0ff; --none: #454c54; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/24px system-ui, sans-serif; }
main { max-width: 760px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 22px; line-height: 30px; margin: 0 0 16px; }
h2 { font-size: 18px; line-height: 26px; margin: 32px 0 8px; }
h3 { font-size: 16px; line-height: 24px; margin: 16px 0 4px; }
p { margin: 4px 0; overflow-wrap: anywhere; }
a { color: var(--accent); }
.quiet { color: var(--quiet); font-size: 14px; line-height: 20px; }
.overall { border: 1px solid var(--line); border-left: 6px solid var(--good); border-radius: 6px; padding: 16px; font-size: 18px; font-weight: 600; }
.overall.minor { border-left-color: var(--warn); } .overall.major { border-left-color: var(--bad); } .overall.critical { border-left-color: var(--worst); } .overall.maintenance { border-left-color: var(--calm); }
.notice { border: 1px solid var(--line); border-left: 4px solid var(--none); border-radius: 6px; background: var(--card); padding: 8px 16px; margin: 8px 0; }
.notice.minor { border-left-color: var(--warn); } .notice.major { border-left-color: var(--bad); } .notice.critical { border-left-color: var(--worst); } .notice.maintenance { border-left-color: var(--calm); }
.notice h3 { margin-top: 4px; overflow-wrap: anywhere; }
ol, ul { list-style: none; margin: 0; padding: 0; }
ol li { border-top: 1px solid var(--line); padding: 8px 0; }
.components { border: 1px solid var(--line); border-radius: 6px; }
.components li { padding: 12px 16px; border-top: 1px solid var(--line); }
.components li:first-child { border-top: 0; }
.row { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 16px; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.state.operational { color: var(--good); } .state.degraded_performance { color: var(--warn); } .state.partial_outage { color: var(--bad); } .state.major_outage { color: var(--worst); } .state.under_maintenance { color: var(--calm); }
.bars { display: block; width: 100%; height: 28px; margin: 8px 0 4px; }
.bars .up { fill: var(--good); } .bars .partial { fill: var(--warn); } .bars .major { fill: var(--worst); } .bars .unknown { fill: var(--none); }
footer { margin-top: 40px; }
form { display: grid; gap: 8px; max-width: 360px; margin: 12px 0; }
input, button { font: inherit; min-height: 44px; border-radius: 6px; border: 1px solid var(--quiet); padding: 8px 12px; background: var(--card); color: var(--ink); }
button { background: var(--accent); border-color: var(--accent); color: var(--back); font-weight: 600; cursor: pointer; justify-self: start; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.problem { color: var(--worst); }
`;
