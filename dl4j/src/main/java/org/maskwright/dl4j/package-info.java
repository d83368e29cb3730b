/**
 * Backbones out of DL4J: a {@code ComputationGraph} that ModelSerializer wrote becomes a Maskwright
 * ResNet. The one place that sees DL4J; found by {@code ServiceLoader} as a {@link
 * org.maskwright.modelzoo.weights.ForeignReader}.
 */
package org.maskwright.dl4j;
