package org.maskwright.ffmpeg;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_RGB;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_strerror;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BICUBIC;
import static org.bytedeco.ffmpeg.global.swscale.sws_alloc_context;
import static org.bytedeco.ffmpeg.global.swscale.sws_free_context;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;

/** What FFmpeg allocated, freed in reverse order. */
final class Natives implements AutoCloseable {
  private static final int ERROR_BYTES = 256;

  private final Deque<Runnable> owned = new ArrayDeque<>();

  /** Has something freed by {@link #close}. */
  void own(Runnable free) {
    owned.push(free);
  }

  AVPacket packet() {
    AVPacket packet = av_packet_alloc();
    own(() -> av_packet_free(packet));
    return packet;
  }

  AVFrame frame() {
    AVFrame frame = av_frame_alloc();
    own(() -> av_frame_free(frame));
    return frame;
  }

  /** Converts pixels and scales, colours as the frames say they are. */
  SwsContext scaler() {
    SwsContext scaler = sws_alloc_context();
    own(() -> sws_free_context(scaler));
    scaler.flags(SWS_BICUBIC); // as FFmpeg's command
    return scaler;
  }

  /** Gives a frame memory for colours of that size, unless it has it; FFmpeg's status. */
  static int allocateRgb(AVFrame frame, int width, int height) {
    if (frame.width() == width && frame.height() == height) {
      return 0;
    }
    av_frame_unref(frame);
    frame.format(AV_PIX_FMT_RGB24);
    frame.width(width);
    frame.height(height);
    frame.colorspace(AVCOL_SPC_RGB);
    frame.color_range(AVCOL_RANGE_JPEG);
    return av_frame_get_buffer(frame, 0);
  }

  /** A file's name that FFmpeg takes for no protocol. */
  static String url(Path file) {
    return "file:" + file.toAbsolutePath();
  }

  /** What FFmpeg says of an error. */
  static String message(int error) {
    byte[] text = new byte[ERROR_BYTES];
    av_strerror(error, text, text.length);
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    return new String(text, 0, end, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    while (!owned.isEmpty()) {
      owned.pop().run();
    }
  }
}
