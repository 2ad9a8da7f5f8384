/** Where prompts come from: datasets, each a file and a line in `all.ts`, and how a scenario reads them. */
export type { CustomDataset, CustomPrompt } from './custom.ts'
export type {
  Conversation,
  Dataset,
  DatasetOptions,
  Item,
  Message,
  Prompt,
  PromptExtras,
  RequestFacts,
  Role,
  TimedPrompt,
  Turn,
} from './dataset.ts'
export {
  bodyArgs,
  DATASETS,
  findDataset,
  hasContents,
  hasFreshPrompts,
  promptUrl,
  sharedTokens,
  showsSpeed,
} from './find.ts'
export { readPromptOption } from './options.ts'
export { pacer, readConversations, readPrompts } from './read.ts'
