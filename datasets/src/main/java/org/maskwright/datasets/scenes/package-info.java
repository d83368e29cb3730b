/**
 * Scenes: synthetic photographs of a beach with exact annotations, made from a seed.
 *
 * <p>{@link org.maskwright.datasets.scenes.Scenes} writes a small panoptic data set in COCO's
 * layout; the rest of the package paints: {@link org.maskwright.datasets.scenes.Terrain} the stuff,
 * {@link org.maskwright.datasets.scenes.Prop} the things, {@link
 * org.maskwright.datasets.scenes.Painter} the photograph. Only strict arithmetic is used, so a seed
 * gives the same bytes on every machine.
 */
package org.maskwright.datasets.scenes;
