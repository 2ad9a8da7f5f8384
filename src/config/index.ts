/** What a scenario can say, and how it is checked. */
export { ConfigError, EndpointError } from './errors.ts'
export { camelCase, kebabCase, resolveConfig } from './resolve.ts'
export {
  type Config,
  EXECUTORS,
  type ExecutorName,
  type FlagKind,
  OPTION_GROUPS,
  OPTION_NAMES,
  type OptionGroup,
  type OptionMeta,
  type OptionName,
  optionMeta,
  options,
  type ResolvedConfig,
  type Stage,
} from './schema.ts'
export { nearest, suggestion } from './suggest.ts'
