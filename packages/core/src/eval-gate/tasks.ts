// The kinds of models the gate can judge.
import type { GateTaskName } from '../formats/gate-metrics.ts';
import type { GatePolicy } from '../formats/gate-policy.ts';
import { classification } from './classification/task.ts';
import { ranking } from './ranking/task.ts';
import { regression } from './regression/task.ts';
import type { GateTask, TaskRows } from './task.ts';

const tasks: Readonly<Record<GateTaskName, GateTask<TaskRows, unknown>>> = { classification, ranking, regression };

export function taskOf({ task }: GatePolicy): GateTask<TaskRows, unknown> {
  if (task === 'eval-run') throw new TypeError('an eval run has been judged case by case: there are no rows to read');
  return tasks[task];
}
