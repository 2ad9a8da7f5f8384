/** The config file's options, as the plugin hands them to tests. */
import { inject } from 'vitest'
import type { Layer } from '../config/files/index.ts'
import { rememberSecrets } from '../secrets/index.ts'
import type { PerfgateSettings } from './config.ts'

/** Of the plugin, which reads the file; without the plugin there are none. */
export function defaults(): Layer | undefined {
  const settings = inject('perfgate') as PerfgateSettings | undefined
  if (settings?.defaults === undefined) return undefined
  const { values, places, secrets } = settings.defaults
  rememberSecrets(secrets)
  return { values, place: ([name]) => places[String(name)] ?? '', secrets }
}
