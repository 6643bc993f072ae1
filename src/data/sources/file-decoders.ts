/** Decoders of the kinds of files that rows name, each with its settings as plain data, so that a thread can be told. */
import type { Numbers } from '../../base/field.js'
import type { SoundForm } from '../audio/decode.js'
import type { Attempts } from '../pictures/decode.js'
import type { Fitting } from '../pictures/fit.js'
import type { MaskClasses } from '../pictures/mask.js'

interface Settings {
  readonly picture: { readonly channels: 1 | 3 | 4; readonly fitting: Fitting }
  readonly mask: { readonly classes: MaskClasses; readonly fitting: Omit<Fitting, 'interpolation'> }
  readonly sound: { readonly form: SoundForm }
}

type Kind = keyof Settings
export type FileDecoder<Of extends Kind = Kind> = { readonly [K in Of]: { readonly type: K } & Settings[K] }[Of]

/** Facts about a file that was decoded. */
export interface FileFacts {
  /** Height and width in pixels. */
  readonly size?: readonly [number, number]
  /** True if a picture was turned as it says itself. */
  readonly turned?: boolean
}

/** Writes the values of a row, or returns what is wrong, to continue a sentence beginning with the name of the file. */
export type Decode = (bytes: Uint8Array, into: Numbers) => Promise<FileFacts | { readonly problem: string }>

/** Loads a decoder, with what it needs and nothing else, because a thread has nothing loaded yet. */
export const decodeBy = <Of extends Kind>(decoder: FileDecoder<Of>, attempts: Attempts): Promise<Decode> =>
  DECODERS[decoder.type as Of](decoder, attempts)

const DECODERS: { readonly [K in Kind]: (decoder: FileDecoder<K>, attempts: Attempts) => Promise<Decode> } = {
  async picture({ channels, fitting }, attempts) {
    const { writePicture } = await import('../pictures/write.js')
    return (bytes, into) => writePicture(bytes, channels, fitting, into, attempts)
  },
  async mask({ classes, fitting }) {
    const { readMask } = await import('../pictures/mask.js')
    return async (bytes, into) => {
      const mask = readMask(bytes, classes, fitting)
      if ('problem' in mask) return mask
      into.set(mask.classes)
      return { size: mask.size }
    }
  },
  async sound({ form }) {
    const { soundDecoder } = await import('../audio/decode.js')
    const decode = soundDecoder(form)
    return async (bytes, into) => decode(bytes, into as Float32Array) ?? {}
  },
}
