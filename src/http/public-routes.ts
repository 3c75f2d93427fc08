/**
 * All that answers without asking who is there: method and path exactly as registered, never a prefix. Review this list,
 * and no other place, to know what a stranger can reach. Beside it only the UI's files are public (serve-ui.ts).
 */
export const PUBLIC_ROUTES: ReadonlySet<string> = new Set([
  'GET /health',
  'GET /health/live',
  'GET /health/ready',
  'GET /healthz',
  'GET /healthz/db',
  'GET /healthz/config',
  // On a loopback listener only; elsewhere it asks for the viewer role.
  'GET /metrics',
  'GET /openapi.json',
  'GET /docs',
  'GET /docs/style.css',
  // The status page: what the public is told, from tables that hold nothing else.
  'GET /status',
  'GET /status/style.css',
  'GET /status/history.atom',
  // Who wants to hear of it: an address is asked by mail first, the token is in the mail.
  'GET /status/subscribe',
  'POST /status/subscribe',
  'GET /status/confirm',
  'POST /status/confirm',
  'GET /status/unsubscribe',
  'POST /status/unsubscribe',
  'GET /api/v2/summary.json',
  'GET /api/v2/status.json',
  'GET /api/v2/components.json',
  'GET /api/v2/incidents.json',
  'GET /api/v2/incidents/unresolved.json',
  'GET /api/v2/scheduled-maintenances.json',
  'GET /api/v2/scheduled-maintenances/upcoming.json',
  'GET /api/v2/scheduled-maintenances/active.json',
  // The routing key in the body is the credential.
  'POST /v2/enqueue',
  // Signed with the key of the hook.
  'POST /hooks/runbooks/:name',
  // Signed by Slack.
  'POST /hooks/slack/interactions',
  'POST /hooks/slack/commands',
  // Signed by the telephone service.
  'POST /hooks/twilio/sms',
  'POST /hooks/twilio/voice/:page',
  // By a secret that can be revoked, in the address: calendars send no headers.
  'GET /calendars/:file',
  // Signing in, by password or by a one-time link.
  'POST /api/v1/session',
  'POST /api/v1/session/link',
  'POST /api/v1/session/link/inspect',
]);
