/** What the exporters of NVIDIA and AMD say of each GPU at one moment. */
import type { Sample, Samples } from './prometheus.ts'

/** What is read of a GPU; absent where its exporter does not say it. */
export const READINGS = ['utilization', 'memoryBytes', 'powerWatts', 'clockMHz', 'temperatureC'] as const
export type Reading = (typeof READINGS)[number]

export interface MachineReading {
  /** Tells it from the others of all hosts. */
  id: string
  /** The model's name, with its host and number. */
  name: string
  readings: Partial<Record<Reading, number>>
  /** Since some moment in the past. */
  energyJoules?: number
}

interface Source {
  /** Its value times this is in our unit. */
  times: number
  /** The first of them that is there. */
  names: readonly string[]
}

interface Exporter {
  /** Labels that tell one GPU from another, the first of them that is there; then host and number. */
  idLabels: readonly string[]
  modelLabels: readonly string[]
  hostLabels: readonly string[]
  numberLabels: readonly string[]
  readings: Readonly<Record<Reading, Source>>
  energy: Source
  /** Whether a sample is of a whole GPU, and of the clock that counts. */
  counts(sample: Sample): boolean
}

const MIB = 2 ** 20
/** DCGM has a value for "not known" near the largest of its type. */
const DCGM_BLANK = 2 ** 31 - 16

/** AMD's names have no prefix, or `amd_`; older versions have them in capitals. */
const amd = (...names: string[]): string[] =>
  names.flatMap((name) => [`gpu_${name}`, `amd_gpu_${name}`, `GPU_${name.toUpperCase()}`])

const EXPORTERS: readonly Exporter[] = [
  // https://docs.nvidia.com/datacenter/dcgm/latest/reference/dcgm-exporter-metrics.html
  {
    idLabels: ['UUID', 'uuid'],
    modelLabels: ['modelName'],
    hostLabels: ['Hostname', 'hostname'],
    numberLabels: ['gpu'],
    readings: {
      utilization: { names: ['DCGM_FI_DEV_GPU_UTIL'], times: 0.01 },
      memoryBytes: { names: ['DCGM_FI_DEV_FB_USED'], times: MIB },
      powerWatts: { names: ['DCGM_FI_DEV_POWER_USAGE'], times: 1 },
      clockMHz: { names: ['DCGM_FI_DEV_SM_CLOCK'], times: 1 },
      temperatureC: { names: ['DCGM_FI_DEV_GPU_TEMP'], times: 1 },
    },
    energy: { names: ['DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION'], times: 1e-3 },
    counts: () => true,
  },
  // https://instinct.docs.amd.com/projects/device-metrics-exporter/en/latest/configuration/metricslist.html
  {
    idLabels: ['gpu_uuid', 'serial_number'],
    modelLabels: ['card_model', 'card_series'],
    hostLabels: ['hostname'],
    numberLabels: ['gpu_id'],
    readings: {
      utilization: { names: amd('gfx_activity'), times: 0.01 },
      memoryBytes: { names: amd('used_vram'), times: MIB },
      powerWatts: { names: amd('package_power', 'average_package_power', 'power_usage'), times: 1 },
      clockMHz: { names: amd('clock'), times: 1 },
      temperatureC: { names: amd('junction_temperature', 'edge_temperature'), times: 1 },
    },
    energy: { names: amd('energy_consumed'), times: 1e-6 },
    // Only the first partition has sensors; a GPU has a clock for each of its parts.
    counts: ({ labels }) =>
      (labels['gpu_partition_id'] ?? labels['partition_id'] ?? '0') === '0' &&
      (labels['clock_type'] ?? 'GPU_CLOCK_TYPE_SYSTEM') === 'GPU_CLOCK_TYPE_SYSTEM',
  },
]

/** Every GPU of which there is a sample; empty where there is none. */
export function readMachines(samples: Samples): MachineReading[] {
  return EXPORTERS.flatMap((exporter) => readOf(exporter, samples))
}

function readOf(exporter: Exporter, samples: Samples): MachineReading[] {
  const machines = new Map<string, MachineReading>()
  const machineOf = (labels: Sample['labels']): MachineReading => {
    const host = firstOf(labels, exporter.hostLabels)
    const number = firstOf(labels, exporter.numberLabels) ?? '0'
    const place = host === undefined ? `GPU ${number}` : `${host} GPU ${number}`
    // Instances of a divided GPU have its identifier, and each says what the whole uses.
    const id = firstOf(labels, exporter.idLabels) ?? place
    const known = machines.get(id)
    if (known !== undefined) return known
    const model = firstOf(labels, exporter.modelLabels)
    const machine: MachineReading = { id, name: model === undefined ? place : `${place}, ${model}`, readings: {} }
    machines.set(id, machine)
    return machine
  }
  const each = ({ names, times }: Source, take: (machine: MachineReading, value: number) => void): void => {
    const name = names.find((one) => samples.has(one))
    for (const sample of samples.get(name ?? '') ?? [])
      if (exporter.counts(sample) && isKnown(sample.value, name!)) take(machineOf(sample.labels), sample.value * times)
  }
  for (const reading of READINGS)
    each(exporter.readings[reading], (machine, value) => {
      machine.readings[reading] ??= value
    })
  each(exporter.energy, (machine, value) => {
    machine.energyJoules ??= value
  })
  return [...machines.values()]
}

function isKnown(value: number, name: string): boolean {
  if (!Number.isFinite(value) || value < 0) return false
  // Energy since the start is a large number rightly.
  return !name.startsWith('DCGM_') || (name.endsWith('_ENERGY_CONSUMPTION') ? value < 2 ** 62 : value < DCGM_BLANK)
}

function firstOf(labels: Sample['labels'], names: readonly string[]): string | undefined {
  return names.map((name) => labels[name]).find((value) => value !== undefined && value !== '')
}
