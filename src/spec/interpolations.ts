/** How the pixels of a resized picture are computed from those around their place. */
export const INTERPOLATIONS = {
  bilinear: 'Weights that fall linearly with the distance: the 4 pixels around.',
  nearest: 'The nearest pixel.',
  bicubic: "Keys' cubic kernel: the 16 pixels around.",
  lanczos3: "Lanczos' kernel of radius 3.",
  lanczos5: "Lanczos' kernel of radius 5.",
  area: 'The mean of the area that a pixel covers.',
  gaussian: 'A Gaussian of standard deviation 0.5.',
  mitchellcubic: 'The cubic kernel of Mitchell and Netravali, which blurs a little.',
} as const

export type Interpolation = keyof typeof INTERPOLATIONS
