package org.maskwright.trainer.result;

import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.QueryOutputs;

/** What a model said about one image, and the sizes that the image had on its way in. */
public record ImageOutputs(QueryOutputs queries, ImageFrame frame) {}
