// The registry's rules, as values: tags → state, and a wish → the tags to write.
export { planLabel, planRegister, planUnlabel, type Plan, type PlannedTag, type Refusal } from './plan.ts';
export { emptyState, highestFirst, replay, type NamedState, type TagRecord } from './replay.ts';
export { resolveVersion } from './resolve.ts';
export { formatTag, parseTag, type RegistryAction, type RegistryTag } from './tags.ts';
