/** From scrapes of GPUs to what each of them did while the run went on, and to the energy that all of them used. */
import type { EnergyUse, MachineView } from '../result/index.ts'
import { READINGS, type Reading } from './machines.ts'
import type { Scrape, Scrapes } from './watch.ts'

/** Every GPU that a scrape knew, in the order of the first. */
export function machineViews({ before, during, after }: Scrapes): MachineView[] {
  const all = [before, ...during, after].filter((scrape) => scrape !== undefined)
  const names = new Map(all.flatMap(({ machines }) => machines.map(({ id, name }) => [id, name] as const)))
  return [...names].map(([id, name]) => {
    const view: MachineView = { name, readings: {}, energyJoules: null, energyFrom: null }
    for (const reading of READINGS) {
      // Before and after the run the machine is idle: only what was seen in between is of the run.
      const values = during.flatMap((scrape) => readingOf(scrape, id, reading) ?? [])
      if (values.length > 0) view.readings[reading] = { n: values.length, mean: mean(values), max: Math.max(...values) }
    }
    return { ...view, ...energyOf(all, id) }
  })
}

/** Undefined where no GPU was seen. */
export function energyUse(machines: readonly MachineView[], { before, during, after }: Scrapes): EnergyUse | undefined {
  if (machines.length === 0) return undefined
  const all = [before, ...during, after].filter((scrape) => scrape !== undefined)
  const known = machines.flatMap(({ energyJoules }) => energyJoules ?? [])
  // A sum that lacks one of the GPUs would look like a saving.
  const isWhole = known.length === machines.length
  return {
    joules: isWhole ? known.reduce((sum, joules) => sum + joules, 0) : null,
    seconds: (all.at(-1)!.at - all[0]!.at) / 1000,
  }
}

/** By the GPU's own counter where it has one; else the power between scrapes, as the mean of both ends. */
function energyOf(all: readonly Scrape[], id: string): Pick<MachineView, 'energyJoules' | 'energyFrom'> {
  const counted = all.flatMap((scrape) => machineOf(scrape, id)?.energyJoules ?? [])
  const growth = counted.at(-1)! - counted[0]!
  if (counted.length === all.length && counted.length > 1 && growth >= 0)
    return { energyJoules: growth, energyFrom: 'counter' }
  const powers = all.flatMap((scrape) => {
    const watts = readingOf(scrape, id, 'powerWatts')
    return watts === undefined ? [] : [{ at: scrape.at, watts }]
  })
  if (powers.length < 2 || powers.length < all.length) return { energyJoules: null, energyFrom: null }
  let energyJoules = 0
  for (let i = 1; i < powers.length; i++)
    energyJoules += (((powers[i]!.at - powers[i - 1]!.at) / 1000) * (powers[i]!.watts + powers[i - 1]!.watts)) / 2
  return { energyJoules, energyFrom: 'power' }
}

function machineOf({ machines }: Scrape, id: string): Scrape['machines'][number] | undefined {
  return machines.find((machine) => machine.id === id)
}

function readingOf(scrape: Scrape, id: string, reading: Reading): number | undefined {
  return machineOf(scrape, id)?.readings[reading]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
