package org.maskwright.trainer.result;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.modelzoo.postprocess.InstanceSet;
import org.maskwright.modelzoo.postprocess.PanopticMap;
import org.maskwright.modelzoo.postprocess.SemanticMap;

/** Results as the lengths of runs of equal labels; numbers as they are, to the last bit. */
final class LabelRuns {
  /** Of instances. */
  static final ResultCodec<InstanceSet> INSTANCES = new Instances();

  /** Of a map of classes. */
  static final ResultCodec<SemanticMap> SEMANTIC = new Semantic();

  /** Of a map of segments. */
  static final ResultCodec<PanopticMap> PANOPTIC = new Panoptic();

  private LabelRuns() {}

  private static void writeRuns(int height, int width, int[] labels, DataOutput out)
      throws IOException {
    out.writeInt(height);
    out.writeInt(width);
    for (int at = 0; at < labels.length; ) {
      int end = at + 1;
      while (end < labels.length && labels[end] == labels[at]) {
        end++;
      }
      out.writeInt(end - at);
      out.writeInt(labels[at]);
      at = end;
    }
  }

  private static int[] readRuns(int height, int width, DataInput in) throws IOException {
    int[] labels = new int[Math.multiplyExact(height, width)];
    for (int at = 0; at < labels.length; ) {
      int end = at + in.readInt();
      java.util.Arrays.fill(labels, at, end, in.readInt());
      at = end;
    }
    return labels;
  }

  private static final class Instances implements ResultCodec<InstanceSet> {
    @Override
    public void write(InstanceSet result, DataOutput out) throws IOException {
      out.writeInt(result.instances().size());
      for (InstanceSet.Instance i : result.instances()) {
        out.writeInt(i.classIndex());
        out.writeDouble(i.score());
        out.writeInt(i.object());
        MaskRuns.write(i.mask(), out);
      }
    }

    @Override
    public InstanceSet read(DataInput in) throws IOException {
      int count = in.readInt();
      List<InstanceSet.Instance> out = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        int classIndex = in.readInt();
        double score = in.readDouble();
        int object = in.readInt();
        out.add(new InstanceSet.Instance(classIndex, score, MaskRuns.readRuns(in), object));
      }
      return new InstanceSet(out);
    }
  }

  private static final class Semantic implements ResultCodec<SemanticMap> {
    @Override
    public void write(SemanticMap result, DataOutput out) throws IOException {
      writeRuns(result.height(), result.width(), result.labels(), out);
    }

    @Override
    public SemanticMap read(DataInput in) throws IOException {
      int height = in.readInt();
      int width = in.readInt();
      return new SemanticMap(height, width, readRuns(height, width, in));
    }
  }

  private static final class Panoptic implements ResultCodec<PanopticMap> {
    @Override
    public void write(PanopticMap result, DataOutput out) throws IOException {
      out.writeInt(result.segments().size());
      for (PanopticMap.Segment s : result.segments()) {
        out.writeInt(s.id());
        out.writeInt(s.classIndex());
        out.writeBoolean(s.thing());
        out.writeDouble(s.score());
      }
      writeRuns(result.height(), result.width(), result.ids(), out);
    }

    @Override
    public PanopticMap read(DataInput in) throws IOException {
      int count = in.readInt();
      List<PanopticMap.Segment> segments = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        segments.add(
            new PanopticMap.Segment(in.readInt(), in.readInt(), in.readBoolean(), in.readDouble()));
      }
      int height = in.readInt();
      int width = in.readInt();
      return new PanopticMap(height, width, readRuns(height, width, in), segments);
    }
  }
}
