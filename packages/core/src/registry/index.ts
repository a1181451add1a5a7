// The registry's rules, as values: tags → state, and a wish → the tags to write; and what must hold before a label moves.
export { askGate, type GateAnswer, type GatePorts, type GateQuestion } from './ask-gate.ts';
export { barredFromForcing } from './override.ts';
export {
  planArchive,
  planDeprecate,
  planLabel,
  planRegister,
  planUnlabel,
  type Plan,
  type PlannedTag,
  type Refusal,
} from './plan.ts';
export { notAllowed, promotionRule, rulesetPattern, type Person, type PromotionRule } from './policy.ts';
export { promote, type Promotion, type PromotionPorts, type PromotionRequest } from './promote.ts';
export { promotionsOf, recordPromotion, type PromotionRecord } from './record-promotion.ts';
export { emptyState, highestFirst, listVersions, replay, type NamedState, type TagRecord } from './replay.ts';
export { resolveVersion } from './resolve.ts';
export { readPromptAt } from './moved-prompt.ts';
export { filesDigest, findSubjects, modelPaths, subjectDigest, type ReadBytes, type Subject } from './subject.ts';
export { formatTag, parseTag, type RegistryAction, type RegistryTag } from './tags.ts';
export { messageWith, trailersOf, type Trailers } from './trailers.ts';
