/**
 * Kinds of result: what a model's outputs are turned into, and how that is scored, written, drawn
 * and told. A kind is one file and one line in META-INF/services, where {@link
 * org.maskwright.trainer.result.ResultKinds} finds ours and others' alike.
 */
package org.maskwright.trainer.result;
