/** An alert as a notification tells it. */
export type NotificationAlert = {
  status: 'firing' | 'resolved';
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  startsAt: Date;
  /** Null while it fires. */
  endsAt: Date | null;
  generatorURL: string;
  fingerprint: string;
};

/** What one integration is told about one group of alerts. */
export type Notification = {
  receiver: string;
  groupKey: string;
  groupLabels: Readonly<Record<string, string>>;
  /** Of the route, rendered. */
  routeLabels: Readonly<Record<string, string>>;
  /** Why it is sent now: a word of Alertmanager's, such as `first notification`. */
  reason: string;
  alerts: readonly NotificationAlert[];
  /** The base of links. */
  externalUrl: string;
};

/** Firing as long as one alert is. */
export function statusOf(alerts: readonly NotificationAlert[]): 'firing' | 'resolved' {
  return alerts.some((alert) => alert.status === 'firing') ? 'firing' : 'resolved';
}

/** The names all of these have with one value. */
export function commonOf(sets: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first = {}, ...others] = sets;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      others.every((set) => Object.hasOwn(set, name) && set[name] === value),
    ),
  );
}

/** A receiver's name as it stands in payloads and links: there it is a regular expression that matches it. */
export function quoteReceiver(name: string): string {
  return name.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
