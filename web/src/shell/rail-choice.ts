const KEY = 'holdfast.rail';

export function readRailCollapsed(): boolean {
  try {
    return localStorage.getItem(KEY) === 'collapsed';
  } catch {
    return false;
  }
}

export function writeRailCollapsed(collapsed: boolean): void {
  try {
    localStorage.setItem(KEY, collapsed ? 'collapsed' : 'wide');
  } catch {
    // Without storage the choice holds until the page is left.
  }
}
