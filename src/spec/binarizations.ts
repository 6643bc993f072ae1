/** How values between 0 and 1 become 0 or 1. */
export const BINARIZATIONS = {
  threshold: '1 if a value is at least 0.5, else 0.',
  sample: 'Each value, 0 to 1, is the probability of a 1, drawn once from the seed.',
  sample_each_epoch:
    'Each value, 0 to 1, is the probability of a 1. Training samples are drawn again for each epoch, validation and test samples once.',
  probability:
    'Values stay as they are, 0 to 1, and are used as probabilities. Likelihoods of such data do not compare with those of binary data.',
} as const
