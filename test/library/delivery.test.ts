import { afterAll, beforeAll, beforeEach, describe, vi } from 'vitest';
import { requireHelm, requireKube } from '../harness/servers/kube.ts';
import { requirePrometheus } from '../harness/servers/prometheus.ts';
import { tellBlueGreen } from './cluster-stories/blue-green-stories.ts';
import { tellBreaker } from './cluster-stories/breaker-stories.ts';
import { tellCanary } from './cluster-stories/canary-stories.ts';
import { type DeliveryStage, startDeliveryStages } from './cluster-stories/delivery-stage.ts';
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
let stages: { first: DeliveryStage; second: DeliveryStage };
const first = () => stages.first;
const second = () => stages.second;

beforeAll(async () => {
  if (cluster.there && metrics.there) stages = await startDeliveryStages();
});
afterAll(() => stages?.first.stop());
beforeEach((context) => {
  cluster.skipUnlessThere(context);
  metrics.skipUnlessThere(context);
});

const ONE_BY_ONE = { concurrent: false };
// Most of the time goes into waiting for the cluster: half of the stories wait beside the other half.
describe.concurrent('releases and traffic', () => {
  describe('a blue-green deployment', ONE_BY_ONE, () => tellBlueGreen(first));
  describe('a canary release', ONE_BY_ONE, () => tellCanary(first));
  describe('an open breaker', ONE_BY_ONE, () => tellBreaker(first));
  describe('drift that is none', ONE_BY_ONE, () => tellDrift(first));
});
describe.concurrent('charts, numbers and limits', () => {
  describe('a helm release', ONE_BY_ONE, () => {
    beforeEach((context) => helm.skipUnlessThere(context));
    tellHelm(second);
  });
  describe('an autoscaler', ONE_BY_ONE, () => tellScaling(second));
  describe('an exhausted limit', ONE_BY_ONE, () => tellLimits(second));
  describe('a discovery that times out', ONE_BY_ONE, () => tellDiscovery(second));
});
// Nodes are emptied here, so nothing else may be going on.
describe('drills', () => tellDrills(first));
