/** Metrics of a restricted Boltzmann machine. A new one is one entry of `RBM_METRICS`. */
import { z } from 'zod'
import { metric } from './metric.js'

export const RBM_METRICS = [
  metric(
    'min',
    'reconstruction_error',
    'Mean squared difference between a sample and its reconstruction. A low value alone does not show a good model.',
    {},
  ),
  metric(
    'min',
    'reconstruction_crossentropy',
    'Crossentropy between a sample and its reconstruction, summed over the visible units, in nats.',
    {},
  ),
  metric(
    'max',
    'pseudo_likelihood',
    'Log pseudo-likelihood of a sample in nats, estimated with one random unit per sample. Values between 0 and 1 are rounded: 1 from 0.5 on (Deep Learning Tutorials).',
    {
      exact: z
        .boolean()
        .default(false)
        .describe('Flip every visible unit, not one per sample. Exact, but so many times slower: for small models.'),
    },
  ),
  metric(null, 'free_energy', 'Mean free energy of the samples. Compare it between training and validation.', {}),
  metric(
    null,
    'free_energy_gap',
    'Mean free energy of the validation samples minus that of as many training samples. It grows when the model overfits. Measured at the end of each epoch; its key has no val_.',
    {},
  ),
  metric(
    null,
    'flip_rate',
    'Share of visible units that a chain changes in a step, 0 to 1. It shows how well chains mix.',
    {},
  ),
  metric(
    null,
    'swap_rate',
    'Share of neighbouring temperatures that swap their states in the last Gibbs step, 0 to 1. Near 0 the temperatures are too far apart.',
    {},
  ),
  metric(null, 'hidden_activity', 'Mean probability of the hidden units, 0 to 1.', {}),
  metric(
    'min',
    'dead_units',
    'Share of hidden units that are off for all samples of a batch (probability at most 0.05), or on for all (at least 0.95).',
    {},
  ),
  metric(null, 'weight_size', 'Mean absolute value of the weights between visible and hidden units.', {}),
  metric(
    null,
    'update_size',
    'Mean absolute change of these weights in an update. In validation: that of the last update.',
    {},
  ),
  metric(null, 'update_ratio', "update_size / weight_size. It should be about 0.001 (Hinton's guide).", {}),
] as const

/** Metrics that are one number for training and validation together. */
export const GAPS: readonly string[] = ['free_energy_gap']
