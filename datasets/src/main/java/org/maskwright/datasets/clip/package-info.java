/**
 * What the examples of an epoch are made of: photographs, clips of videos, or clips that move
 * across a photograph.
 */
package org.maskwright.datasets.clip;
