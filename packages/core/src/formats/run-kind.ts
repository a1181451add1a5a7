// What a run is a run of: one of the features that judge, or a training.
import * as z from 'zod/mini';
import { slugs } from './verdict.ts';

export const RunKind = z.enum([...slugs, 'training']);
export type RunKind = z.infer<typeof RunKind>;
