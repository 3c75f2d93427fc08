export { commonOf, type Notification, type NotificationAlert, quoteReceiver, statusOf } from './notification.ts';
export {
  createNotificationTemplates,
  type NotificationTemplates,
  type TemplateFile,
  type TextRenderer,
} from './notification-templates.ts';
