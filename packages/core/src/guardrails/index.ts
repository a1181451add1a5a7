// Guardrails that need no model: personal data, secrets, orders to a model, abuse, and the shape of an answer.
export { findPii, piiTypes, type PiiOptions } from './pii.ts';
export { masked, type Finding } from './recognizer.ts';
export { entropy, findSecrets, secretTypes } from './secrets.ts';
export { findInvisible, visible, type InvisibleText } from './invisible.ts';
export { findInjection, injectionThreshold, type InjectionSign, type InjectionVerdict } from './prompt-injection.ts';
export { gradeToxicity, toxicityThreshold, type ToxicityVerdict } from './toxicity.ts';
export { formatBreaches, FormatRules, hostsOf, unknownScripts } from './format.ts';
