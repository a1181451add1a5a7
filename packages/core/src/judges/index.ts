// Language models as judges: what they score, how far people agree with them, and whether they may gate.
export { judgeParameters } from './ask.ts';
export { calibrateJudge, type Calibrated, type Calibration } from './calibrate.ts';
export {
  certificateRules,
  decideCertificate,
  JudgeCertificate,
  judgeCertificateSchema,
  judgedTypes,
  judgeStanding,
  readCertificates,
  rubricDigest,
  type JudgeIdentity,
  type JudgeStanding,
} from './certificate.ts';
export {
  correctedDifference,
  type Corrected,
  type CorrectedDifference,
  type LabelledPair,
  type MaybeLabelled,
} from './corrected.ts';
export { judgeOutline } from './github-models.ts';
export { readLabels, type Label } from './labels.ts';
export { measureJudge, type JudgedLabel, type JudgeMeasures } from './measure-judge.ts';
export { fence, type Fenced } from './fence.ts';
export { comparePair, type Pair } from './pairwise.ts';
export { judgeComparers, judgeScorers } from './tables.ts';
export { fillAssertion, judgesOf, ownJudge, promptText, type SuiteJudge } from './suite-judges.ts';
