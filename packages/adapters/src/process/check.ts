import { ReactionError, type ReactionContext, type Snapshot } from '@hotmount/core'
import { quoteEnded } from './quote.js'
import { describeEnding, run, type Argv } from './spawn.js'

/** A command that says whether the mounted config would be accepted. */
export interface Check {
  readonly argv: Argv
  readonly timeoutMs: number
  /** Output that means "not now" rather than "never": a name server that is down. */
  readonly retryable?: RegExp | undefined
}

/** Runs a check. @throws ReactionError CHECK_FAILED with the end of its output, without values */
export const runCheck = async (
  reaction: string,
  { argv, timeoutMs, retryable }: Check,
  snapshot: Snapshot,
  context: ReactionContext,
): Promise<void> => {
  const { ending, output } = await run(argv, { signal: context.signal, timeoutMs })
  if (ending.kind === 'exit' && ending.code === 0) return
  const said = await quoteEnded(output, snapshot, context)
  throw new ReactionError(
    'CHECK_FAILED',
    { reaction, stage: 'check', revision: snapshot.revision },
    `the check of ${reaction} (${argv[0]}) ${describeEnding(ending)}${said}`,
    {
      hint:
        ending.kind === 'unstartable'
          ? `is ${argv[0]} installed here, and in PATH? A check runs where hotmount runs: in a sidecar, ship the same version of it, or give another check`
          : 'what runs now is untouched; mend the config and it is tried again',
      retryable: ending.kind !== 'exit' || (retryable?.test(output) ?? false),
    },
  )
}
