/** One request on the wire: connection, stream decoding, stamps, failure causes, and the sample it leaves. */
export { Connection, type ConnectionListener, type Order, type Target, type TurnOrder } from './connection.ts'
export { EventTemplate } from './eventTemplate.ts'
export { SseDecoder, type SseListener } from './sse.ts'
