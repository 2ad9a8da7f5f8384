/** Which hosts are this machine, whatever name server or network it has. */

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|::ffff:(127(\.\d{1,3}){3}|7f[0-9a-f]{2}:[0-9a-f]{1,4}))$/

/**
 * `localhost` and names below it, 127.0.0.0/8, ::1, and the addresses of IPv6 that stand for them.
 *
 * @param hostname as in a URL, with or without the brackets of IPv6 and the dot of a full name
 */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$|\.$/g, '')
  return LOOPBACK.test(host) || host === 'localhost' || host.endsWith('.localhost')
}
