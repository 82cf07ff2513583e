import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { UsageError } from '@hotmount/core'

type Compare = (password: string, hash: string) => Promise<boolean>

const load = async (): Promise<Compare> => {
  const { compare } = await import('bcryptjs').catch((error: unknown) => {
    throw new UsageError(
      'BAD_OPTION',
      'the package bcryptjs is not installed, so basic_auth_users cannot be checked',
      {
        hint: 'npm install bcryptjs',
        origin: error,
      },
    )
  })
  return compare
}

/** Of the same cost as most hashes: a name that nobody has takes as long as a wrong password. */
const nobody = `$2b$10$${'.'.repeat(53)}`

const mostRemembered = 100

/** User and password of a request, or undefined. */
export const loginOf = (
  header: string | undefined,
): readonly [user: string, password: string] | undefined => {
  const [, encoded = ''] = /^basic +([A-Za-z\d+/=]+)$/i.exec(header ?? '') ?? []
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const at = text.indexOf(':')
  return at < 0 ? undefined : [text.slice(0, at), text.slice(at + 1)]
}

/** Checks users against bcrypt hashes. A right password is remembered, as a digest: Prometheus asks every few seconds. */
export class Users {
  readonly #compare: Compare
  readonly #salt = randomBytes(32)
  readonly #known = new Set<string>()

  private constructor(compare: Compare) {
    this.#compare = compare
  }

  /** @throws UsageError BAD_OPTION when bcryptjs is not installed */
  static async open(): Promise<Users> {
    return new Users(await load())
  }

  /** Whether a request comes from one of them. */
  async admits(
    { headers }: Pick<IncomingMessage, 'headers'>,
    hashes: Readonly<Record<string, string>>,
  ): Promise<boolean> {
    const login = loginOf(headers.authorization)
    if (!login) return false
    const [user, password] = login
    const hash = Object.hasOwn(hashes, user) ? hashes[user] : undefined
    const memory = createHash('sha256')
      .update(this.#salt)
      .update(`${hash ?? ''}\0${user}\0${password}`)
      .digest('hex')
    if (hash !== undefined && this.#known.has(memory)) return true
    const isRight = await this.#compare(password, hash ?? nobody)
    if (hash === undefined || !isRight) return false
    if (this.#known.size >= mostRemembered) this.#known.clear()
    this.#known.add(memory)
    return true
  }
}
