const remedies: Readonly<Record<string, string>> = {
  ALIAS_BOMB: 'its aliases stand for more than a million values: write less of it with aliases',
  BAD_DQ_ESCAPE: String.raw`write \\ for a backslash, or put single quotes around the value`,
  BAD_INDENT:
    'check the indentation of this line and the one before, and that every [ and { before it is closed',
  BAD_SCALAR_START: 'put quotes around the value: without them it cannot begin with this character',
  BAD_UTF8: 'save the text as UTF-8',
  BLOCK_AS_IMPLICIT_KEY: 'check the indentation of the next line, and quote a value that holds ": "',
  DUPLICATE_KEY: 'this name stands twice: keep one of the two',
  FORBIDDEN_KEY: '__proto__ is not taken as a name: rename it',
  MISSING_CHAR: 'close the quote, [ or { that is open here, or write the name with its colon (NAME: value)',
  MULTIPLE_DOCS: 'one document a key: remove the --- line, or use several keys',
  NON_STRING_KEY:
    'a name must be text, not a list or an object; {{ … }} of a template must be rendered before',
  NOT_AN_ASSIGNMENT: 'write NAME=value, or begin the line with #',
  TAB_AS_INDENT: 'indent with spaces',
  TAG_RESOLVE_FAILED: 'remove the tag (!…): only the core tags of YAML are read',
  TEXT_AFTER_QUOTE: 'only a comment may follow the closing quote: put another kind of quote around the value',
  TOO_DEEP: 'at most 100 levels of nesting are taken',
  UNCLOSED_QUOTE: 'close the quote; only a comment may follow it on its line',
  UNEXPECTED_TOKEN:
    'nothing may stand here: check the indentation, and what is quoted or closed before it on its line',
  UNKNOWN_ALIAS: 'put the anchor (&name) before its alias (*name), and not around it',
}

/** What the author of a text can do about a failure of this code. */
export const remedyFor = (code: string): string =>
  (Object.hasOwn(remedies, code) ? remedies[code] : undefined) ?? 'correct the text there'
