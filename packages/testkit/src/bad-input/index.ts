// Repositories with something wrong in them, and what must be said of it.
import type { BadInput } from './bad-input.ts';
import { notJudged } from './not-judged.ts';
import { wrongFiles } from './wrong-files.ts';

export const badInputs: readonly BadInput[] = [...wrongFiles, ...notJudged];
export type { BadInput } from './bad-input.ts';
export { goodRepository, spoiled, type GoodRepository } from './good-repository.ts';
