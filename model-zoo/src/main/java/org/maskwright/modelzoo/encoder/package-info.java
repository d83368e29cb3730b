/**
 * Encoders that are not trained: what they compute of an image stays the same, and can be kept in
 * place of being computed again.
 */
package org.maskwright.modelzoo.encoder;
