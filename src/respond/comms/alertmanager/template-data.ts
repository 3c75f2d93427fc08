import {
  compareBytes,
  defineType,
  entriesOf,
  fieldOf,
  type GoType,
  type GoValue,
  goString,
  goStrings,
  goTimeFromMs,
  goZeroTime,
  itemsOf,
  type Maybe,
  NOTHING,
  nameJsonFields,
  STRING,
  textOf,
} from '../../../platform/go-template/index.ts';
import { commonOf, type Notification, type NotificationAlert, quoteReceiver, statusOf } from './notification.ts';

/** The data of Alertmanager's templates, with its types: people write `{{ .CommonLabels.SortedPairs.Values | join " " }}`. */

const texts = (value: Maybe) => itemsOf(value).map(textOf);

const STRINGS: GoType = defineType({
  name: 'template.Strings',
  kind: 'slice',
  element: STRING,
  methods: {
    Join: {
      parameters: ['string'],
      call: ([self = NOTHING, between = NOTHING]) => goString(texts(self).join(textOf(between))),
    },
  },
});

const PAIR: GoType = defineType({ name: 'template.Pair', kind: 'struct', fields: ['Name', 'Value'] });

const column = (pairs: Maybe, name: 'Name' | 'Value') =>
  itemsOf(pairs).map((pair) => textOf(pair && fieldOf(pair, name)));

const PAIRS: GoType = defineType({
  name: 'template.Pairs',
  kind: 'slice',
  element: PAIR,
  methods: {
    Names: { parameters: [], call: ([self = NOTHING]) => goStrings(column(self, 'Name'), STRINGS) },
    Values: { parameters: [], call: ([self = NOTHING]) => goStrings(column(self, 'Value'), STRINGS) },
    String: { parameters: [], call: ([self = NOTHING]) => goString(showPairs(self)) },
  },
});

function showPairs(pairs: Maybe): string {
  const values = column(pairs, 'Value');
  return column(pairs, 'Name')
    .map((name, index) => `${name}=${values[index]}`)
    .join(', ');
}

/** By name, the alert's own first. */
function sortedPairs(set: Maybe): GoValue {
  const entries = entriesOf(set);
  const names = [...entries.keys()].sort((left, right) =>
    left === 'alertname' ? -1 : right === 'alertname' ? 1 : compareBytes(left, right),
  );
  const pairs = names.map((name) => ({
    type: PAIR,
    value: { Name: goString(name), Value: entries.get(name) ?? goString('') },
  }));
  return { type: PAIRS, value: pairs };
}

const KV: GoType = defineType({
  name: 'template.KV',
  kind: 'map',
  element: STRING,
  methods: {
    SortedPairs: { parameters: [], call: ([self = NOTHING]) => sortedPairs(self) },
    Names: { parameters: [], call: ([self = NOTHING]) => goStrings(column(sortedPairs(self), 'Name'), STRINGS) },
    Values: { parameters: [], call: ([self = NOTHING]) => goStrings(column(sortedPairs(self), 'Value'), STRINGS) },
    String: { parameters: [], call: ([self = NOTHING]) => goString(showPairs(sortedPairs(self))) },
    Remove: {
      parameters: ['strings'],
      call([self = NOTHING, names = NOTHING]) {
        const removed = new Set(texts(names));
        return { type: KV, value: new Map([...entriesOf(self)].filter(([name]) => !removed.has(name))) };
      },
    },
  },
});

const ALERT: GoType = defineType({
  name: 'template.Alert',
  kind: 'struct',
  fields: ['Status', 'Labels', 'Annotations', 'StartsAt', 'EndsAt', 'GeneratorURL', 'Fingerprint'],
});
const ALERT_LIST: GoType = defineType({ name: '[]template.Alert', kind: 'slice', element: ALERT });

const withStatus = (status: string) => ({
  parameters: [],
  call: ([self = NOTHING]: Maybe[]): GoValue => ({
    type: ALERT_LIST,
    value: itemsOf(self).filter((alert) => alert && textOf(fieldOf(alert, 'Status')) === status),
  }),
});

const ALERTS: GoType = defineType({
  name: 'template.Alerts',
  kind: 'slice',
  element: ALERT,
  methods: { Firing: withStatus('firing'), Resolved: withStatus('resolved') },
});

const DATA_FIELDS = [
  'Receiver',
  'Status',
  'Alerts',
  'NotificationReason',
  'GroupLabels',
  'CommonLabels',
  'CommonAnnotations',
  'RouteLabels',
  'ExternalURL',
];
const DATA: GoType = defineType({
  name: '*template.Data',
  kind: 'struct',
  fields: DATA_FIELDS,
  pointee: defineType({ name: 'template.Data', kind: 'struct', fields: DATA_FIELDS }),
});

nameJsonFields('template.Pair', {});
nameJsonFields('template.Alert', {
  Status: 'status',
  Labels: 'labels',
  Annotations: 'annotations',
  StartsAt: 'startsAt',
  EndsAt: 'endsAt',
  GeneratorURL: 'generatorURL',
  Fingerprint: 'fingerprint',
});
nameJsonFields('*template.Data', {
  Receiver: 'receiver',
  Status: 'status',
  Alerts: 'alerts',
  NotificationReason: 'notification_reason',
  GroupLabels: 'groupLabels',
  CommonLabels: 'commonLabels',
  CommonAnnotations: 'commonAnnotations',
  RouteLabels: 'routeLabels',
  ExternalURL: 'externalURL',
});

function goLabels(labels: Readonly<Record<string, string>>): GoValue {
  return { type: KV, value: new Map(Object.entries(labels).map(([name, value]) => [name, goString(value)])) };
}

function goAlert(alert: NotificationAlert): GoValue {
  return {
    type: ALERT,
    value: {
      Status: goString(alert.status),
      Labels: goLabels(alert.labels),
      Annotations: goLabels(alert.annotations),
      StartsAt: goTimeFromMs(alert.startsAt.getTime()),
      EndsAt: alert.endsAt ? goTimeFromMs(alert.endsAt.getTime()) : goZeroTime(),
      GeneratorURL: goString(alert.generatorURL),
      Fingerprint: goString(alert.fingerprint),
    },
  };
}

/** A notification as templates see it. */
export function templateData(notification: Notification): GoValue {
  const { alerts } = notification;
  return {
    type: DATA,
    value: {
      Receiver: goString(quoteReceiver(notification.receiver)),
      Status: goString(statusOf(alerts)),
      Alerts: { type: ALERTS, value: alerts.map(goAlert) },
      NotificationReason: goString(notification.reason),
      GroupLabels: goLabels(notification.groupLabels),
      CommonLabels: goLabels(commonOf(alerts.map((alert) => alert.labels))),
      CommonAnnotations: goLabels(commonOf(alerts.map((alert) => alert.annotations))),
      RouteLabels: goLabels(notification.routeLabels),
      ExternalURL: goString(notification.externalUrl),
    },
  };
}
