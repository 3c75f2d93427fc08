import { createAlertDiscord } from '../../channels/discord/alert-discord.ts';
import { createAlertEmail } from '../../channels/email/alert-email.ts';
import { createAlertMsteams, createAlertMsteamsv2 } from '../../channels/msteams/alert-msteams.ts';
import { createAlertPagerduty } from '../../channels/pagerduty/alert-pagerduty.ts';
import { createAlertPushover } from '../../channels/pushover/alert-pushover.ts';
import { createAlertSlack } from '../../channels/slack/alert-slack.ts';
import { createAlertTelegram } from '../../channels/telegram/alert-telegram.ts';
import { createAlertWebhook } from '../../channels/webhook/alert-webhook.ts';
import type {
  AlertmanagerConfig,
  Integration as IntegrationConfig,
  Route,
} from '../../detect/alerting/config/index.ts';
import type { GroupNotification, Notifier } from '../../detect/alerting/index.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import {
  createNotificationTemplates,
  type Integration,
  type Notification,
} from '../../respond/comms/alertmanager/index.ts';
import { readTemplateFiles } from './read-template-files.ts';

/**
 * All integrations of all receivers, ready to be told of alerts.
 * @param options.externalUrl base of the links in notifications
 * @throws HoldfastError invalid `alertmanager-config.template` for a template file that cannot be read, with file and line
 */
export async function createNotifiers(
  config: AlertmanagerConfig,
  options: { externalUrl: () => string },
): Promise<Notifier[]> {
  const files = await readTemplateFiles(config.templates);
  const templates = readTemplates(() => createNotificationTemplates(files));
  const labelsOf = (notification: Notification, from: GroupNotification) => {
    const routeLabels = findRouteLabels(config.route, from);
    return Object.keys(routeLabels).length === 0 ? {} : templates.routeLabels({ ...notification, routeLabels });
  };
  return config.receivers.flatMap((receiver) =>
    receiver.integrations.map((settings): Notifier => {
      const integration = createIntegration(settings);
      return {
        receiver: receiver.name,
        kind: settings.kind,
        index: settings.index,
        sendResolved: settings.sendResolved,
        async prepare(given) {
          const plain = toNotification(given, options.externalUrl());
          const notification = { ...plain, routeLabels: labelsOf(plain, given) };
          return integration.prepare(notification, templates.for(notification));
        },
        send: (payload, dedupKey, signal) => integration.send(payload, dedupKey, signal),
      };
    }),
  );
}

function createIntegration(integration: IntegrationConfig): Integration {
  switch (integration.kind) {
    case 'webhook':
      return createAlertWebhook(integration.settings);
    case 'email':
      return createAlertEmail(integration.settings);
    case 'pagerduty':
      return createAlertPagerduty(integration.settings);
    case 'slack':
      return createAlertSlack(integration.settings);
    case 'pushover':
      return createAlertPushover(integration.settings);
    case 'telegram':
      return createAlertTelegram(integration.settings);
    case 'discord':
      return createAlertDiscord(integration.settings);
    case 'msteams':
      return createAlertMsteams(integration.settings);
    case 'msteamsv2':
      return createAlertMsteamsv2(integration.settings);
  }
}

/** Alertmanager's words, where its templates are read, for those of ours that differ. */
const REASONS: Readonly<Record<string, string>> = {
  'new alerts in group': 'new alerts added',
  'new resolved alerts': 'some alerts resolved',
};

function toNotification(given: GroupNotification, externalUrl: string): Notification {
  return {
    receiver: given.receiver,
    groupKey: given.groupKey,
    groupLabels: given.groupLabels,
    routeLabels: {},
    reason: REASONS[given.reason] ?? given.reason,
    externalUrl: externalUrl.replace(/\/+$/, ''),
    alerts: given.alerts.map((alert) => ({
      status: alert.status,
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: new Date(alert.startsAtMs),
      endsAt: alert.endsAtMs === null ? null : new Date(alert.endsAtMs),
      generatorURL: alert.generatorUrl,
      fingerprint: alert.fingerprint,
    })),
  };
}

/** The labels of the route a group came by: its key begins the group's. */
function findRouteLabels(route: Route, group: GroupNotification): Readonly<Record<string, string>> {
  if (route.receiver === group.receiver && group.groupKey.startsWith(`${route.key}:`)) return route.labels;
  for (const child of route.routes) {
    const found = findRouteLabels(child, group);
    if (Object.keys(found).length > 0) return found;
  }
  return {};
}

function readTemplates<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (thrown) {
    throw new HoldfastError({
      code: 'alertmanager-config.template',
      kind: 'invalid',
      message: messageOf(thrown),
      hint: 'Correct the template file and load the configuration again.',
      cause: thrown,
    });
  }
}
