// pawl drift
import { driftReportInputs } from '@pawl/core/drift-report';
import { executeDriftReport } from '@pawl/wiring/drift-report';
import type { MakeCommand } from '../command-list.ts';
import { featureCommand } from '../feature-command.ts';

export const driftCommand: MakeCommand = (shell, finish, summary) =>
  featureCommand(
    {
      slug: 'drift-report',
      name: 'drift',
      summary,
      inputs: driftReportInputs,
      examples: ['pawl drift --reference data/january.parquet --current data/february.parquet --html drift.html'],
      execute: executeDriftReport,
    },
    shell,
    finish,
  );
