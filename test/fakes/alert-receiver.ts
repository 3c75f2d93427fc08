import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Ways a receiver of notifications goes wrong. */
export type Mischief = 'hang' | 'refuse' | 'throttle' | 'close-half-way' | 'answer-late' | 'lose-answer';

export type AlertNotification = {
  key: string;
  groupKey: string;
  status: 'firing' | 'resolved';
  alerts: { status: 'firing' | 'resolved'; labels: Record<string, string>; endsAt: string }[];
};

/** What Alertmanager's webhooks are sent to. It honours the dedup key: a notification with a known one is not told again. */
export type AlertReceiver = {
  url: string;
  /** What people heard, in order. */
  told: AlertNotification[];
  /** Every request that was read, whatever was answered. */
  requests: AlertNotification[];
  /** What is done to a request; null answers properly. */
  behave(choose: () => Mischief | null): void;
  close(): Promise<void>;
};

const LATE_MS = 1_500;

export async function startAlertReceiver(): Promise<AlertReceiver> {
  const told: AlertNotification[] = [];
  const requests: AlertNotification[] = [];
  const keys = new Set<string>();
  let choose: () => Mischief | null = () => null;

  const tell = (notification: AlertNotification) => {
    if (keys.has(notification.key)) return;
    keys.add(notification.key);
    told.push(notification);
  };
  const act = (mischief: Mischief | null, notification: AlertNotification, response: ServerResponse) => {
    switch (mischief) {
      case null:
        tell(notification);
        response.end();
        return;
      case 'hang':
        return;
      case 'refuse':
        response.writeHead(500).end();
        return;
      case 'throttle':
        response.writeHead(429, { 'retry-after': '1' }).end();
        return;
      case 'close-half-way':
        response.writeHead(200, { 'content-length': '100' });
        response.write('half');
        response.destroy();
        return;
      case 'answer-late':
        tell(notification);
        setTimeout(() => response.end(), LATE_MS);
        return;
      case 'lose-answer':
        tell(notification);
        response.destroy();
    }
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Omit<AlertNotification, 'key'>;
      const notification = { ...body, key: String(request.headers['idempotency-key'] ?? '') };
      requests.push(notification);
      act(choose(), notification, response);
    });
    request.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    told,
    requests,
    behave(next) {
      choose = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
