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
export { findScheme, levelOf, SEVERITY_SCHEMES, type SeverityLevel } from './severity-schemes.ts';
export {
  acknowledgeIncident,
  changeIncidentRoles,
  changeIncidentSeverity,
  changeIncidentStatus,
  noteIncident,
} from './steer-incident.ts';
