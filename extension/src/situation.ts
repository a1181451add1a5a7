// What Pawl finds in a window, and what it says where there is nothing to work with.
export type Situation = 'ready' | 'no-folder' | 'untrusted' | 'no-git' | 'no-repository';

/** For somebody who called a command; the views have their own, longer words in the manifest. */
export const situationWords: Readonly<Record<Exclude<Situation, 'ready'>, string>> = {
  'no-folder': 'Open a folder first: Pawl reads runs, prompts and models from its Git repository.',
  untrusted: 'Pawl runs Git only in folders that you trust.',
  'no-git': 'Git was not found. Install Git 2.34 or newer, then refresh.',
  'no-repository': 'This folder is no Git repository that Pawl can read.',
};
