/**
 * Node's HTTP client. Imported as a module, `node:http` has all its exports read, and so loads Node's whole fetch and
 * WebSocket: 30 ms in each thread, for which a run would wait.
 */
export const { request } = process.getBuiltinModule('node:http')
