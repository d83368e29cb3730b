/**
 * Video files: their frames one after the other, in and out. What decodes and encodes them is found
 * by {@link org.maskwright.settings.Registry}, as it is heavy and not everybody's: the artifact
 * {@code maskwright-ffmpeg}.
 */
package org.maskwright.datasets.videofile;
