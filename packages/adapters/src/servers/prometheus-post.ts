import { type ReactionContext, ReactionError } from '@hotmount/core'
import { exchange } from '../probe/exchange.js'
import { errnoOf } from '../process/errno.js'
import { quoteEnded } from '../process/quote.js'
import { type Where } from '../process/target-error.js'

const hints: Readonly<Record<number, string>> = {
  403: 'start Prometheus with --web.enable-lifecycle, or have it signalled: reload: "signal"',
  404: 'url is where Prometheus itself answers, with its --web.route-prefix',
}

/**
 * POST /-/reload, which answers once the config is in effect or refused.
 *
 * @throws ReactionError APPLY_FAILED with the server's reason, without values; TARGET_NOT_FOUND when nobody answers
 */
export const postReload = async (base: URL, where: Where, context: ReactionContext): Promise<void> => {
  const { signal } = context
  const url = new URL('-/reload', base)
  const describe = `POST ${url.origin}${url.pathname}`
  const { status, body } = await exchange(url, { method: 'POST', signal }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw new ReactionError('TARGET_NOT_FOUND', where, `${describe} got no answer (${errnoOf(error)})`, {
      hint: 'is this where Prometheus listens? One that has just started answers at the next try',
      retryable: true,
    })
  })
  if (status === 200) return
  const said = await quoteEnded(body, context.change.snapshot, context)
  throw new ReactionError('APPLY_FAILED', where, `${describe} was answered with status ${status}${said}`, {
    hint: hints[status] ?? 'it goes on with its old config',
    retryable: true,
  })
}
