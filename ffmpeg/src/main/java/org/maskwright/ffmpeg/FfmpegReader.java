package org.maskwright.ffmpeg;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_CORRUPT;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avformat.AV_DISPOSITION_ATTACHED_PIC;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_guess_frame_rate;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_find_stream_info;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EAGAIN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_q2d;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale_frame;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.image.Orientation;
import org.maskwright.datasets.videofile.VideoFrame;
import org.maskwright.datasets.videofile.VideoReader;

/** Decodes the first video stream of a file. */
final class FfmpegReader implements VideoReader {
  /**
   * Containers of videos. FFmpeg also takes play lists, which name other files and addresses, texts
   * and single pictures for videos: none of these is opened.
   */
  private static final String CONTAINERS =
      "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,mxf,gif,ivf,h264,hevc,m4v,mjpeg,yuv4mpegpipe,dv,nut,rm,wtv";

  private static final double USUAL_RATE = 25;
  private static final int THREADS = 2; // each holds a frame more
  private static final int CHANNELS = 3;

  private final Natives natives;
  private final Path file;
  private final AVFormatContext format;
  private final AVStream stream;
  private final AVCodecContext decoder;
  private final AVPacket packet;
  private final AVFrame frame;
  private final SwsContext scaler;
  private final Orientation orientation;
  private final double tick; // seconds
  private final double rate;
  private final long promised;
  private final boolean counted; // the file holds as many as it promises
  private final boolean indexed; // it knows beforehand where each packet ends
  private boolean cut; // before its end
  private AVFrame rgb;
  private long first = AV_NOPTS_VALUE;
  private double last = -1;
  private long frames;
  private long packets;
  private long broken;
  private String ending = "";
  private boolean drained;

  private FfmpegReader(Natives natives, Path file, AVFormatContext format, AVStream stream) {
    this.natives = natives;
    this.file = file;
    this.format = format;
    this.stream = stream;
    decoder = decoder(natives, file, stream);
    packet = natives.packet();
    frame = natives.frame();
    rgb = natives.frame();
    scaler = natives.scaler();
    orientation = DisplayMatrix.of(stream.codecpar());
    tick = av_q2d(stream.time_base());
    double said = av_q2d(av_guess_frame_rate(format, stream, null));
    rate = said > 0 ? said : USUAL_RATE;
    promised = Math.max(0, stream.nb_frames());
    String container = format.iformat().name().getString();
    counted = container.equals("avi");
    indexed = container.startsWith("mov");
    cut = container.startsWith("matroska") && MatroskaSize.isCutOff(file);
  }

  /** As {@link FfmpegCodec#open}. */
  static FfmpegReader open(Path file) {
    if (!Files.isRegularFile(file)) {
      throw DatasetException.ofFile(file, "expected a video file, it is none that can be read");
    }
    Natives natives = new Natives();
    try (PointerScope scope = new PointerScope()) {
      AVFormatContext format = container(natives, file);
      return new FfmpegReader(natives, file, format, stream(file, format));
    } catch (RuntimeException | Error e) {
      natives.close();
      throw e;
    }
  }

  private static AVFormatContext container(Natives natives, Path file) {
    AVFormatContext format = new AVFormatContext(null);
    AVDictionary options = new AVDictionary(null);
    av_dict_set(options, "format_whitelist", CONTAINERS, 0);
    av_dict_set(options, "protocol_whitelist", "file", 0);
    int opened = avformat_open_input(format, Natives.url(file), null, options);
    av_dict_free(options);
    if (opened < 0) {
      throw none(file, Natives.message(opened));
    }
    natives.own(() -> avformat_close_input(format));
    int found = avformat_find_stream_info(format, (AVDictionary) null);
    if (found < 0) {
      throw none(file, Natives.message(found));
    }
    if (format.nb_streams() == 0) {
      throw none(file, "no stream");
    }
    return format;
  }

  private static DatasetException none(Path file, String reason) {
    return DatasetException.ofFile(
        file,
        "cannot be read as a video (FFmpeg: %s): it is damaged, cut off before its index was written, or no video"
            .formatted(reason));
  }

