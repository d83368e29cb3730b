/**
 * Video files by FFmpeg, in the build under the LGPL that bytedeco makes: what it decodes is read,
 * and H.264 in MP4 is written by OpenH264. All native memory is freed by the reader or writer that
 * made it.
 */
package org.maskwright.ffmpeg;
