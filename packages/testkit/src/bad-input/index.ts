// Repositories with something wrong in them, and what must be said of it.
export { badInputs, type BadInput } from './cases.ts';
export { goodRepository, spoiled, type GoodRepository, type Spoil } from './good-repository.ts';
