/**
 * Whole masks taken down to what is cheaper to annotate: labelled points and boxes, to train on, to
 * write to a file, and to measure what they cost in quality.
 */
package org.maskwright.datasets.weak;
