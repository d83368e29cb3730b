package org.maskwright.datasets.scenes;

import org.maskwright.datasets.mask.Rle;

/**
 * One segment of a scene: a thing, or all visible pixels of a stuff class.
 *
 * @param id its value in the scene's id map
 * @param kind its class
 * @param mask its visible pixels
 */
public record SceneSegment(int id, SceneClass kind, Rle mask) {}
