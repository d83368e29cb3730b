/**
 * Training examples in parallel, in an order and with random numbers that depend on (seed, epoch,
 * index) only, never on threads; resumable at any batch.
 */
package org.maskwright.datasets.loader;
