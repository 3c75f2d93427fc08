export {
  attachFinding,
  changeFinding,
  fixFinding,
  listFindings,
  listFindingsOfIncident,
  observeFinding,
  readFinding,
} from './finding-store.ts';
