export type { Integration } from './integration.ts';
export { commonOf, type Notification, type NotificationAlert, quoteReceiver, statusOf } from './notification.ts';
export {
  createNotificationTemplates,
  type NotificationTemplates,
  type TemplateFile,
  type TextRenderer,
} from './notification-templates.ts';
export { renderStructure } from './render-structure.ts';
export { truncateCharacters } from './truncate.ts';
