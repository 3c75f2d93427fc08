export { INCIDENT_TRANSITIONS, resolveBlockers } from './incident-status.ts';
export {
  appendTimeline,
  findOpenByCause,
  type IncidentRow,
  insertIncident,
  listIncidents,
  listTimeline,
  lockIncident,
  readIncidentRow,
  tellIncident,
  toIncidentSummary,
  updateIncident,
} from './incident-store.ts';
export { measureIncidents } from './measures/measure-incidents.ts';
export { listMeasuredIncidents, listSentPages } from './measures/measures-store.ts';
export { type MovedWork, mergeIncident, type RejoinDeps } from './merge-incidents.ts';
export { lockSurvivor } from './merge-store.ts';
export { phaseOf } from './phase-clock.ts';
export { EVIDENCE_WORDS, evidenceAddress } from './postmortem/evidence-address.ts';
export { clockOf, durationInWords, MOMENT_WORDS } from './postmortem/moment-words.ts';
export { listPostmortemVersions } from './postmortem/postmortem-store.ts';
export { readPostmortem, writePostmortem } from './postmortem/postmortems.ts';
export { renderPostmortemMarkdown } from './postmortem/render-postmortem-markdown.ts';
export { relateFindings } from './related-findings.ts';
export { listSchemes, readScheme, shippedSchemeSpec } from './scheme-store.ts';
export {
  findScheme,
  findShippedScheme,
  levelOf,
  type SeverityLevel,
  type SeverityScheme,
  SHIPPED_SCHEME_NAMES,
  schemeOf,
} from './severity-schemes.ts';
export { splitIncident } from './split-incident.ts';
export {
  acknowledgeIncident,
  changeIncidentRoles,
  changeIncidentSeverity,
  changeIncidentStatus,
  noteIncident,
} from './steer-incident.ts';
