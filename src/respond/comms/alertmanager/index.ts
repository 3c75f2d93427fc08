export type { Integration } from './integration.ts';
export { commonOf, type Notification, quoteReceiver, statusOf } from './notification.ts';
export {
  createNotificationTemplates,
  type TemplateFile,
  type TextRenderer,
} from './notification-templates.ts';
export { renderStructure } from './render-structure.ts';
export { truncateCharacters } from './truncate.ts';
