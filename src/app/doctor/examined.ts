/** How one thing is: `good`, worth knowing, broken, or not looked at and why. */
export type ExaminedState = 'good' | 'warning' | 'bad' | 'skipped';

/** One thing Holdfast depends on, looked at. */
export type Examined = {
  /** `node`, `database pooler`, `target shop-db`. */
  name: string;
  state: ExaminedState;
  /** What was found. */
  text: string;
  /** What to do about it; null where there is nothing to do. */
  advice: string | null;
};

export const good = (name: string, text: string): Examined => ({ name, state: 'good', text, advice: null });
export const warning = (name: string, text: string, advice: string): Examined => ({
  name,
  state: 'warning',
  text,
  advice,
});
export const bad = (name: string, text: string, advice: string): Examined => ({ name, state: 'bad', text, advice });
export const skipped = (name: string, text: string): Examined => ({ name, state: 'skipped', text, advice: null });
