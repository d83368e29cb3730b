package org.maskwright.trainer.export;

import java.util.List;
import java.util.Map;
import org.maskwright.modelzoo.family.KnownFamilies;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TorchZipWriter;
import org.maskwright.trainer.output.OutputFolder;

/** A checkpoint of the official implementations. */
public final class OfficialTarget implements ExportTarget {
  @Override
  public String name() {
    return "official";
  }

  @Override
  public String meaning() {
    return "model_final.pth with the keys of the official implementation (detectron2's, EoMT's,"
        + " Segment Anything's)";
  }

  @Override
  public Exported write(ExportRequest request) {
    request.wishes().requireNone(name());
    OutputFolder.requireEmpty(request.out());
    StateDict state = request.weights();
    TorchZipWriter.write(
        request.out().resolve("model_final.pth"),
        KnownFamilies.official(request.file().model(), state));
    return request.exported(state, List.of(), Map.of("lossKnown", false));
  }
}
