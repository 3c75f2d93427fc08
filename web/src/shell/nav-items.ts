import {
  Activity,
  AudioWaveform,
  Bell,
  BookOpen,
  Inbox,
  type LucideIcon,
  Megaphone,
  PhoneCall,
  Play,
  Radar,
  Search,
  Settings,
  Siren,
  Sparkle,
  Waypoints,
} from 'lucide-react';

export type NavItem = { to: string; label: string; icon: LucideIcon; keys: string };
export type NavGroup = { title: string | null; items: readonly NavItem[] };

/** The rail, grouped as the product thinks. Only what exists is here. */
export const NAV_GROUPS: readonly NavGroup[] = [
  {
    title: 'Respond',
    items: [
      { to: '/', label: 'Now', icon: Activity, keys: 'g n' },
      { to: '/incidents', label: 'Incidents', icon: Siren, keys: 'g i' },
      { to: '/on-call', label: 'On-call', icon: PhoneCall, keys: 'g o' },
      { to: '/inbox', label: 'Inbox', icon: Inbox, keys: 'g m' },
      { to: '/status-page', label: 'Status page', icon: Megaphone, keys: 'g t' },
    ],
  },
  {
    title: 'Act',
    items: [
      { to: '/runbooks', label: 'Runbooks', icon: BookOpen, keys: 'g b' },
      { to: '/runs', label: 'Runs', icon: Play, keys: 'g r' },
    ],
  },
  {
    title: 'Detect',
    items: [
      { to: '/alerts', label: 'Alerts', icon: Bell, keys: 'g a' },
      { to: '/findings', label: 'Findings', icon: Radar, keys: 'g f' },
      { to: '/anomalies', label: 'Anomalies', icon: Sparkle, keys: 'g y' },
    ],
  },
  {
    title: 'Observe',
    items: [
      { to: '/probes', label: 'Probes', icon: Waypoints, keys: 'g p' },
      { to: '/streams', label: 'Streams', icon: AudioWaveform, keys: 'g e' },
    ],
  },
];

export const SETTINGS_ITEM: NavItem = { to: '/settings', label: 'Settings', icon: Settings, keys: 'g s' };

export const ALL_NAV_ITEMS: readonly NavItem[] = [...NAV_GROUPS.flatMap((group) => group.items), SETTINGS_ITEM];

/** The phone's bottom bar; its last place is the search. */
export const PHONE_ITEMS: readonly NavItem[] = ALL_NAV_ITEMS.filter((item) =>
  ['/', '/incidents', '/runs'].includes(item.to),
);
export const SearchIcon = Search;
