// Who may let a model go forward although its gate has not passed it.
import * as z from 'zod/mini';

export const GateOverride = z.strictObject({
  by: z
    .array(z.string().check(z.minLength(1)))
    .check(
      z.minLength(1),
      z.describe(
        "Names or e-mail addresses as Git has them, or GitHub handles with an @. Nobody else may force a label or a rollout of this model. Outside a workflow Git's name is a claim; a ruleset on the tags makes it hold.",
      ),
    ),
});
export type GateOverride = z.infer<typeof GateOverride>;
