/** The page's script and style, bundled when the package is built. */
import { readFileSync } from 'node:fs'

/** Where the bundle is: beside this file once built, and in dist/ where the sources themselves are run. */
const FOLDER = new URL(import.meta.url.endsWith('.ts') ? '../../../dist/src/report/html/' : './', import.meta.url)

export interface Assets {
  script: string
  style: string
}

/** @throws Error when the package was not built */
export function readAssets(): Assets {
  try {
    return {
      script: readFileSync(new URL('page.js', FOLDER), 'utf8'),
      style: readFileSync(new URL('page.css', FOLDER), 'utf8'),
    }
  } catch (error) {
    throw new Error(`the HTML report's script is not built (${(error as Error).message}); run: npm run build`)
  }
}
