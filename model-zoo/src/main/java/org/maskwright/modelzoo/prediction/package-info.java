/** What a model says about a batch: what decoders give and losses and post-processing take. */
package org.maskwright.modelzoo.prediction;
