/** What a scenario can say, and how it is checked. */
export {
  checkProxyUrl,
  type EndpointOptions,
  isLoopback,
  pathBeneath,
  startsServer,
  usesEmbedded,
} from './addresses.ts'
export { ciSystem } from './ci.ts'
export { currentDate, wallClockMs } from './clock.ts'
export { ConfigError, EndpointError, nearest, PerfgateError, suggestion } from './errors.ts'
export { chooseExecutor, DEFAULT_EXECUTOR, type ExecutorName, executorFacts } from './executors.ts'
export { type FlagKind, OPTION_GROUPS, type OptionGroup, type OptionMeta } from './option.ts'
export { type Price, priceListSchema, priceSchema } from './options/budget.ts'
export { TIMED_DATASETS } from './options/data.ts'
export { COMPARISONS_OWN, notOffered, type PlanName, REJECTED, rejectFlags, rejectUnsupported } from './plans.ts'
export {
  camelCase,
  checkOptions,
  EMPTY_URL,
  explain,
  givenOptions,
  kebabCase,
  refuseEmptyUrl,
  resolveConfig,
} from './resolve.ts'
export {
  type Config,
  OPTION_NAMES,
  type OptionName,
  optionMeta,
  options,
  type ResolvedConfig,
  type Stage,
  type ThinkTime,
} from './schema.ts'
export { parseShard, parseStartAt, type Shard, shardName } from './shard.ts'
export { STOP_CODES, STOP_SIGNALS, type StopSignal, stoppingText } from './signals.ts'
