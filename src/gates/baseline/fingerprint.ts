/** What makes two environments alike: latencies of unlike ones differ by tens of per cent for no fault of the code. */
import type { Environment } from '../../result/index.ts'

export interface Fingerprint {
  /** The model that was asked for. */
  model: string
  /** Host name of the endpoint without its port; `embedded` for the embedded server. */
  host: string
  os: string
  cpu: string
  cores: number
  /** The major version: minor ones hardly move a timing. */
  node: string
  /** Major and minor version. */
  perfgate: string
}

const NAMES: Record<keyof Fingerprint, string> = {
  model: 'model',
  host: 'endpoint host',
  os: 'system',
  cpu: 'CPU',
  cores: 'cores',
  node: 'Node',
  perfgate: 'perfgate',
}

export function fingerprintOf(
  environment: Environment,
  endpoint: { url: string; embedded: boolean },
  config: Readonly<Record<string, unknown>>,
): Fingerprint {
  return {
    model: String(config['model'] ?? 'default'),
    host: endpoint.embedded ? 'embedded' : hostOf(endpoint.url),
    os: environment.os,
    cpu: environment.cpu,
    cores: environment.cores,
    node: environment.node.split('.')[0]!,
    perfgate: environment.perfgate.split('.').slice(0, 2).join('.'),
  }
}

/** For instance `CPU "AMD EPYC 7763" there, "Intel Xeon 8370C" here`; empty for like environments. */
export function fingerprintDifferences(there: Fingerprint, here: Fingerprint): string[] {
  return (Object.keys(NAMES) as (keyof Fingerprint)[])
    .filter((key) => there[key] !== here[key])
    .map((key) => `${NAMES[key]} ${JSON.stringify(there[key])} there, ${JSON.stringify(here[key])} here`)
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname
  } catch {
    return url
  }
}
