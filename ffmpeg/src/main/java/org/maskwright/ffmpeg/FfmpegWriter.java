package org.maskwright.ffmpeg;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_from_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;
import static org.bytedeco.ffmpeg.global.avformat.av_interleaved_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_closep;
import static org.bytedeco.ffmpeg.global.avformat.avio_open;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EAGAIN;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_make_writable;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale_frame;

import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVRational;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.videofile.VideoFrame;
import org.maskwright.datasets.videofile.VideoWriter;

/**
 * H.264 in MP4, its index at the beginning, as every browser plays it. Sizes are even and at least
 * 16: what a picture lacks repeats its last row and column.
 */
final class FfmpegWriter implements VideoWriter {
  private static final String ENCODER = "libopenh264";
  private static final int TICKS = 90_000; // a second
  private static final int LEAST_SIDE = 16; // of OpenH264
  private static final double BITS = 0.15; // a pixel and frame: edges of tinted regions stay sharp
  private static final double FEWEST_BITS = 500_000; // a second
  private static final double MOST_RATE = 60; // that bits are reckoned for
  private static final int BEST_QUANTIZER = 14;
  private static final int WORST_QUANTIZER = 26;
  private static final int CHANNELS = 3;

  private final Natives natives;
  private final AVFormatContext format;
  private final AVStream stream;
  private final AVCodecContext encoder;
  private final AVPacket packet;
  private final AVFrame encoded;
  private final SwsContext scaler;
  private final Size size;
  private final long usual; // ticks of a frame
  private final AVFrame rgb;
  private long time = -1;

  private FfmpegWriter(Natives natives, Path file, Size size, double framesPerSecond)
      throws IOException {
    this.natives = natives;
    this.size = size;
    usual = Math.max(1, Math.round(TICKS / framesPerSecond));
    format = new AVFormatContext(null);
    require(avformat_alloc_output_context2(format, null, "mp4", Natives.url(file)));
    natives.own(() -> avformat_free_context(format));
    encoder = encoder(natives, size, framesPerSecond);
    stream = avformat_new_stream(format, null);
    stream.time_base(encoder.time_base());
    require(avcodec_parameters_from_context(stream.codecpar(), encoder));
    packet = natives.packet();
    encoded = natives.frame();
    rgb = natives.frame();
    scaler = natives.scaler();
    allocateEncoded();
    start(file);
  }

  /** As {@link FfmpegCodec#create}. */
  static FfmpegWriter create(Path file, Size size, double framesPerSecond) throws IOException {
    Natives natives = new Natives();
    try (PointerScope scope = new PointerScope()) {
      Size even = new Size(side(size.width()), side(size.height()));
      return new FfmpegWriter(natives, file, even, framesPerSecond);
    } catch (IOException | RuntimeException | Error e) {
      natives.close();
      throw e;
    }
  }

  private static int side(int pixels) {
    return Math.max(LEAST_SIDE, pixels + pixels % 2);
  }

  private static AVCodecContext encoder(Natives natives, Size size, double framesPerSecond) {
    AVCodec codec = avcodec_find_encoder_by_name(ENCODER);
    if (codec == null || codec.isNull()) {
      throw new DatasetException("this FFmpeg cannot encode H.264: it is built without OpenH264");
    }
    AVCodecContext encoder = avcodec_alloc_context3(codec);
    natives.own(() -> avcodec_free_context(encoder));
    encoder.width(size.width());
    encoder.height(size.height());
    encoder.pix_fmt(AV_PIX_FMT_YUV420P);
    encoder.time_base(new AVRational().num(1).den(TICKS));
    double rate = Math.min(MOST_RATE, framesPerSecond);
    encoder.framerate(new AVRational().num((int) Math.max(1, Math.round(rate))).den(1));
    double pixels = (double) size.width() * size.height();
    encoder.bit_rate((long) Math.max(FEWEST_BITS, BITS * pixels * rate));
    encoder.qmin(BEST_QUANTIZER);
    encoder.qmax(WORST_QUANTIZER);
    encoder.gop_size((int) Math.max(1, Math.round(rate)));
    encoder.colorspace(AVCOL_SPC_BT709);
    encoder.color_range(AVCOL_RANGE_MPEG);
    encoder.color_primaries(AVCOL_PRI_BT709);
    encoder.color_trc(AVCOL_TRC_BT709);
    encoder.flags(encoder.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
    int opened = avcodec_open2(encoder, codec, (AVDictionary) null);
    if (opened < 0) {
      throw new DatasetException(
          "a video of %s pixels cannot be encoded (FFmpeg: %s)"
              .formatted(size, Natives.message(opened)));
    }
    return encoder;
  }

  private void allocateEncoded() throws IOException {
    encoded.format(AV_PIX_FMT_YUV420P);
    encoded.width(size.width());
    encoded.height(size.height());
    encoded.colorspace(AVCOL_SPC_BT709);
    encoded.color_range(AVCOL_RANGE_MPEG);
    require(av_frame_get_buffer(encoded, 0));
  }

  private void start(Path file) throws IOException {
    AVIOContext out = new AVIOContext(null);
    require(avio_open(out, Natives.url(file), AVIO_FLAG_WRITE));
    natives.own(() -> avio_closep(out));
    format.pb(out);
    AVDictionary options = new AVDictionary(null);
    av_dict_set(options, "movflags", "faststart", 0);
    int written = avformat_write_header(format, options);
    av_dict_free(options);
    require(written);
  }

  @Override
  public void write(VideoFrame frame) throws IOException {
    try (PointerScope scope = new PointerScope()) {
      take(frame.picture());
      require(av_frame_make_writable(encoded));
      require(sws_scale_frame(scaler, encoded, rgb));
      time = Math.max(time + 1, Math.round(frame.seconds() * TICKS));
      encoded.pts(time);
      require(avcodec_send_frame(encoder, encoded));
      takePackets();
    }
  }

  /** The picture as FFmpeg has it, made even. */
  private void take(RgbImage picture) throws IOException {
    boolean fits = side(picture.width()) == size.width() && side(picture.height()) == size.height();
    int width = fits ? size.width() : picture.width();
    int height = fits ? size.height() : picture.height();
    require(Natives.allocateRgb(rgb, width, height));
    require(av_frame_make_writable(rgb));
    BytePointer pixels = rgb.data(0);
    long stride = rgb.linesize(0);
    byte[] row = new byte[CHANNELS * width];
    int own = CHANNELS * picture.width();
    for (int y = 0; y < height; y++) {
      System.arraycopy(picture.data(), Math.min(y, picture.height() - 1) * own, row, 0, own);
      for (int x = own; x < row.length; x++) {
        row[x] = row[x - CHANNELS];
      }
      pixels.position(y * stride).put(row, 0, row.length);
    }
  }

  private void takePackets() throws IOException {
    while (true) {
      int got = avcodec_receive_packet(encoder, packet);
      if (got == AVERROR_EAGAIN() || got == AVERROR_EOF) {
        return;
      }
      require(got);
      packet.duration(usual);
      packet.stream_index(stream.index());
      av_packet_rescale_ts(packet, encoder.time_base(), stream.time_base());
      require(av_interleaved_write_frame(format, packet));
    }
  }

  @Override
  public void finish() throws IOException {
    try (PointerScope scope = new PointerScope()) {
      require(avcodec_send_frame(encoder, null));
      takePackets();
      require(av_write_trailer(format));
    }
  }

  private static void require(int status) throws IOException {
    if (status < 0) {
      throw new IOException(Natives.message(status));
    }
  }

  @Override
  public void close() {
    natives.close();
  }
}
