/** Token counts where the server gives none. */
export { loadTokenCounter, type TokenCounter } from './count.ts'
