import { afterAll, beforeAll, beforeEach, describe, vi } from 'vitest';
import { requireHelm, requireKube } from '../harness/servers/kube.ts';
import { requirePrometheus } from '../harness/servers/prometheus.ts';
import { tellBlueGreen } from './cluster-stories/blue-green-stories.ts';
import { tellBreaker } from './cluster-stories/breaker-stories.ts';
import { tellCanary } from './cluster-stories/canary-stories.ts';
import { type DeliveryStage, startDeliveryStage } from './cluster-stories/delivery-stage.ts';
import { tellDiscovery } from './cluster-stories/discovery-stories.ts';
import { tellDrift } from './cluster-stories/drift-stories.ts';
import { tellDrills } from './cluster-stories/drill-stories.ts';
import { tellHelm } from './cluster-stories/helm-stories.ts';
import { tellLimits } from './cluster-stories/limit-stories.ts';
import { tellScaling } from './cluster-stories/scaling-stories.ts';

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
describe('a canary release', () => tellCanary(stage));
describe('an autoscaler', () => tellScaling(stage));
describe('an exhausted limit', () => tellLimits(stage));
describe('an open breaker', () => tellBreaker(stage));
describe('a discovery that times out', () => tellDiscovery(stage));
describe('drift that is none', () => tellDrift(stage));
describe('drills', () => tellDrills(stage));
