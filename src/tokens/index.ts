/** Token counts where the server gives none. */
export { type CountedMessage, loadTokenCounter, type TokenCounter } from './count.ts'
