/**
 * Learning and answering by examples, on canvases of an example above a picture: SegGPT and
 * Painter. The model is {@link org.maskwright.modelzoo.decoder.InContextDecoder}'s.
 */
package org.maskwright.trainer.incontext;
