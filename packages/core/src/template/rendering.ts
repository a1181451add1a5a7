// One rendering under way: what it has cost so far, and where its mistakes stand.
import { templateError } from './template-error.ts';
import { ValueError } from './values.ts';

export interface Rendering {
  readonly source: string;
  steps: number;
  characters: number;
}

/** Runs a step and gives its mistakes their place. */
export function located<T>({ source }: Rendering, at: number, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof ValueError)
      throw templateError(source, at, error.message, 'Check the value that the template gets.');
    throw error;
  }
}
