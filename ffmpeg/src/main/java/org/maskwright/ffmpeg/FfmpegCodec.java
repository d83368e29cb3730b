package org.maskwright.ffmpeg;

import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.javacpp.Loader;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.videofile.VideoCodec;
import org.maskwright.datasets.videofile.VideoReader;
import org.maskwright.datasets.videofile.VideoWriter;
import org.maskwright.settings.ExtensionException;

/** FFmpeg, as {@link VideoCodec} is found. */
public final class FfmpegCodec implements VideoCodec {
  /** Called by the {@link java.util.ServiceLoader}. */
  public FfmpegCodec() {}

  @Override
  public String name() {
    return "ffmpeg";
  }

  @Override
  public VideoReader open(Path file) {
    load();
    return FfmpegReader.open(file);
  }

  @Override
  public VideoWriter create(Path file, Size size, double framesPerSecond) throws IOException {
    load();
    return FfmpegWriter.create(file, size, framesPerSecond);
  }

  private static void load() {
    try {
      Loader.load(avcodec.class);
      Loader.load(avformat.class);
      Loader.load(swscale.class);
      av_log_set_level(AV_LOG_QUIET); // what it would say, our messages do
    } catch (LinkageError e) {
      throw new ExtensionException(
          "FFmpeg's native library does not load on %s: %s; put org.bytedeco:ffmpeg with this platform's classifier on the class path"
              .formatted(Loader.Detector.getPlatform(), e.getMessage()),
          e);
    }
  }
}
