import type { SendResult } from '../../oncall/index.ts';
import type { Notification } from './notification.ts';
import type { TextRenderer } from './notification-templates.ts';

/**
 * A way to tell somebody of alerts. What is rendered is kept before it is sent, so that an attempt after a crash sends the
 * same; secrets are not in it but put in when it is sent.
 */
export type Integration = {
  /** @returns JSON @throws TemplateError, HoldfastError */
  prepare(notification: Notification, render: TextRenderer): Promise<unknown>;
  /** One attempt; ends when the signal does. Never throws. */
  send(payload: unknown, dedupKey: string, signal: AbortSignal): Promise<SendResult>;
};
