package org.maskwright.trainer.caption;

import static org.maskwright.modelzoo.part.Ranges.require;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.Word;
import org.maskwright.datasets.captions.CaptionFile;
import org.maskwright.datasets.captions.CaptionedDataset;
import org.maskwright.datasets.captions.WordFinder;
import org.maskwright.datasets.clip.Examples;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.text.Reduction;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.loss.LossTerm;
import org.maskwright.trainer.loss.MaskSupervision;
import org.maskwright.trainer.loss.Supervision;
import org.maskwright.trainer.loss.SupervisionKind;
import org.maskwright.trainer.loss.SupervisionSettings;

/** The words of an image's captions are what its regions are called, whichever is which. */
public final class Captions implements SupervisionKind {
  /** What is drawn of the images. */
  public enum Drawn {
    MASKS,
    NOTHING
  }

  /** Which captions, which words, and how they are learnt from. */
  @Doc(
      "Masks without the names of what they show, and captions of whole images: loss_grounding finds which region is which word (OpenSeg, arXiv 2112.12143). The model needs class-head.type = grounded.")
  public record Settings(
      @Doc(
              "Files of captions: COCO's .json, Localized Narratives' .jsonl, .csv, .tsv, or a folder of NAME.txt.")
          List<Path> files,
      @Doc("Text bank whose words are looked for in captions.") Path bank,
      @Doc(
              "What is drawn: masks = all objects, of any class; nothing = the words are all that is learnt from these images.")
          Drawn drawn,
      @Doc("Probability with which each word of an image is left out, anew each time, in [0,1).")
          double wordDrop,
      @Doc("Weight of loss_grounding, above 0.") double weight,
      @Doc(
              "What is compared with words: queries = each region; image = all regions of an image as one, the baseline that does not tell them apart.")
          GroundingTerm.Regions regions)
      implements SupervisionSettings {
    /** Checks the ranges. */
    public Settings {
      files = List.copyOf(files);
      require(!files.isEmpty(), "files", "at least one file of captions", files);
      require(wordDrop >= 0 && wordDrop < 1, "wordDrop", "a probability in [0,1)", wordDrop);
      require(weight > 0 && Double.isFinite(weight), "weight", "a weight above 0", weight);
    }

    @Override
    public Dataset annotation(Dataset own) {
      if (drawn == Drawn.MASKS) {
        SupervisionSettings.requireMasks(
            own,
            "captions are learnt beside masks of any class, or beside none with data.source.supervision.captions.drawn = nothing");
      }
      CaptionedDataset told =
          CaptionedDataset.of(own, files.stream().map(CaptionFile::new).toList(), words());
      return DatasetView.where(
          told, i -> told.hasWords(i) || drawn == Drawn.MASKS && told.hasTargets(i));
    }

    /** Finds the words of the bank, each with the mean of its embeddings. */
    private WordFinder words() {
      TextBank read = TextBank.read(bank);
      List<String> names = read.words().stream().distinct().toList();
      float[] rows =
          read.select(names.stream().map(WordClass::named).toList())
              .table(Reduction.MEAN)
              .rows(); // [W,1,D]
      int width = read.width();
      List<Word> out = new ArrayList<>();
      for (int w = 0; w < names.size(); w++) {
        float[] row = new float[width];
        System.arraycopy(rows, w * width, row, 0, width);
        out.add(new Word(names.get(w), row));
      }
      try {
        return new WordFinder(out);
      } catch (IllegalArgumentException e) {
        throw DatasetException.ofFile(bank, e.getMessage(), e);
      }
    }

    @Override
    public void requireModel(SegmentationModel model) {
      model
          .decoder()
          .classHead()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "captions teach a decoder with a class head of words; set model.class-head.type = grounded"))
          .requireRegionsAmong(TextBank.read(bank));
    }

    @Override
    public boolean takesBareImages() {
      return drawn == Drawn.NOTHING;
    }

    @Override
    public Examples drawn(Examples own) {
      return wordDrop == 0 ? own : new WordDrop(own, wordDrop);
    }

    @Override
    public Supervision of(TrainingExample example, int paddedHeight, int paddedWidth) {
      Supervision masks =
          drawn == Drawn.MASKS
              ? MaskSupervision.of(example, paddedHeight, paddedWidth)
              : new MaskSupervision(
                  new int[0],
                  new MaskStack(0, example.height(), example.width()),
                  paddedHeight,
                  paddedWidth);
      return new CaptionSupervision(masks, example, drawn == Drawn.MASKS);
    }

    @Override
    public List<LossTerm> terms() {
      return List.of(new GroundingTerm(weight, regions));
    }
  }

  @Override
  public String name() {
    return "captions";
  }

  @Override
  public Class<? extends Record> settings() {
    return Settings.class;
  }
}
