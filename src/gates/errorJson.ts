/** What a test runner takes along of an error whose message is the whole story. */

/**
 * For an error's `toJSON`: Vitest appends every other property to its JUnit text and its terminal, thousands of
 * characters of results that the message has told already. Whoever catches the error itself still has them.
 */
export function errorJson({ name, message, stack }: Error): { name: string; message: string; stack: string } {
  return { name, message, stack: stack ?? '' }
}
