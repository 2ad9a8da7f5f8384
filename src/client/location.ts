/** Where a redirect points, as it may be shown: without credentials or a query, which may hold a key. */

export function shownLocation(header: string | string[] | undefined): string {
  const location = Array.isArray(header) ? header[0] : header
  if (location === undefined || location === '') return 'nowhere (no location header)'
  const path = location.replace(/[?#].*$/s, '')
  // A path, or `//host/path`, stays as it is but for credentials.
  return path.replace(/^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i, '$1//') + (path === location ? '' : '?…')
}
