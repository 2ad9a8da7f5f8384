/** Baselines: a run against a stored result of the same scenario, measured in a like environment. */
export { type Fingerprint, fingerprintDifferences, fingerprintOf } from './fingerprint.ts'
export { changeText, judgeRegressions, requireStored } from './judge.ts'
export { type ScenarioFacts, scenarioDifferences, scenarioFacts, scenarioHash } from './scenario.ts'
export {
  STORED_FIGURES,
  type StoredFigure,
  storedFigure,
  storedIntervals,
} from './stored.ts'
