/** What a command may touch of the process around it; tests give their own. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Readonly<Record<string, string | undefined>>
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
  exit(code: number): never
}

/** Whether a person will see colours there, and wants to (https://no-color.org). */
export const mayColor = ({ env }: Io, stream: NodeJS.WriteStream): boolean =>
  stream.isTTY && !env.NO_COLOR && env.TERM !== 'dumb'
