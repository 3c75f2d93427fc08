export {
  attachFinding,
  changeFinding,
  fixFinding,
  listFindings,
  listFindingsAround,
  listFindingsOfIncident,
  observeFinding,
  readFinding,
} from './finding-store.ts';
export { fingerprintOf } from './fingerprint.ts';
