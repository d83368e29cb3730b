/**
 * Augmentation: transforms draw random numbers and describe a {@link
 * org.maskwright.datasets.transform.View} of a sample; only then is the view rendered, image and
 * masks together, and only the pixels it shows.
 *
 * <p>One coordinate contract: pixel (x, y) covers the square from (x, y) to (x + 1, y + 1), its
 * centre is at +0.5. A resize by s maps the point x to s * x, a flip to W - x, a crop to x - x0.
 */
package org.maskwright.datasets.transform;
