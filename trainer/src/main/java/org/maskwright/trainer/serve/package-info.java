/**
 * {@code maskwright serve}: a model's predictions over HTTP. {@link
 * org.maskwright.trainer.serve.PredictionServer} is the command without its options.
 */
package org.maskwright.trainer.serve;
