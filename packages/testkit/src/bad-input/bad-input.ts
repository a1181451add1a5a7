// One kind of bad input, and what whoever made it must be told: the same from the command line and from an action.
import type { Slug } from '@pawl/core';
import type { Spoil } from './good-repository.ts';

export interface BadInput {
  readonly title: string;
  readonly slug: Slug;
  /** As an action's `with:` has them. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly spoil: Spoil;
  /** 2: wrong usage or files; 3: could not be judged. */
  readonly exit: 2 | 3;
  /** The one problem. Line and column wherever the file is text that somebody wrote. */
  readonly problem: {
    readonly code: string;
    readonly file?: string;
    readonly line?: number;
    readonly column?: number;
    readonly message: RegExp;
    readonly hint: RegExp;
  };
  /** One of the eight that the built actions are tried with. */
  readonly inActions?: boolean;
}

// The inputs with which every gate can judge the unspoiled repository.
export const validate = { data: 'data/things.csv', suite: 'data/things.expect.yml' };
export const gate = { policy: 'models/delay/delay.gate.yml' };
export const prompt = { prompt: 'prompts/triage.prompt.yml' };
export const drift = { current: 'data/things.csv', reference: 'baseline' };
export const deploy = { command: 'plan', deployment: 'deployments/delay.deploy.yml' };
