/** Pictures of a contact sheet. */

export interface SheetPicture {
  readonly height: number
  readonly width: number
  readonly channels: number
  /** From 0 to 255, or class numbers. */
  readonly values: ArrayLike<number>
  /** Number of classes, of a mask. */
  readonly classes?: number
}

export interface SheetSample {
  readonly label: string
  readonly pictures: readonly SheetPicture[]
  readonly masks: readonly SheetPicture[]
  /** The picture in several epochs. */
  readonly augmented: readonly SheetPicture[]
}
