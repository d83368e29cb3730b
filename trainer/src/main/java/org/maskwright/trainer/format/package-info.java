/**
 * Results in the formats of labelling tools, so that predictions come back as labels to correct:
 * {@link org.maskwright.trainer.format.PredictionFiles} writes them, image by image. A format is
 * one file and one line in META-INF/services, where {@link
 * org.maskwright.trainer.format.PredictionFormats} finds ours and others' alike.
 */
package org.maskwright.trainer.format;