  private static AVStream stream(Path file, AVFormatContext format) {
    int index = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
    if (index < 0) {
      throw DatasetException.ofFile(file, "has no pictures, only sound or text");
    }
    AVStream stream = format.streams(index);
    if ((stream.disposition() & AV_DISPOSITION_ATTACHED_PIC) != 0) {
      throw DatasetException.ofFile(file, "is sound with a picture of its cover, no video");
    }
    return stream;
  }

  private static AVCodecContext decoder(Natives natives, Path file, AVStream stream) {
    AVCodec codec = avcodec_find_decoder(stream.codecpar().codec_id());
    if (codec == null) {
      throw none(file, "no decoder of its kind");
    }
    AVCodecContext decoder = avcodec_alloc_context3(codec);
    natives.own(() -> avcodec_free_context(decoder));
    avcodec_parameters_to_context(decoder, stream.codecpar());
    decoder.pkt_timebase(stream.time_base());
    decoder.thread_count(THREADS);
    int opened = avcodec_open2(decoder, codec, (AVDictionary) null);
    if (opened < 0) {
      throw none(file, Natives.message(opened));
    }
    return decoder;
  }

  @Override
  public long expectedFrames() {
    return promised;
  }

  @Override
  public double framesPerSecond() {
    return rate;
  }

  @Override
  public Optional<VideoFrame> next() {
    try (PointerScope scope = new PointerScope()) {
      while (true) {
        int got = avcodec_receive_frame(decoder, frame);
        if (got == 0) {
          VideoFrame next = new VideoFrame(picture(), seconds());
          av_frame_unref(frame);
          frames++;
          return Optional.of(next);
        }
        if (got == AVERROR_EOF) {
          return end();
        }
        if (got != AVERROR_EAGAIN()) {
          broken++;
        }
        if (!drained) {
          feed();
        }
      }
    }
  }

  private Optional<VideoFrame> end() {
    if (frames == 0) {
      throw DatasetException.ofFile(
          file, "has no frame that can be read" + damage().map(d -> ": " + d).orElse(""));
    }
    return Optional.empty();
  }

  /** Gives the decoder the next packet, or the end. */
  private void feed() {
    int read = av_read_frame(format, packet);
    if (read < 0) {
      if (read != AVERROR_EOF) {
        ending = Natives.message(read);
      }
      avcodec_send_packet(decoder, null);
      drained = true;
      return;
    }
    if (packet.stream_index() == stream.index()) {
      packets++;
      boolean partial = (packet.flags() & AV_PKT_FLAG_CORRUPT) != 0;
      if (partial && indexed) {
        cut = true;
      } else if (avcodec_send_packet(decoder, packet) < 0 || partial) {
        broken++;
      }
    }
    av_packet_unref(packet);
  }

  private double seconds() {
    long time = frame.best_effort_timestamp();
    if (first == AV_NOPTS_VALUE) {
      first = time;
    }
    double next = time == AV_NOPTS_VALUE ? (last < 0 ? 0 : last + 1 / rate) : (time - first) * tick;
    last = Math.max(last, next);
    return last;
  }

  private RgbImage picture() {
    int width = frame.width();
    int height = frame.height();
    require(Natives.allocateRgb(rgb, width, height));
    require(sws_scale_frame(scaler, rgb, frame));
    int row = CHANNELS * width;
    byte[] data = new byte[Math.multiplyExact(row, height)];
    BytePointer pixels = rgb.data(0);
    long stride = rgb.linesize(0);
    for (int y = 0; y < height; y++) {
      pixels.position(y * stride).get(data, y * row, row);
    }
    return orientation.turned(new RgbImage(width, height, data));
  }

  private void require(int status) {
    if (status < 0) {
      throw DatasetException.ofFile(
          file, "frame %d: %s".formatted(frames + 1, Natives.message(status)));
    }
  }

  @Override
  public Optional<String> damage() {
    List<String> damage = new ArrayList<>();
    if (cut || !ending.isEmpty() || (counted && packets < promised)) {
      damage.add(
          "it is cut off behind frame %d%s"
              .formatted(frames, promised > frames ? " of " + promised : ""));
    }
    if (broken > 0) {
      damage.add("%d of its pieces %s damaged".formatted(broken, broken == 1 ? "is" : "are"));
    }
    return damage.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", damage));
  }

  @Override
  public void close() {
    natives.close();
  }
}
