export {
  attachFinding,
  changeFinding,
  fixFinding,
  listFindings,
  listFindingsOfIncident,
  observeFinding,
  readFinding,
} from './finding-store.ts';
export { fingerprintOf } from './fingerprint.ts';
