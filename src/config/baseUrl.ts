/** From a base URL, as vendors document theirs, to the path of an endpoint beneath it. */

/** `v1`, `v1beta`, `v4`. */
const VERSION = /^v\d+[a-z0-9]*$/

/** Documented base URLs that have no version in their path, and take none. */
const WITHOUT_VERSION: readonly ((url: URL, parts: readonly string[]) => boolean)[] = [
  // Azure OpenAI and Azure AI Foundry: the version is in the query.
  ({ searchParams }) => searchParams.has('api-version'),
  // Azure OpenAI: /openai/deployments/NAME
  (_, parts) => parts.at(-2) === 'deployments' && parts.at(-3) === 'openai',
  // Databricks: /serving-endpoints
  (_, parts) => parts.at(-1) === 'serving-endpoints',
  // GitHub Models: /inference, and /orgs/NAME/inference
  (_, parts) => parts.at(-1) === 'inference',
  ({ hostname }) => hostname === 'models.inference.ai.azure.com' || hostname === 'api.perplexity.ai',
]

/**
 * The path of an endpoint beneath a base URL, without a query: `http://h:8000` and `http://h:8000/v1` both lead to
 * `/v1/chat/completions`.
 *
 * The version is added only where the path has none anywhere: Gemini's `/v1beta/openai` leads to
 * `/v1beta/openai/chat/completions`.
 *
 * @param known the path as the API's own vendor has it, for instance `/v1/chat/completions`
 */
export function pathBeneath(base: URL, known: string): string {
  const path = base.pathname.replace(/\/+$/, '')
  const given = path.split('/').slice(1)
  const wanted = known.split('/').slice(1)
  const common = commonParts(given, wanted)
  const hasVersion = given.some((part) => VERSION.test(part)) || WITHOUT_VERSION.some((is) => is(base, given))
  const version = wanted.findIndex((part) => VERSION.test(part))
  const past = hasVersion && version < wanted.length - 1 ? version + 1 : 0
  return [path, ...wanted.slice(Math.max(common, past))].join('/')
}

/** How much of the beginning of `wanted` the end of `given` holds: `/gateway/v1` has one part of `/v1/rerank`. */
function commonParts(given: readonly string[], wanted: readonly string[]): number {
  // One version of an API stands for another, as in `/v4/chat/completions`.
  const same = (a: string, b: string): boolean => a === b || (VERSION.test(a) && VERSION.test(b))
  let common = Math.min(given.length, wanted.length - 1)
  while (common > 0 && !given.slice(-common).every((part, i) => same(part, wanted[i]!))) common--
  return common
}
