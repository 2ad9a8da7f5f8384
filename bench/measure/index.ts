/** Measuring a client from outside: its core, its output, and fair comparison with another. */
export { type ChildOptions, runChild, runText } from './child.ts'
export { type Core, type Cores, chooseCores, pinned } from './cores.ts'
export { watchDisturbance } from './disturbance.ts'
export { abba, median, medianRatio, type Paired } from './paired.ts'
export { type Quantiles, quantiles } from './quantiles.ts'
export { type StampErrors, type StampedStream, stampErrorsMs } from './stampErrors.ts'
