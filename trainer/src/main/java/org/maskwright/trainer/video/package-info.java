/**
 * Videos: what an image model finds in frames, joined to tracks ({@link
 * org.maskwright.trainer.video.TrackJoiner}) and written in the formats of videos ({@link
 * org.maskwright.trainer.video.TrackFormat}), frame by frame.
 */
package org.maskwright.trainer.video;
