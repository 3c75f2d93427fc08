import type { QueryClient } from '@tanstack/react-query';
import { incidentList, probeListQuery, runbookListQuery, runList } from '../api/queries.ts';
import { INCIDENT_STATES, RUN_STATES } from '../lib/words.ts';
import { ALL_NAV_ITEMS } from './nav-items.ts';

/** One thing the palette can take you to. */
export type PaletteEntry = { id: string; group: string; label: string; detail: string; to: string };

/** Where one can always go; known before anything is fetched. */
export const PLACES: readonly PaletteEntry[] = [
  ...ALL_NAV_ITEMS.map((item) => ({ id: item.to, group: 'Pages', label: item.label, detail: item.keys, to: item.to })),
  { id: 'contact', group: 'Pages', label: 'Contact methods', detail: 'Settings', to: '/settings/contact' },
  { id: 'calendars', group: 'Pages', label: 'Calendar feeds', detail: 'Settings', to: '/settings/calendars' },
  { id: 'keys', group: 'Pages', label: 'API keys', detail: 'Settings', to: '/settings/keys' },
  { id: 'users', group: 'Pages', label: 'Users', detail: 'Settings', to: '/settings/users' },
  { id: 'audit', group: 'Pages', label: 'Audit log', detail: 'Settings', to: '/settings/audit' },
  { id: 'declare', group: 'Actions', label: 'Declare an incident', detail: '', to: '/incidents/new' },
];

/** Everything there is to jump to; what cannot be fetched is left out. */
export async function collectEntries(queryClient: QueryClient): Promise<PaletteEntry[]> {
  const orNothing = async (work: () => Promise<PaletteEntry[]>) => work().catch(() => []);
  const groups = await Promise.all([
    orNothing(async () =>
      (await queryClient.ensureInfiniteQueryData(incidentList())).pages
        .flatMap((page) => page.items)
        .map((incident) => ({
          id: incident.id,
          group: 'Incidents',
          label: incident.title,
          detail: `${incident.number} · ${INCIDENT_STATES[incident.status].word}`,
          to: `/incidents/${incident.id}`,
        })),
    ),
    orNothing(async () =>
      (await queryClient.ensureQueryData(runbookListQuery)).items.map((runbook) => ({
        id: runbook.path,
        group: 'Runbooks',
        label: runbook.title,
        detail: runbook.path,
        to: `/runbooks/${runbook.path}`,
      })),
    ),
    orNothing(async () =>
      (await queryClient.ensureInfiniteQueryData(runList())).pages
        .flatMap((page) => page.items)
        .map((run) => ({
          id: run.id,
          group: 'Runs',
          label: run.title,
          detail: RUN_STATES[run.status].word,
          to: `/runs/${run.id}`,
        })),
    ),
    orNothing(async () =>
      (await queryClient.ensureQueryData(probeListQuery)).items.map((probe) => ({
        id: `probe ${probe.name}`,
        group: 'Probes',
        label: probe.title,
        detail: `${probe.name} · ${probe.state}`,
        to: `/probes/${encodeURIComponent(probe.name)}`,
      })),
    ),
  ]);
  return [...PLACES, ...groups.flat()];
}

/** Entries in which every typed word occurs, those whose label begins with it first. */
export function filterEntries(entries: readonly PaletteEntry[], typed: string): PaletteEntry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...entries];
  const startsWith = (entry: PaletteEntry) => (entry.label.toLowerCase().startsWith(words[0] ?? '') ? 0 : 1);
  return entries
    .filter((entry) => {
      const text = `${entry.label} ${entry.detail} ${entry.group}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((left, right) => startsWith(left) - startsWith(right));
}
