// Tests, intervals and sequential methods: pure, seeded, each with its source.
export { spentAlpha, usualAlpha } from './alpha-spending.ts';
export { judgeNonInferiority, judgeSuperiority, type DifferenceInterval } from './non-inferiority.ts';
export {
  addLogs,
  logAboveLimit,
  logBelowLimit,
  logFailureRace,
  logMean,
  promotionShares,
  raceRatios,
  requestsToPromote,
  type BadCounts,
} from './e-process.ts';
export { binomialCdf, studentCdf, studentQuantile } from './distributions.ts';
export { exactMcNemar, midPMcNemar, type McNemar } from './mcnemar.ts';
export { benjaminiHochberg, holm } from './multiplicity.ts';
export { boundedInterval, pairedMean, scoreInterval, tInterval, type PairedMean } from './paired.ts';
export { casesToSettle, detectableDifference, usualDesign, type Design } from './sample-size.ts';
export { logGamma, regularizedBeta } from './special-functions.ts';
export {
  bcaInterval,
  bootstrap,
  bootstrapMeans,
  jackknife,
  percentileInterval,
  quantileOf,
  type BootstrapPlan,
} from './bootstrap.ts';
export { calibrationInfluence, expectedCalibrationError, reliability, type ReliabilityBin } from './calibration.ts';
export {
  accuracyOf,
  balancedAccuracyOf,
  brierScores,
  confusionTable,
  logLosses,
  matthewsCorrelation,
  precisionRecallOf,
  rocAuc,
  rocCurve,
  topKHits,
  weightedPrecisionRecall,
  type ConfusionTable,
  type PrecisionRecall,
} from './classification.ts';
export { delong, type PairedAuc } from './delong.ts';
export {
  chanceBelow,
  decisionLevel,
  estimateOf,
  negated,
  noDifference,
  pairedMeanEstimate,
  pairedProportionEstimate,
  replicateEstimate,
  rowsNeeded,
  shownLevel,
  smallestSeen,
  type ClaimLines,
  type DifferenceEstimate,
} from './difference-estimate.ts';
export { drawBinomial, drawMultinomial } from './multinomial.ts';
export { normalCdf, normalQuantile } from './normal.ts';
export { chiSquareTail, chiSquareTest, type ChiSquareTest } from './chi-square.ts';
export {
  bucketCounts,
  jensenShannon,
  jensenShannonInterval,
  sturgesEdges,
  type DistanceInterval,
  type IntervalPlan,
} from './distribution-distance.ts';
export { ksPValue, twoSampleDistances, type TwoSampleDistances } from './two-sample.ts';
export { correlatedReach, newcombeInterval, ratioInterval, wilsonInterval, type Count } from './two-proportions.ts';
export { clopperPearson } from './clopper-pearson.ts';
export { cohensKappa, type Agreement } from './agreement.ts';
export { predictionPoweredMean, type LabelledScores, type PredictionPowered } from './prediction-powered.ts';
export { varianceComponents, varianceOfMean, type VarianceComponents } from './variance-components.ts';
export { idealEstimate, resampledMeans, type MeanDistribution } from './ideal-bootstrap.ts';
export { averagePrecision, ndcg, recallAt, reciprocalRank, type RankedList } from './ranking.ts';
export {
  absoluteErrors,
  percentageErrors,
  quantileLosses,
  rootMeanSquareInfluence,
  rSquared,
  rSquaredInfluence,
  squaredErrors,
} from './regression.ts';
export {
  isPlain,
  sampledMeanEstimate,
  samplingOf,
  unitsOf,
  weightedMean,
  type Sampling,
  type Units,
} from './sampling.ts';
export { logQuantileRatio, type QuantilePlan } from './quantile-ratio.ts';
export { sampledBootstrap, sampledJackknife, type SampledPlan } from './sampled-bootstrap.ts';
export { plainAveragePrecision, scoreAreas, type ScoreAreas } from './score-areas.ts';
export { orderFromHigh } from './order-of.ts';
export { tableInfluence, tableMetric, type TableAverage, type TableMetric } from './confusion-influence.ts';
export { ratesAtThresholds, type RatesAt } from './threshold-rates.ts';
