import { z } from 'zod';

/** A place of the configuration where runs can be carried out. Names alone. */
export const environmentSchema = z
  .object({
    name: z.string(),
    /** Variables its shell steps get; inputs of the same name take their values. */
    variables: z.array(z.string()),
    /** Credentials its shell steps get. */
    secrets: z.array(z.string()),
    /** Every target as runbooks name it, and which connection it means here. */
    targets: z.array(z.object({ name: z.string(), target: z.string(), kind: z.string() })),
  })
  .meta({ id: 'Environment' });
export type Environment = z.infer<typeof environmentSchema>;
