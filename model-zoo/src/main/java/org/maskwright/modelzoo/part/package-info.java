/**
 * What a part of a model says about itself beside how it computes: {@link
 * org.maskwright.modelzoo.part.Part}, and the bounds that all settings of parts share. The three
 * kinds of parts are beside their modules: backbones, pixel decoders, mask decoders.
 */
package org.maskwright.modelzoo.part;
