/** Addresses: how to know them, and how to take secrets out of them. */
import querystring from 'node:querystring'

/** True if a path is an address of any protocol. */
export const isUrl = (path: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(path)

/** Returns an address without its user name, password, query and fragment. */
export function shown(url: string): string {
  const parsed = new URL(url)
  parsed.username = ''
  parsed.password = ''
  parsed.search = ''
  parsed.hash = ''
  return parsed.href
}

/** Removes user names and passwords from the addresses in any text, such as an error message of pip. */
export const withoutPasswords = (text: string): string => text.replace(/([a-z][a-z\d+.-]*:\/\/)[^\s/?#]*@/gi, '$1')

/** The address without user name and password, which `fetch` does not accept. */
export function withoutCredentials(url: URL): string {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  return bare.href
}

/**
 * Returns the header that gives user name and password to the server. Decodes them as pip does: a percent sign that is
 * not before two digits stands for itself.
 */
export function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const text = `${querystring.unescape(username)}:${querystring.unescape(password)}`
  return { authorization: `Basic ${Buffer.from(text).toString('base64')}` }
}
