/** Running a model on images: predictions, and the metrics of their kinds on a data set. */
package org.maskwright.trainer.eval;
