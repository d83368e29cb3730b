/**
 * What pretraining has besides a backbone and keeps with the model: decoders that say nothing of
 * what is in a picture. What a task trains them for is the trainer's.
 */
package org.maskwright.modelzoo.pretext;
