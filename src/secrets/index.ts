/** Secrets: which values they are, where they are found, and how they are hidden. */
export { maskArg, maskNamed, redacted, secretsIn, secretsInArgs, secretsInHeaders } from './find.ts'
export { rememberSecrets, type Secrets, secretsFrom, secretsOf, withoutQuotes } from './hide.ts'
export { isSecretField, isSecretName } from './names.ts'
export { printable, printableJson, printableLine, printableReport } from './outsideText.ts'
