/** Python, as another implementation to check ours against; PERFGATE_PYTHON names one that has the modules. */
import { execFileSync } from 'node:child_process'

const PYTHON = process.env['PERFGATE_PYTHON'] ?? 'python3'

/** Why a test that needs these modules cannot run; empty when it can. */
export function lacking(...modules: string[]): string {
  try {
    execFileSync(PYTHON, ['-c', modules.map((name) => `import ${name}`).join('\n') || 'pass'], { stdio: 'ignore' })
    return ''
  } catch {
    return `(skipped: ${PYTHON} lacks one of ${modules.join(', ') || 'everything'})`
  }
}

/** What the script prints, read as JSON. */
export function python(script: string, args: readonly string[] = [], env: Record<string, string> = {}): unknown {
  const out = execFileSync(PYTHON, ['-c', script, ...args], { env: { ...process.env, ...env }, encoding: 'utf8' })
  return JSON.parse(out) as unknown
}
