package org.maskwright.trainer.loss;

import java.util.Optional;
import org.maskwright.datasets.LabelSpace;

/** A supervision that says what another one says but for what a subclass says. */
public abstract class ForwardingSupervision implements Supervision {
  private final Supervision own;

  /** As {@code own} says. */
  protected ForwardingSupervision(Supervision own) {
    this.own = own;
  }

  @Override
  public LabelSpace labels() {
    return own.labels();
  }

  @Override
  public double termWeight(String term) {
    return own.termWeight(term);
  }

  @Override
  public <E> Optional<E> saidOfImage(Class<E> type) {
    return own.saidOfImage(type);
  }

  @Override
  public double targetWeight(String term, int n) {
    return own.targetWeight(term, n);
  }

  @Override
  public boolean placed() {
    return own.placed();
  }

  @Override
  public Optional<Places> places(int n, PointSource.Uniform random) {
    return own.places(n, random);
  }

  @Override
  public <E> Optional<E> said(int n, Class<E> type) {
    return own.said(n, type);
  }

  @Override
  public int height() {
    return own.height();
  }

  @Override
  public int width() {
    return own.width();
  }

  @Override
  public int frames() {
    return own.frames();
  }

  @Override
  public int count() {
    return own.count();
  }

  @Override
  public int category(int n) {
    return own.category(n);
  }

  @Override
  public double labelledPixels() {
    return own.labelledPixels();
  }

  @Override
  public void labels(
      int n, int frame, float[] points, int from, int count, float[] labels, int to) {
    own.labels(n, frame, points, from, count, labels, to);
  }

  @Override
  public void grid(int n, int frame, int height, int width, float[] labels, int to) {
    own.grid(n, frame, height, width, labels, to);
  }

  @Override
  public boolean weighted() {
    return own.weighted();
  }

  @Override
  public void weights(
      int n, int frame, float[] points, int from, int count, float[] weights, int to) {
    own.weights(n, frame, points, from, count, weights, to);
  }

  @Override
  public void gridWeights(int n, int frame, int height, int width, float[] weights, int to) {
    own.gridWeights(n, frame, height, width, weights, to);
  }
}
