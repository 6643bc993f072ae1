/** What is measured of a restricted Boltzmann machine. A new one is one entry of `RBM_METRICS`. */
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
    'Logarithm of the pseudo-likelihood of a sample in nats, estimated by one unit drawn for each sample.',
    {},
  ),
  metric(null, 'free_energy', 'Mean free energy of the samples; compared between training and validation.', {}),
  metric(null, 'flip_rate', 'Share of visible units that a chain changes in a step: how well chains mix, 0 to 1.', {}),
  metric(null, 'hidden_activity', 'Mean probability of the hidden units, 0 to 1.', {}),
] as const
