/** What of the prompts a server had in its cache although the run did not mean it to. */
import { z } from 'zod'

const promptsFromCacheSchema = z.object({
  requests: z.number().describe('that succeeded and whose cached tokens the server reported'),
  fromCache: z.number().describe('of these, requests with cached tokens that nothing in the run explains'),
  cachedTokens: z.number().describe('such tokens of these requests'),
})

export const promptCacheSchema = z.object({
  fresh: promptsFromCacheSchema.describe('prompts made up for this run and sent once; beyond their shared prefix'),
  repeated: promptsFromCacheSchema.describe('prompts that this run had sent before'),
})

export type PromptsFromCache = z.infer<typeof promptsFromCacheSchema>
export type PromptCache = z.infer<typeof promptCacheSchema>
