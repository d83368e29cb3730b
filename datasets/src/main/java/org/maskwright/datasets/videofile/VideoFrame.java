package org.maskwright.datasets.videofile;

import org.maskwright.datasets.RgbImage;

/**
 * A frame of a video file.
 *
 * @param picture as it is to be looked at: turned as the file says
 * @param seconds when it is shown, from the beginning of the file; never less than of the frame
 *     before
 */
public record VideoFrame(RgbImage picture, double seconds) {}
