/** Which names are secret, in which spellings a secret is found, and what is left alone. */
import { describe, expect, test } from 'vitest'
import { substituteVariables } from '../../src/config/files/index.ts'
import { ConfigError, OPTION_NAMES, resolveConfig } from '../../src/config/index.ts'
import { METRICS } from '../../src/metrics/index.ts'
import {
  isSecretField,
  isSecretName,
  maskNamed,
  redacted,
  rememberSecrets,
  secretsIn,
  secretsInArgs,
  secretsOf,
} from '../../src/secrets/index.ts'

describe('names of headers and URL parameters', () => {
  test.for([
    ...['authorization', 'Authorization', 'Proxy-Authorization', 'X-Forwarded-Authorization', 'api-key', 'x-api-key'],
    ...['X-Goog-Api-Key', 'Ocp-Apim-Subscription-Key', 'x-functions-key', 'key', 'cookie', 'set-cookie', 'x-auth'],
    ...[
      'x-amz-security-token',
      'X-Amz-Credential',
      'X-Amz-Signature',
      'access_token',
      'private-token',
      'sig',
      'apikey',
    ],
    ...['client_secret', 'password', 'passwd', 'x-csrf-token', 'sessionid', 'x-vault-token', 'x-auth-key'],
  ])('%s is secret', (name) => expect(isSecretName(name)).toBe(true))

  test.for([
    ...['content-type', 'accept', 'user-agent', 'x-request-id', 'x-max-tokens', 'x-tokenizer', 'x-token-ids', 'model'],
    ...[
      'author',
      'x-monkey',
      'keyboard',
      'version',
      'designature-x'.slice(0, 3),
      'anthropic-version',
      'host',
      'session-affinity',
    ],
  ])('%s is not', (name) => expect(isSecretName(name)).toBe(false))

  test('more are taken, in any case', () => {
    expect(isSecretName('X-Team-Pass', new Set(['x-team-pass']))).toBe(true)
  })
})

test('of the options only the key is secret', () => {
  expect(OPTION_NAMES.filter((name) => isSecretField(name))).toEqual(['apiKey'])
})

