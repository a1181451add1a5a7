// pawl gate
import { evalGateInputs } from '@pawl/core/eval-gate';
import { executeEvalGate } from '@pawl/wiring/eval-gate';
import type { MakeCommand } from '../command-list.ts';
import { featureCommand } from '../feature-command.ts';

export const gateCommand: MakeCommand = (shell, finish, summary) =>
  featureCommand(
    {
      slug: 'eval-gate',
      name: 'gate',
      summary,
      inputs: evalGateInputs,
      examples: [
        'pawl gate --policy models/flight-delay/flight-delay.gate.yml --candidate models/flight-delay/model.onnx',
        'pawl gate --task classification --candidate new.parquet --baseline old.parquet --json',
      ],
      execute: async (inputs, world) => {
        const outcome = await executeEvalGate(inputs, world);
        // Numbers for programs: a report's are texts for people.
        const { metrics = {}, baseline, subject } = outcome.run ?? {};
        const numbers = {
          metrics,
          ...(baseline !== undefined && { baseline }),
          ...(subject !== undefined && { subject }),
        };
        return { ...outcome, shown: { json: (report) => ({ ...report, ...numbers }) } };
      },
    },
    shell,
    finish,
  );
