// The kinds of models the gate can judge.
import type { GatePolicy } from '../formats/gate-policy.ts';
import { classification } from './classification/task.ts';
import type { GateTask, TaskRows } from './task.ts';

const tasks: Readonly<Record<GatePolicy['task'], GateTask<TaskRows, unknown>>> = { classification };

export const taskOf = ({ task }: GatePolicy): GateTask<TaskRows, unknown> => tasks[task];
