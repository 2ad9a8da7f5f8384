/** Elements made in code: text is only ever set as text, never parsed. */

type Child = Node | string
type Attributes = Record<string, string | number | boolean | undefined>

/** `true` sets an attribute without a value; `false` and undefined set none. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  setAll(made, attributes)
  made.append(...children)
  return made
}

export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag)
  setAll(made, attributes)
  made.append(...children)
  return made
}

function setAll(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    target.setAttribute(name, value === true ? '' : String(value))
  }
}
