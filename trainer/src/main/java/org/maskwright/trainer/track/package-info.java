/**
 * Where the numbers of a run go beside its own log: {@link org.maskwright.trainer.track.Tracker} is
 * such a place, {@link org.maskwright.trainer.track.Trackers} lists them.
 */
package org.maskwright.trainer.track;
