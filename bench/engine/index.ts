/** Our own load test as one of the clients under measurement. */
export {
  cpuUsPerRequest,
  cpuWindow,
  type EngineFigures,
  type EngineSample,
  loadThreadCpuUsPerRequest,
} from './figures.ts'
export { readStamps, type StampedRequest, stampedStream } from './resultDb.ts'
export { runEngine, withEngineDb } from './start.ts'
