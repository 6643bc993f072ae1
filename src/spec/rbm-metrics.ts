/** What is measured of a restricted Boltzmann machine. A new one is one entry of `RBM_METRICS`. */
import { z } from 'zod'
import { metric } from './metric.js'

export const RBM_METRICS = [
  metric(
    'min',
    'reconstruction_error',
    'Mean squared difference of a sample and what comes back of it; no sign of a good model by itself.',
    {},
  ),
  metric(
    'min',
    'reconstruction_crossentropy',
    'Crossentropy of a sample and what comes back of it, summed over the visible units, in nats.',
    {},
  ),
  metric(
    'max',
    'pseudo_likelihood',
    'Logarithm of the pseudo-likelihood of a sample in nats, estimated by one unit drawn for each sample. Of values between 0 and 1, 1 where they are at least 0.5 (Deep Learning Tutorials).',
    {
      exact: z
        .boolean()
        .default(false)
        .describe('Flip each visible unit in turn, which takes as many times as long: for small models.'),
    },
  ),
  metric(null, 'free_energy', 'Mean free energy of the samples; compared between training and validation.', {}),
  metric(
    null,
    'free_energy_gap',
    'Mean free energy of the validation samples less that of as many training samples: it grows as the model learns its samples by heart. Measured at the end of each epoch, without val_ before it.',
    {},
  ),
  metric(null, 'flip_rate', 'Share of visible units that a chain changes in a step: how well chains mix, 0 to 1.', {}),
  metric(
    null,
    'swap_rate',
    'Share of neighbouring temperatures that swap their states in the last Gibbs step, 0 to 1; near 0 they are too far apart.',
    {},
  ),
  metric(null, 'hidden_activity', 'Mean probability of the hidden units, 0 to 1.', {}),
  metric(
    'min',
    'dead_units',
    'Share of hidden units that for all samples of a batch are off (probability at most 0.05), or for all on (at least 0.95).',
    {},
  ),
  metric(null, 'weight_size', 'Mean absolute value of the weights between visible and hidden units.', {}),
  metric(
    null,
    'update_size',
    'Mean absolute value of what an update adds to these weights; in validation that of the last one.',
    {},
  ),
  metric(null, 'update_ratio', 'update_size / weight_size, of which Hinton says that it should be about 0.001.', {}),
] as const

/** Those that are one number of training and validation together. */
export const GAPS: readonly string[] = ['free_energy_gap']
