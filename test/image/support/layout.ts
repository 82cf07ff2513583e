import { mkdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { run } from './programs.js'

/** What an image says of itself. */
export interface ImageConfig {
  readonly User: string
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly Cmd?: readonly string[]
  readonly ExposedPorts?: Readonly<Record<string, unknown>>
}

/** One layer: bytes as they are pulled, and as they lie on the node. */
export interface Layer {
  readonly packed: number
  readonly unpacked: number
}

/** An image on disk. */
export interface Image {
  readonly config: ImageConfig
  /** From the first to the last. It unpacks them to see. */
  layers(): readonly Layer[]
  /** Unpacks all layers below a directory, owners and modes as they are. */
  unpack(into: string): void
}

interface Descriptor {
  readonly digest: string
}

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

/** Reads an OCI layout that holds one image. */
export const readLayout = (directory: string): Image => {
  const blob = ({ digest }: Descriptor): string => path.join(directory, 'blobs', digest.replace(':', '/'))
  const { manifests } = json(path.join(directory, 'index.json')) as { manifests: readonly Descriptor[] }
  const [only] = manifests
  if (!only) throw new Error(`${directory} holds no image`)
  const manifest = json(blob(only)) as { config: Descriptor; layers: readonly Descriptor[] }
  const { config } = json(blob(manifest.config)) as { config: ImageConfig }
  const files = manifest.layers.map(blob)
  return {
    config,
    layers: () =>
      files.map((file) => ({
        packed: statSync(file).size,
        unpacked: gunzipSync(readFileSync(file)).length,
      })),
    unpack: (into) => {
      mkdirSync(into, { recursive: true })
      for (const file of files) run('tar', '--same-owner', '-xzpf', file, '-C', into)
    },
  }
}
