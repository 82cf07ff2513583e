import { Access } from './access.js'
import { Answers } from './answers.js'
import { Door, type Exchange } from './door.js'
import { bodyOf, wishOf } from './requests.js'
import { Store } from './store.js'
import { Watches } from './watches.js'

/** Speaks the API server's HTTP: objects in memory, real connections, faults on demand. */
export class ApiServer extends Door {
  readonly store = new Store()
  readonly access = new Access()
  readonly watches = new Watches(this.store)
  readonly answers = new Answers(this.store)

  protected override admit({ target, request }: Exchange): void {
    this.access.check(request.headers.authorization, wishOf(target))
  }

  protected override async answer({ target, request, response }: Exchange): Promise<void> {
    if (target.verb === 'watch') {
      this.watches.start({ ...target, response })
      return
    }
    const type = request.headers['content-type'] ?? ''
    const { status, body } = this.answers.answer(target, type, await bodyOf(request))
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}
