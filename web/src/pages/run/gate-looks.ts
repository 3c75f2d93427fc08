/** One look of a metric gate at its expression. */
export type GateLook = { at: string; holds: boolean; said: string };

const LOOK = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (holds|does not hold): (.*)$/;

/** The looks in the output of a metric gate, oldest first; null when it is something else. */
export function readGateLooks(output: string): GateLook[] | null {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const looks = lines.flatMap((line) => {
    const [, at, verdict, said] = LOOK.exec(line) ?? [];
    return at && said !== undefined ? [{ at, holds: verdict === 'holds', said }] : [];
  });
  // A cut in the middle of a long output leaves a line that is no look; most of it must be.
  return looks.length > 0 && looks.length >= lines.length / 2 ? looks : null;
}

/** How many of the last looks held without a break. */
export function heldInARow(looks: readonly GateLook[]): number {
  const broken = looks.findLastIndex((look) => !look.holds);
  return looks.length - 1 - broken;
}
