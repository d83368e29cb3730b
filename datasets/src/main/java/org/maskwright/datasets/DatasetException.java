package org.maskwright.datasets;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A data set's file is not what its format says. The message names the file, the image and the
 * annotation as far as they are known, what was expected, what was found, and where it helps what
 * to do.
 *
 * <p>A low-level check throws with what it knows; whoever knows the file or the ids adds them with
 * {@link #inFile}, {@link #forImage} and {@link #forAnnotation}, which return a new exception and
 * never overwrite what is already known.
 */
public final class DatasetException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MOST_NAMED = 20;

  private final String problem;
  private final String file;
  private final String imageId;
  private final String annotationId;

  public DatasetException(String problem) {
    this(problem, null, null, null, null);
  }

  public DatasetException(String problem, Throwable cause) {
    this(problem, null, null, null, cause);
  }

  private DatasetException(
      String problem, String file, String imageId, String annotationId, Throwable cause) {
    super(message(problem, file, imageId, annotationId), cause);
    this.problem = problem;
    this.file = file;
    this.imageId = imageId;
    this.annotationId = annotationId;
  }

  /** A problem of a file as a whole. */
  public static DatasetException ofFile(Path file, String problem) {
    return new DatasetException(problem).inFile(file);
  }

  /** As {@link #ofFile(Path, String)}, caused by {@code cause}. */
  public static DatasetException ofFile(Path file, String problem, Throwable cause) {
    return new DatasetException(problem, cause).inFile(file);
  }

  /**
   * Several problems as one: that itself if it is alone.
   *
   * @param problems at least one
   */
  public static DatasetException all(List<DatasetException> problems) {
    List<String> messages = problems.stream().map(Throwable::getMessage).distinct().toList();
    if (messages.size() == 1) {
      return problems.get(0);
    }
    String first =
        messages.stream().limit(MOST_NAMED).collect(Collectors.joining("\n  ", "\n  ", ""));
    int more = messages.size() - MOST_NAMED;
    String rest = more > 0 ? "\n  ... and %d more; data check lists all".formatted(more) : "";
    return new DatasetException(messages.size() + " problems:" + first + rest, problems.get(0));
  }

  /** This exception with the file it happened in, unless one is known already. */
  public DatasetException inFile(Object path) {
    return file != null
        ? this
        : copy(new DatasetException(problem, path.toString(), imageId, annotationId, getCause()));
  }

  /** This exception with the image it happened in, unless one is known already. */
  public DatasetException forImage(Object id) {
    return imageId != null
        ? this
        : copy(new DatasetException(problem, file, id.toString(), annotationId, getCause()));
  }

  /**
   * This exception with the annotation (or segment, or result number) it is about, unless one is
   * known already.
   */
  public DatasetException forAnnotation(Object id) {
    return annotationId != null
        ? this
        : copy(new DatasetException(problem, file, imageId, id.toString(), getCause()));
  }

  /** This exception with what to do about it. */
  public DatasetException advising(String advice) {
    return copy(
        new DatasetException(problem + "; " + advice, file, imageId, annotationId, getCause()));
  }

  /** What is wrong, without the place. */
  public String problem() {
    return problem;
  }

  public Optional<String> file() {
    return Optional.ofNullable(file);
  }

  public Optional<String> imageId() {
    return Optional.ofNullable(imageId);
  }

  public Optional<String> annotationId() {
    return Optional.ofNullable(annotationId);
  }

  private DatasetException copy(DatasetException located) {
    located.setStackTrace(getStackTrace());
    return located;
  }

  private static String message(String problem, String file, String imageId, String annotationId) {
    StringBuilder text = new StringBuilder();
    if (file != null) {
      text.append(file).append(": ");
    }
    if (imageId != null) {
      text.append("image ").append(imageId).append(annotationId == null ? ": " : ", ");
    }
    if (annotationId != null) {
      text.append("annotation ").append(annotationId).append(": ");
    }
    return text.append(problem).toString();
  }
}
