// Copies the command that gives the same verdict on this machine. It is only copied, never run: a run's record may
// come from a fork, and what is in it is somebody else's text.
import { oneLine, showHidden } from '@pawl/core/report';
import type { App, Command } from '../../app.ts';
import { chooseRun } from '../choose-run.ts';
import { findReport } from '../report.ts';

export function copyReproduceCommand(app: App): Command {
  return {
    id: 'pawl.copyReproduceCommand',
    run: async (argument) => {
      const repository = await app.repository();
      if (repository === undefined) return;
      const run = await chooseRun(app, repository, argument);
      if (run === undefined) return;
      const { report, why } = await findReport(repository.store, run.id);
      const command = report?.footer.reproduce;
      if (command === undefined) {
        app.editor.inform(why ?? 'The report of this run names no command to reproduce it.');
        return;
      }
      // One line without control characters: a line break would run what stands before it as soon as it is pasted.
      await app.editor.copy(showHidden(oneLine(command)));
      app.editor.inform('The command is in the clipboard. Read it before you run it.');
    },
  };
}
