package org.maskwright.trainer.report;

import java.util.List;
import java.util.Optional;

/**
 * What stands on a report's page, in its order. What is empty is left out, heading and all.
 *
 * @param title of the page, such as the name of the run
 * @param subject one sentence under it
 * @param summary the few numbers that are looked for first
 * @param data what was trained on or evaluated
 * @param curves over the steps of a run
 * @param metrics of the evaluated checkpoints
 * @param perClass what was measured of each class
 * @param confusions which classes are taken for which
 * @param errors what became of the objects
 * @param precisionRecall curves of the classes
 * @param thresholds the best of each class
 * @param pictures of the images that went best and worst
 * @param settings those that differ from their defaults first
 * @param provenance what made it
 * @param commands that follow
 */
public record Report(
    String title,
    String subject,
    List<Fact> summary,
    Optional<Data> data,
    List<Plot> curves,
    Optional<Table> metrics,
    List<Table> perClass,
    List<Confusion> confusions,
    List<Table> errors,
    List<Plot> precisionRecall,
    List<Table> thresholds,
    Optional<Pictures> pictures,
    List<Setting> settings,
    List<Fact> provenance,
    List<Command> commands) {
  /** Keeps copies. */
  public Report {
    summary = List.copyOf(summary);
    curves = List.copyOf(curves);
    perClass = List.copyOf(perClass);
    confusions = List.copyOf(confusions);
    errors = List.copyOf(errors);
    precisionRecall = List.copyOf(precisionRecall);
    thresholds = List.copyOf(thresholds);
    settings = List.copyOf(settings);
    provenance = List.copyOf(provenance);
    commands = List.copyOf(commands);
  }

  /** A name and what it is. */
  public record Fact(String name, String value) {}

  /**
   * Data sets.
   *
   * @param parts what each part of the data is
   * @param classes what there is of each class
   * @param warnings what was warned of before it began
   */
  public record Data(List<Fact> parts, List<Table> classes, List<String> warnings) {
    /** Keeps copies. */
    public Data {
      parts = List.copyOf(parts);
      classes = List.copyOf(classes);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Rows with a name, and numbers as texts.
   *
   * @param caption what it shows
   * @param columns headings, that of the names first
   * @param note what a reader has to know of it; may be empty
   */
  public record Table(String caption, List<String> columns, List<Row> rows, String note) {
    /** Keeps copies. */
    public Table {
      columns = List.copyOf(columns);
      rows = List.copyOf(rows);
    }

    /**
     * A row.
     *
     * @param cells behind the name, one a column
     */
    public record Row(String name, List<String> cells) {
      /** Keeps a copy. */
      public Row {
        cells = List.copyOf(cells);
      }
    }
  }

  /**
   * How often one class was taken for another.
   *
   * @param caption what was counted
   * @param classes names of rows and columns
   * @param cells counts that are not 0; rows are the truth
   * @param note what a reader has to know of it
   */
  public record Confusion(String caption, List<String> classes, List<Cell> cells, String note) {
    /** Keeps copies. */
    public Confusion {
      classes = List.copyOf(classes);
      cells = List.copyOf(cells);
    }

    /** A count; indices of {@link #classes}. */
    public record Cell(int truth, int predicted, long count) {}
  }

  /**
   * The images that went best, middling and worst.
   *
   * @param measure what they are sorted by
   * @param groups in order
   */
  public record Pictures(String measure, List<Group> groups) {
    /** Keeps a copy. */
    public Pictures {
      groups = List.copyOf(groups);
    }

    /** Images that belong together. */
    public record Group(String name, List<Example> examples) {
      /** Keeps a copy. */
      public Group {
        examples = List.copyOf(examples);
      }
    }

    /**
     * An image.
     *
     * @param name of the image
     * @param score as text
     */
    public record Example(String name, String score, Jpeg annotation, Jpeg prediction) {}
  }

  /**
   * A setting.
   *
   * @param standard its default, where the value differs from it; "" where there is none
   */
  public record Setting(String key, String value, Optional<String> standard) {}

  /** A command to go on with. */
  public record Command(String purpose, String line) {}
}
