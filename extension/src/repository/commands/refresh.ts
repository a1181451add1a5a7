// Reads runs, prompts and models anew. They follow Git by themselves; this is for file systems that tell no changes.
import type { App, Command } from '../../app.ts';

export function refresh(app: App): Command {
  return { id: 'pawl.refresh', run: async () => app.refresh() };
}
