/** One request on the wire: connection, stream decoding, stamps, failure causes, and the sample it leaves. */
export { noteWork } from './arrival.ts'
export { Connection, type ConnectionListener } from './connection.ts'
export { EventTemplate } from './eventTemplate.ts'
export type { Order, Target, TurnOrder } from './order.ts'
export { addRunQueueDelay } from './runQueue.ts'
export type { Said } from './said.ts'
export { SseDecoder, type SseListener } from './sse.ts'
