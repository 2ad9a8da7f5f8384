/** How undici is to treat a connection that carries load. */
export const CLIENT_OPTIONS = {
  // With room for two, undici writes the next request in the same tick in which the answer before it ended.
  // POST is never pipelined, so there is still one in flight at most.
  pipelining: 2,
  // Which protocol is spoken, the connector has settled. One request at a time is in flight on a connection, also
  // over HTTP/2; and no frames are sent but for requests.
  h2Options: { pingInterval: 0 },
  // The engine looks after silence itself: a timer that each read winds up again costs more than a look now and then.
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: 600_000,
  keepAliveTimeoutThreshold: 1_000,
} as const
