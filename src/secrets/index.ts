/** What must not be kept or shown: which names say so, where it is found, and how it is hidden. */
export { maskNamed, secretsIn, secretsInArgs, secretsInHeaders } from './find.ts'
export { type Secrets, secretsFrom, secretsOf } from './hide.ts'
export { isSecretField, isSecretName, isSecretVariable } from './names.ts'
export { withoutQuotes } from './quotes.ts'
export { redacted } from './redact.ts'
