/**
 * Videos: folders of frames, and the files that annotate them beside YouTube-VIS' JSON ({@link
 * org.maskwright.datasets.json.VideoJson}): MOTS' text and PNGs, DAVIS' folders of palette PNGs.
 */
package org.maskwright.datasets.video;
