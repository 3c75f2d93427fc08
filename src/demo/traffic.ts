/** What customers of the shop saw since the last look. */
export type TrafficFigures = { served: number; failed: number };

export type Traffic = {
  /** Figures since the last call. */
  take(): TrafficFigures;
  /** Resolves at the next order with this outcome. */
  next(outcome: 'served' | 'failed'): Promise<void>;
  stop(): void;
};

const ORDERS_PER_SECOND = 20;
/** Customers leave when nothing comes back. */
const PATIENCE_MS = 900;

/** Places orders at the shop, steadily. */
export function startTraffic(address: string): Traffic {
  let figures: TrafficFigures = { served: 0, failed: 0 };
  const waiting: Record<'served' | 'failed', (() => void)[]> = { served: [], failed: [] };
  const order = async () => {
    const outcome = await fetch(`${address}/orders`, { method: 'POST', signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok ? 'served' : 'failed';
      },
      () => 'failed' as const,
    );
    figures[outcome] += 1;
    for (const resolve of waiting[outcome].splice(0)) resolve();
  };
  const timer = setInterval(() => void order(), 1_000 / ORDERS_PER_SECOND);
  return {
    take() {
      const taken = figures;
      figures = { served: 0, failed: 0 };
      return taken;
    },
    next: (outcome) => new Promise((resolve) => waiting[outcome].push(resolve)),
    stop: () => clearInterval(timer),
  };
}
