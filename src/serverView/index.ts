/** A run as its server saw it, from the metrics the engine publishes. */
export { type ClientFigures, serverView } from './figures.ts'
export { type MetricsSource, type Scrapes, ServerWatch } from './watch.ts'
