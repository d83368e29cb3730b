/**
 * Pictures for people: predictions and annotations drawn over a photograph, grids of captioned
 * pictures, and line charts, as PNG.
 *
 * <p>{@link org.maskwright.datasets.picture.Overlay} draws one photograph, {@link
 * org.maskwright.datasets.picture.PictureGrid} puts several side by side, {@link
 * org.maskwright.datasets.picture.Palette} gives every class and instance its colour. Text is drawn
 * from outlines that ship with the library: no display and no installed font is needed.
 */
package org.maskwright.datasets.picture;
