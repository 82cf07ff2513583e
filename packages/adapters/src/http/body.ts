/** Something to send. */
export interface Payload {
  readonly bytes: Buffer
  readonly type: string
}

/** Bytes and text as they are; anything else as JSON. @throws TypeError for what JSON cannot say */
export const payloadOf = (content: unknown): Payload => {
  if (content instanceof Uint8Array) return { bytes: Buffer.from(content), type: 'application/octet-stream' }
  if (typeof content === 'string') return { bytes: Buffer.from(content), type: 'text/plain; charset=utf-8' }
  // Of undefined or a function, stringify makes undefined, which is no text: a TypeError here.
  return { bytes: Buffer.from(JSON.stringify(content)), type: 'application/json' }
}

const types: readonly (readonly [extension: RegExp, type: string])[] = [
  [/\.json$/i, 'application/json'],
  [/\.ya?ml$/i, 'application/yaml'],
  [/\.(pem|crt|key|txt|conf|ini|env|properties)$/i, 'text/plain; charset=utf-8'],
]

/** What a key's name says about its content. */
export const typeOfKey = (key: string): string | undefined =>
  types.find(([extension]) => extension.test(key))?.[1]
