/** Threads, whatever they do. */
export { RestingThreads } from './resting.ts'
