/** What a collector says in protobuf when it refuses a request. */

/**
 * The text of a `google.rpc.Status` (https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto), in
 * which field 2 is the message; the plain text where it is none.
 */
export function statusMessage(bytes: Uint8Array): string {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 1; at < bytes.length; shift *= 128) {
      const byte = bytes[at++]!
      value += (byte & 127) * shift
      if (byte < 128) break
    }
    return value
  }
  while (at < bytes.length) {
    const tag = varint()
    const wire = tag & 7
    if (wire === 0) varint()
    else if (wire === 2) {
      const end = varint() + at
      if (end > bytes.length) break
      if (tag >>> 3 === 2) return Buffer.from(bytes.subarray(at, end)).toString()
      at = end
    } else break
  }
  return at === bytes.length ? '' : Buffer.from(bytes).toString()
}
