/**
 * Labelling on a local page: pictures, labels and leases behind HTTP, a model's proposals, training
 * on what is labelled. The labels themselves are {@link org.maskwright.datasets.labels}'; the
 * page's files are this package's resources.
 */
package org.maskwright.trainer.annotate;
