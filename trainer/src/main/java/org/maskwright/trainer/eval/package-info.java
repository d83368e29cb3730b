/**
 * Running a model on images: predictions of each task, the official metrics and result files,
 * pictures.
 */
package org.maskwright.trainer.eval;
