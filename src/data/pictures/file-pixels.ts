/** The pixels of a picture as its file has them. */
import type { GivenChannels, Samples } from './channels.js'

export interface FilePixels {
  readonly width: number
  readonly height: number
  readonly given: GivenChannels
  readonly samples: Samples
  readonly turned: boolean
}

/** A message that continues a sentence beginning with the name of the file. */
export type Problem = { readonly problem: string }
