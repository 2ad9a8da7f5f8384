/** Which headers, query parameters, flags and fields hold something that must not be kept. */

/**
 * Parts of names whose values are secret. Fits `authorization`, `proxy-authorization`, `x-api-key`, `x-goog-api-key`,
 * `ocp-apim-subscription-key`, `x-auth-token`, `x-amz-security-token`, `x-amz-credential`, `x-csrf-token`, `cookie`,
 * `set-cookie`, `access_token`, `sig` and the like; not `max-tokens`, `tokenizer`.
 */
const SECRET =
  /authoriz|^(x-)?auth$|auth[-_]?(key|token)|api[-_]?key|(^|[-_])key$|token(?!s|iz|[-_]?ids?$)|secret|cookie|passw|credential|(^|[-_])session(id|[-_]id)?$|signature|(^|[-_])(sig|pat|csrf|xsrf|sid|pwd)$/i

/** In what a scenario says beside headers, where `questionKey` is a column and `key` is any word. */
const SECRET_FIELD =
  /^((proxy|x)[-_])?authorization$|^(\w*[-_])?api[-_]?key$|[a-z]ApiKey$|^(\w*[-_])?(secret|passwd|password|credentials?)$|secret[-_]?(access[-_]?)?key$|^(\w+[-_])?(access|auth|bearer|refresh|session|security|hf|id)[-_]?token$|^token$|^(set-)?cookie$/i

/** Words that end the name of a secret in a command or an environment, where `key` counts only in some places. */
export const SECRET_WORDS = 'token|secret|password|credentials?'
const SECRET_VARIABLE = new RegExp(`auth|key|${SECRET_WORDS}`, 'i')

/** True for a name whose value is never stored or shown. @param more names of the user's own, in lower case */
export function isSecretName(name: string, more: ReadonlySet<string> = NONE): boolean {
  return SECRET.test(name) || more.has(name.toLowerCase())
}

/** The same for a field within a scenario, such as one of `extraArgs`. */
export function isSecretField(name: string, more: ReadonlySet<string> = NONE): boolean {
  return SECRET_FIELD.test(name) || more.has(name.toLowerCase())
}

/** Of a variable of the environment that a file refers to: better one too many. */
export function isSecretVariable(name: string): boolean {
  return SECRET_VARIABLE.test(name)
}

const NONE: ReadonlySet<string> = new Set()
