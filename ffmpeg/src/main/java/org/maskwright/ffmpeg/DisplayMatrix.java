package org.maskwright.ffmpeg;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_DATA_DISPLAYMATRIX;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_side_data_get;

import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacketSideData;
import org.bytedeco.javacpp.IntPointer;
import org.maskwright.datasets.image.Orientation;

/** How a film's frames are to be turned, as cameras that were held upright say. */
final class DisplayMatrix {
  private DisplayMatrix() {}

  static Orientation of(AVCodecParameters parameters) {
    if (parameters.nb_coded_side_data() == 0) {
      return Orientation.UPRIGHT;
    }
    AVPacketSideData found =
        av_packet_side_data_get(
            parameters.coded_side_data(),
            parameters.nb_coded_side_data(),
            AV_PKT_DATA_DISPLAYMATRIX);
    if (found == null || found.isNull()) {
      return Orientation.UPRIGHT;
    }
    IntPointer matrix = new IntPointer(found.data());
    return orientation(matrix.get(0), matrix.get(1), matrix.get(3), matrix.get(4));
  }

  /**
   * Of the matrix that takes (x, y) to (a x + c y, b x + d y); an angle that is none of a quarter
   * turn counts as the nearest one.
   */
  static Orientation orientation(int a, int b, int c, int d) {
    if (Math.abs((long) a) >= Math.abs((long) b)) {
      return new Orientation(a >= 0 ? (d >= 0 ? 1 : 4) : (d >= 0 ? 2 : 3));
    }
    return new Orientation(c >= 0 ? (b >= 0 ? 5 : 8) : (b >= 0 ? 6 : 7));
  }
}
