/** What the operating system objects to, in words. */

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EDQUOT: 'the quota of disk space is used up',
  EEXIST: 'a file has this name',
  EIO: 'the disk has an error',
  EISDIR: 'is a folder, must be a file',
  EMFILE: 'too many open files',
  ENOENT: 'no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EPERM: 'no permission',
  EROFS: 'it cannot be written to',
}

/** `runs/x: the disk is full`, or `undefined` for an error that is not about files. */
export function fileProblem(error: unknown): string | undefined {
  const { code, path } = error as NodeJS.ErrnoException
  const words = Object.hasOwn(WORDS, code ?? '') ? WORDS[code!] : undefined
  return words && (path === undefined ? words : `${path}: ${words}`)
}
