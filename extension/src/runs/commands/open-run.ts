// Opens a run's report in a tab.
import type { App, Command } from '../../app.ts';
import { chooseRun } from '../choose-run.ts';
import { reportTitle } from '../model.ts';

export function openRun(app: App): Command {
  return {
    id: 'pawl.openRun',
    run: async (argument) => {
      const repository = await app.repository();
      if (repository === undefined) return;
      const run = await chooseRun(app, repository, argument);
      if (run !== undefined) await app.editor.showReport({ id: run.id, title: reportTitle(run) });
    },
  };
}