describe('a secret is found as it is, and as others write it', () => {
  const secret = 'a/"b\\c+d&<e> f'
  const { hide } = secretsOf([secret])
  test.for([
    ['plain', secret],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['JSON of PHP', JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
    ['URL', encodeURIComponent(secret)],
    ['a form', new URLSearchParams({ k: secret }).toString().slice(2)],
    ['HTML', 'a/&quot;b\\c+d&amp;&lt;e&gt; f'],
  ])('%s', ([, text]) => expect(hide(`(${text})`)).toBe('(***)'))

  test('behind its scheme, as user and password, as the value of a cookie', () => {
    const basic = `Basic ${Buffer.from('me:pass-word-1').toString('base64')}`
    const { hide } = secretsOf(['Bearer tok-123456', basic, 'theme=dark; sid=0123456789abcdef'])
    expect(hide('tok-123456 | pass-word-1 | 0123456789abcdef | theme=dark')).toBe('*** | *** | *** | theme=dark')
  })

  test('a piece of it, where a text was cut', () => {
    const { hidePieces, hide } = secretsOf(['sk-0123456789abcdef'])
    expect(hidePieces('key sk-01234567')).toBe('key ***')
    expect(hidePieces('…456789abc… is wrong')).toBe('…***… is wrong')
    expect(hide('key sk-01234567')).toBe('key sk-01234567')
  })
})

test('short values and placeholders hide no ordinary words', () => {
  const { hide } = secretsOf(['EMPTY', 'x', 'ollama', 'not-needed', 'Bearer none'])
  const text = 'EMPTY boxes, xylophones; ollama is not-needed. none'
  expect(hide(text)).toBe(text)
})

test('a record keeps its shape and what is no secret; without one it is the same record', () => {
  const { hideIn } = secretsOf(['sk-012345'])
  const record = { 'sk-012345': [{ a: 'x sk-012345', n: 1, none: undefined, nan: Number.NaN }] }
  expect(hideIn(record)).toEqual({ '***': [{ a: 'x ***', n: 1, none: undefined, nan: Number.NaN }] })
  const plain = { a: [1, 'b'] }
  expect(hideIn(plain)).toBe(plain)
})

test('in a scenario, by name at any depth, in URLs and in commands', () => {
  const scenario = {
    apiKey: 'k-1',
    url: 'http://h/v1?api_key=k-22222&n=1',
    headers: { 'X-Api-Key': 'k-3', accept: 'a' },
    extraArgs: { user: { access_token: 'k-4' }, key: 'question', max_tokens: 5 },
    localCommand: 'HF_TOKEN=k-5 serve --api-key "k 6" --max-tokens 7',
    datasetArgs: { questionKey: 'question' },
  }
  expect(redacted(scenario)).toEqual({
    apiKey: '***',
    url: 'http://h/v1?api_key=***&n=1',
    headers: { 'X-Api-Key': '***', accept: 'a' },
    extraArgs: { user: { access_token: '***' }, key: 'question', max_tokens: 5 },
    localCommand: 'HF_TOKEN=*** serve --api-key *** --max-tokens 7',
    datasetArgs: { questionKey: 'question' },
  })
  expect([...secretsIn(scenario)].toSorted()).toEqual(['k 6', 'k-1', 'k-22222', 'k-3', 'k-4', 'k-5'])
})

test('in URLs: user and password go, the rest stays', () => {
  expect(maskNamed('see http://u:p@h:1/a?b=c&sig=zz#f.')).toBe(
    'see http://***@h:1/a?b=c&sig=***#f.'.replace('#f.', '#f.'),
  )
})

test.for<[string[], string[]]>([
  [['--api-key', 'k-1'], ['k-1']],
  [['--apiKey=k-1'], ['k-1']],
  [['--headers', 'x-api-key=k-1', 'accept=a'], ['k-1']],
  [['--headers', 'Authorization: Bearer k-1'], ['Bearer k-1']],
  [['--sensitive-headers', 'x-pass', '--headers', 'X-Pass=k-1'], ['k-1']],
  [['--extra-args', '{"a":{"api_key":"k-1"},"key":"q"}'], ['k-1']],
  [
    ['--url', 'http://u:k-1@h/?token=k-2'],
    ['k-1', 'k-2'],
  ],
  [['--max-tokens', '5', '--tokenizer-path', 'a/b', '--threshold', 'p99(latency) <= 1 s', '--model', 'key'], []],
])('on a command line: %j', ([args, secrets]) => expect([...secretsInArgs(args)].toSorted()).toEqual(secrets))

test.for([
  ...['Helicone-Auth', 'clientSecret', 'private_key', 'metadata.userPassword', 'APIKey', 'X-JWT', 'bearer', 'pass'],
  ...['client_assertion', 'sshPassphrase', 'aws-credentials', 'userpassword', 'HFTOKEN', 'api_keys', 'authHeader'],
])('the field %s is secret', (name) => {
  expect(redacted({ extraArgs: { a: [{ [name]: 'v-1' }] } })).toEqual({ extraArgs: { a: [{ [name]: '***' }] } })
})

test.for([
  ...['tokenizer', 'tokenizerPath', 'stop_token_ids', 'eosTokenId', 'eos_token', 'prompt_cache_key', 'maxTokens'],
  ...[
    'author',
    'monkey',
    'passRate',
    'token_type_ids',
    'first_token_latency',
    'questionKey',
    'avg(timePerOutputToken)',
  ],
])('the field %s is none', (name) => {
  const config = { extraArgs: { [name]: 'a value of some length' } }
  expect(redacted(config)).toEqual(config)
})

test('no metric is secret, by its name or an alias: thresholds are shown', () => {
  const names = Object.entries(METRICS).flatMap(([name, { aliases }]) => [name, ...aliases])
  expect(names.filter((name) => isSecretField(name) || isSecretField(`p99(${name})`))).toEqual([])
})

test('numbers and switches are no secrets, whatever their name', () => {
  const config = { token: 123456789, auth: true, secret: null, apiKey: 'k' }
  expect(redacted(config)).toEqual({ ...config, apiKey: '***' })
  expect([...secretsIn(config)]).toEqual(['k'])
})

test.for([
  ['Bearer 0a1b2c3d4e', '***'],
  ['send sk-abcdefghij0123456789 now', 'send *** now'],
  ['hf_abcdefghij0123456789', '***'],
  ['ghp_abcdefghij0123456789abcd', '***'],
  ['AKIAIOSFODNN7EXAMPLE', '***'],
  ['x=eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeK', 'x=***'],
  ['authorization: Bearer abcdefghijklmnop1', 'authorization: Bearer ***'],
  ['a bearer of news, Basic programming, task-0123456789abcdefghij, com.example-one.another-two', undefined],
])('by its look: %s', ([text, shown]) => expect(redacted({ model: text })).toEqual({ model: shown ?? text }))

test('a value under 8 characters is hidden in its own field alone', () => {
  expect(redacted({ apiKey: 'blue', prompt: 'why is the sky blue?' })).toEqual({
    apiKey: '***',
    prompt: 'why is the sky blue?',
  })
  const record = { apiKey: 'seven77', prompt: 'seven77' }
  expect(redacted(record)).toEqual({ apiKey: '***', prompt: 'seven77' })
  expect(redacted({ apiKey: 'eight888', prompt: 'eight888' })).toEqual({ apiKey: '***', prompt: '***' })
})

test.for([
  ['{"\\u0073k-0123456789":1}', '{"***":1}'],
  ['{"a":"{\\"b\\":\\"s\\\\u006b-0123456789\\"}"}', '{"a":"{\\"b\\":\\"***\\"}"}'],
  ['\\u82f9\\u679c sk-\\u0030123', '\\u82f9\\u679c sk-\\u0030123'],
])('letters written as escapes: %s', ([text, shown]) => expect(secretsOf(['sk-0123456789']).hide(text!)).toBe(shown))

test('names and values of JSON written as escapes are secret', () => {
  const args = ['--extra-args={"a":{"\\u0073ecret":"v\\u0061lue-1"}}', '{"api\\u005fkey":"value-2",']
  expect([...secretsInArgs(args)]).toEqual(expect.arrayContaining(['value-1', 'value-2']))
  expect(maskNamed('{"\\u0073ecret":"v"}')).toBe('{"\\u0073ecret":"***"}')
})

test('users of URLs are secret, with a password or without', () => {
  const shown = {
    readyUrl: 'http://***@h:1/health',
    localCommand: 'curl https://***@h/a && npm i git+ssh://***@h/b @scope/c a@1',
  }
  const given = {
    readyUrl: 'http://me:p@ss@h:1/health',
    localCommand: 'curl https://tok-1@h/a && npm i git+ssh://git@h/b @scope/c a@1',
  }
  expect(redacted(given)).toEqual(shown)
  expect([...secretsIn(given)]).toEqual(expect.arrayContaining(['p@ss', 'tok-1']))
})

test('a key of any length costs a text no more than a short one', () => {
  const time = (key: string): number => {
    const { hidePieces } = secretsOf([key])
    hidePieces('')
    const begin = performance.now()
    for (let i = 0; i < 200; i++) expect(hidePieces(`HTTP 401 ${'no such key '.repeat(20)}`)).toContain('HTTP 401')
    return performance.now() - begin
  }
  const long = Array.from({ length: 4000 }, (_, i) => i.toString(36).padStart(8, 'Z')).join('')
  time('sk-0123456789')
  // A search for each of its pieces takes a thousand times as long.
  expect(time(long)).toBeLessThan(50 * time('sk-0123456789') + 50)
  expect(secretsOf([long]).hidePieces(`(${long.slice(500, 9000)})`)).toBe('(***)')
})

test('what a variable with a secret name gave is secret in every text and error, wherever it stands', () => {
  substituteVariables({ model: '${MODEL_TOKEN}' }, { MODEL_TOKEN: 'from-a-variable' }, () => 'f:1')
  expect(redacted({ model: 'a from-a-variable' })).toEqual({ model: 'a ***' })
  expect(secretsOf([]).hide('from-a-variable')).toBe('***')
  expect(new ConfigError('option "model": unknown "from-a-variable"').message).toBe('option "model": unknown "***"')
  expect(() => resolveConfig({ url: 'http://127.0.0.1', executor: 'from-a-variable' as 'poisson' })).toThrow(
    'unknown value "***"',
  )
  rememberSecrets(['short'])
  expect(redacted({ model: 'short', name: 'a short name' })).toEqual({ model: '***', name: 'a short name' })
})
