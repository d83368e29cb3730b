package org.maskwright.trainer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.DataFolder;
import org.maskwright.datasets.catalog.DatasetSettings;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which data set a command looks at; a mix-in. */
final class DataSource {
  @Parameters(
      paramLabel = "DIR",
      description = "Folder of a data set; its layout is found out unless --type says it.")
  private Path root;

  @Option(
      names = "--type",
      defaultValue = "auto",
      description =
          "auto, coco-instance, coco-panoptic, ade20k-*, cityscapes-*, voc-*, lvis, folder-semantic or"
              + " folder-instance (default: ${DEFAULT-VALUE}).")
  private String type;

  @Option(names = "--split", defaultValue = "", description = "The split, as the layout names it.")
  private String split;

  @Option(names = "--images", defaultValue = "", description = "Folder of photographs below DIR.")
  private String images;

  @Option(
      names = "--annotations",
      defaultValue = "",
      description = "Annotation file, or folder of label images, below DIR.")
  private String annotations;

  @Option(names = "--list", defaultValue = "", description = "File of IMAGE LABEL lines below DIR.")
  private String list;

  @Option(names = "--classes", split = ",", description = "Class names of a folder.")
  private List<String> classes = new ArrayList<>();

  @Option(names = "--ignore", split = ",", description = "Label values of a folder that are void.")
  private List<Integer> ignore = new ArrayList<>();

  @Option(
      names = "--mask-suffix",
      defaultValue = "",
      description = "What a label image has after the photograph's name.")
  private String maskSuffix;

  @Option(
      names = "--hold-out",
      defaultValue = "0",
      description = "How many images, the last in the order of names, are the split test.")
  private int holdOut;

  @Option(
      names = "--follow-links",
      description = "Read photographs behind symbolic links that lead out of their folder.")
  private boolean followLinks;

  DatasetSettings settings() {
    return new DatasetSettings(
        type,
        root,
        split,
        images,
        annotations,
        list,
        classes,
        ignore,
        maskSuffix,
        holdOut,
        followLinks ? DataFolder.Links.FOLLOW : DataFolder.Links.REFUSE);
  }
}
