/** The release of Alertmanager whose interface Holdfast has: clients compare it with what they know. */
export const ALERTMANAGER_VERSION = '0.34.2';
