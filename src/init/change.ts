/** One thing that `perfgate init` does to a project, or would do. */

export type Change =
  /** A file that was not there. */
  | { kind: 'create'; path: string; text: string }
  /** A file of the user's, with something put in; `text` is the whole of it. */
  | { kind: 'edit'; path: string; text: string; what: string }
  /** There already, and left alone. */
  | { kind: 'keep'; path: string; why: string }
  /** What only the user can do. */
  | { kind: 'advise'; text: string }
