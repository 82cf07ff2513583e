// Only words that people do not take as passwords (so not: admin, guest, login, public, secret, test).
const list = `
  about address after allowed already another argument arguments because been before block bytes cannot certificate
  character check closed column comment config configuration connect connection could
  default defined denied directive directory does duplicate emerg empty error errors exist exists expected
  fail failed failure false file files format found from have header here host hosts http https
  include info instead into invalid ipv4 ipv6 json keyword length level like line lines listen local localhost location
  many message missing mode more most must name named names near need needs nginx none null number
  only open option options other over parameter parameters parse parsed parsing path paths permission port ports
  read reason refused request required response section server servers should size socket some stat string such
  syntax than that their them then there these they this timeout token tokens true type
  unable unexpected unit unix unknown until upstream upstreams used user username users uses using
  valid value values variable version warn warning were what when where which while will with within without
  worker workers would write yaml your zero
  apache gunicorn haproxy httpd php-fpm prometheus uwsgi
  0.0.0.0 127.0.0.1
`

const words: ReadonlySet<string> = new Set(list.trim().split(/\s+/))

/**
 * Whether a word is one of the two hundred that messages and configs are made of (`invalid`, `listen`, `upstream`).
 * Seeing one of them says nothing about what is mounted, and without them a message says nothing at all.
 */
export const isVocabulary = (word: string): boolean => words.has(word.toLowerCase())
