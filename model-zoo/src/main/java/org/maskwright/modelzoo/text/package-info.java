/**
 * Words as vectors: CLIP's tokenizer and text transformer, and banks of the embeddings that they
 * give ({@link org.maskwright.modelzoo.text.TextBank}), which heads and evaluations read without an
 * engine.
 */
package org.maskwright.modelzoo.text;
