import { afterAll, beforeAll, beforeEach, describe, vi } from 'vitest';
import { requireHelm, requireKube } from '../harness/servers/kube.ts';
import { requirePrometheus } from '../harness/servers/prometheus.ts';
import { tellBlueGreen } from './cluster-stories/blue-green-stories.ts';
import { type DeliveryStage, startDeliveryStage } from './cluster-stories/delivery-stage.ts';
import { tellHelm } from './cluster-stories/helm-stories.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
const cluster = await requireKube();
const metrics = await requirePrometheus();
const helm = await requireHelm();
let delivery: DeliveryStage;
const stage = () => delivery;

beforeAll(async () => {
  if (cluster.there && metrics.there) delivery = await startDeliveryStage();
});
afterAll(() => delivery?.stop());
beforeEach((context) => {
  cluster.skipUnlessThere(context);
  metrics.skipUnlessThere(context);
});

describe('a helm release', () => {
  beforeEach((context) => helm.skipUnlessThere(context));
  tellHelm(stage);
});
describe('a blue-green deployment', () => tellBlueGreen(stage));
