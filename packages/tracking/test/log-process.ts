// A process that logs to an open run, as one rank of a training job does: one append for each value.
import { nothingLogged } from '@pawl/core/tracking';
import { logToRun } from '@pawl/tracking';
import { openWorld } from '@pawl/wiring';

const [, , root = '', id = '', rank = '', count = ''] = process.argv;
await using world = await openWorld({ root, env: process.env, progress: () => {} });
for (let step = 0; step < Number(count); step++) {
  const metrics = [
    { name: `loss/${rank}`, value: step / 7, step },
    { name: 'shared', value: step, step },
  ];
  const logged = await logToRun(world, id, { ...nothingLogged, metrics });
  if (logged.value === undefined) throw new Error(logged.problems[0]?.message);
}
